import { expect, test } from 'vitest'
import type { Shown } from '../../../electron/contract/shown'
import { scenarioOf, testEngine } from '../../helpers/lab-run'
import { openPage } from '../../helpers/page'
import { until } from '../../helpers/until'

const shown = (screen: Shown['screen'], lesson: Shown['lesson'] = null): Shown => ({
  screen,
  lesson,
  packets: { one: false, focus: null, filter: '', live: true, at: null, selected: null },
  moment: null,
})

test('pupils are told the latest of what the teacher shows, one who comes later too, and move nobody', async () => {
  const { engine } = testEngine()
  await engine.open(scenarioOf({ groups: [] }), null)
  const teacher = await openPage(engine)
  const mina = await openPage(engine, true, 'Mina')
  for (const screen of ['traffic', 'load', 'handshakes'] as const) await teacher.api.showClass(shown(screen))
  await until(() => mina.pushed.shown.at(-1)?.screen === 'handshakes', 'what the teacher shows')
  const late = await openPage(engine, true, 'Joon')
  await until(() => late.pushed.shown.length === 1, 'what the teacher shows now')
  expect(late.pushed.shown[0]).toEqual(shown('handshakes'))

  await expect(mina.api.showClass(shown('load'))).rejects.toMatchObject({ code: 'forbidden' })
  const odd = { ...shown('lab'), moment: { ms: -1, playing: 0, speed: 1 } } as Shown
  await expect(teacher.api.showClass(odd)).rejects.toMatchObject({ code: 'bad-request' })
  expect(teacher.pushed.shown).toEqual([])

  expect(await mina.api.getLessonRun({})).toEqual({ outcome: null, comparison: null })
  const outcome = await teacher.api.runLesson({ id: 'qos-0', variant: 'to-broker' })
  expect(await mina.api.getLessonRun({})).toEqual({ outcome, comparison: null })
  for (const page of [teacher, mina, late]) page.close()
  await engine.close()
})
