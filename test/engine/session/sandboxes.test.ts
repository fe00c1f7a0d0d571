import { expect, test } from 'vitest'
import { outcomeOf } from '../../../electron/engine/lessons/outcome'
import { LessonService } from '../../../electron/engine/lessons/lesson-service'
import { Sandboxes } from '../../../electron/engine/lessons/sandboxes'
import { TimeShare } from '../../../electron/engine/lessons/time-share'
import { runLesson } from '../../../electron/engine/lessons/run'
import { scenarioOf, testEngine } from '../../helpers/lab-run'
import { openPage } from '../../helpers/page'
import { until } from '../../helpers/until'

const plan = new LessonService().plan('qos-1-lost-puback', 'puback')
const alone = new AbortController().signal

/** Sandboxes whose turns are given by hand. */
function byHand(mostMs = 5000) {
  let nowMs = 0
  const waiting: (() => void)[] = []
  const share = new TimeShare({
    now: () => nowMs,
    pause: (ms) =>
      new Promise((done) => {
        waiting.push(() => {
          nowMs += ms
          done()
        })
      }),
    sliceMs: 8,
    rest: 1,
    mostMs,
  })
  const sandboxes = new Sandboxes(share)
  /** Turns until it holds: each lets the runs go on for a few turns of the event loop. */
  const turnUntil = (holds: () => boolean, what: string): Promise<void> =>
    until(() => {
      waiting.shift()?.()
      return holds()
    }, what)
  return { sandboxes, turnUntil }
}

test('a pupil runs a lesson alone: the same outcome as the teacher, whom it neither moves nor tells', async () => {
  const { engine } = testEngine()
  await engine.open(scenarioOf({ groups: [] }), null)
  const teacher = await openPage(engine)
  const mina = await openPage(engine, true, 'Mina')
  await until(() => mina.pushed.sandboxes.length === 1, 'whether pupils may try')
  expect(mina.pushed.sandboxes).toEqual([{ most: 8, running: 0, waiting: 0 }])

  const outcome = await mina.api.tryLesson({ id: 'qos-1-lost-puback', variant: 'puback' })
  const direct = await runLesson(plan, { signal: alone }, (record) => outcomeOf(plan, record))
  expect(outcome.totals).toEqual(direct.totals)
  expect(outcome.timeline.packets.map((p) => [p.sentMs, p.type, p.fate])).toEqual(
    direct.timeline.packets.map((p) => [p.sentMs, p.type, p.fate]),
  )
  expect(await teacher.api.getLessonRun({})).toEqual({ outcome: null, comparison: null })

  await expect(teacher.api.tryLesson({ id: 'qos-0', variant: 'to-broker' })).rejects.toMatchObject({
    code: 'forbidden',
  })
  await expect(mina.api.tryLesson({ id: 'python-client', variant: 'x' })).rejects.toMatchObject({
    code: 'bad-request',
  })
  expect(await teacher.api.setSandboxes({ most: 0 })).toEqual({ most: 0, running: 0, waiting: 0 })
  await expect(mina.api.tryLesson({ id: 'qos-0', variant: 'to-broker' })).rejects.toMatchObject({
    code: 'forbidden',
  })
  await until(() => mina.pushed.sandboxes.at(-1)?.most === 0, 'that pupils may try no more')
  for (const page of [teacher, mina]) page.close()
  await engine.close()
})

test('as many run at once as are allowed, the others wait their turn; the time they took is told', async () => {
  const { sandboxes, turnUntil } = byHand()
  sandboxes.allow(4)
  const took: number[] = []
  let done = 0
  for (const pupil of ['a', 'b', 'c', 'd', 'e', 'f'])
    void sandboxes.run(pupil, plan, alone, (ms) => took.push(ms)).then(() => done++)
  await expect(sandboxes.run('a', plan, alone, () => {})).rejects.toMatchObject({ code: 'conflict' })
  expect(sandboxes.state()).toEqual({ most: 4, running: 4, waiting: 2 })
  let most = 0
  await turnUntil(() => ((most = Math.max(most, sandboxes.state().running)), done === 6), 'all runs')
  expect(most).toBe(4)
  expect(sandboxes.state()).toEqual({ most: 4, running: 0, waiting: 0 })
  expect(took).toHaveLength(6)
})

test('a run ends when its pupil leaves, when the teacher allows none, and when it takes too long', async () => {
  const { sandboxes } = byHand()
  const leaves = new AbortController()
  const left = sandboxes.run('a', plan, leaves.signal, () => {})
  const forbidden = sandboxes.run('b', plan, alone, () => {})
  expect(sandboxes.state().running).toBe(2)
  leaves.abort()
  await expect(left).rejects.toMatchObject({ code: 'unavailable' })
  sandboxes.allow(0)
  await expect(forbidden).rejects.toThrow('the teacher has ended the lessons that pupils run')
  expect(sandboxes.state()).toEqual({ most: 0, running: 0, waiting: 0 })

  const short = byHand(8)
  let why = ''
  void short.sandboxes
    .run('a', plan, alone, () => {})
    .catch((thrown: unknown) => (why = (thrown as Error).message))
  await short.turnUntil(() => why !== '', 'the end of a run that takes too long')
  expect(why).toBe('the run took too long')
})
