import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parseScenario } from '../../../electron/contract/scenario-file'
import { runToEnd, scenarioOf, testEngine } from '../../helpers/lab-run'
import { until } from '../../helpers/until'

const classroom = async () => {
  const scenario = parseScenario(await readFile('examples/classroom-qos.yaml', 'utf8'), 'classroom-qos.yaml')
  return { ...scenario, broker: scenarioOf({}).broker }
}

test('the classroom comparison shows what each QoS promises, the same at every speed', async () => {
  const scenario = await classroom()
  const report = await runToEnd(scenario, { messages: 300 })
  expect(report).toMatchObject({ seed: 7, complete: true })
  const [q0, q1, q2] = report.groups
  expect(q0).toMatchObject({ qos: 0, offered: 300, expected: 300, duplicated: 0 })
  expect(q0?.lost).toBeGreaterThan(60)
  expect((q0?.delivered ?? 0) + (q0?.lost ?? 0)).toBe(300)
  expect(q1).toMatchObject({ qos: 1, offered: 300, expected: 300, delivered: 300, lost: 0 })
  expect(q1?.duplicated).toBeGreaterThan(60)
  expect(q2).toMatchObject({ qos: 2, offered: 300, expected: 300, delivered: 300, lost: 0, duplicated: 0 })
  expect(await runToEnd(scenario, { messages: 300 })).toEqual(report)
  const other = await runToEnd({ ...scenario, seed: 8 }, { messages: 300 })
  expect(other.groups).not.toEqual(report.groups)
  const short = await runToEnd(scenario, { messages: 20 })
  expect(await runToEnd(scenario, { messages: 20, speed: 20 })).toEqual(short)
})

test('messages of equal content are told apart: a lost one and a repeated one do not cancel out', async () => {
  const report = await runToEnd(
    scenarioOf({
      seed: 3,
      link: { loss: 0.3, delay: 10, recovery: { timeout: 100 } },
      groups: [0, 1, 2].flatMap((qos) => [
        {
          name: `p${qos}`,
          publishes: [
            {
              topic: `common/${qos}`,
              qos: qos as 0 | 1 | 2,
              rate: 20,
              identity: 'content' as const,
              payload: { kind: 'template' as const, text: '{"succcess": "ok"}' },
            },
          ],
        },
        { name: `s${qos}`, subscribes: [{ filter: `common/${qos}`, qos: qos as 0 | 1 | 2 }] },
      ]),
    }),
    { messages: 200 },
  )
  const [q0, q1, q2] = report.groups
  expect(q0).toMatchObject({ offered: 200, duplicated: 0 })
  expect(q0?.lost).toBeGreaterThan(50)
  expect((q0?.delivered ?? 0) + (q0?.lost ?? 0)).toBe(200)
  expect(q1).toMatchObject({ delivered: 200, lost: 0 })
  expect(q1?.duplicated).toBeGreaterThan(50)
  expect(q2).toMatchObject({ delivered: 200, lost: 0, duplicated: 0 })
})

test('the identity travels in a user property where the scenario says so', async () => {
  const report = await runToEnd(
    scenarioOf({
      link: { loss: 0.2, delay: 5, recovery: { timeout: 50 } },
      groups: [
        {
          name: 'p',
          protocol: 5,
          publishes: [
            { topic: 't', qos: 2, rate: 50, identity: 'user-property', payload: { kind: 'bytes', size: 32 } },
          ],
        },
        { name: 's', protocol: 5, count: 2, subscribes: [{ filter: '#', qos: 2 }] },
      ],
    }),
    { messages: 100 },
  )
  expect(report.groups).toMatchObject([
    { offered: 100, expected: 200, delivered: 200, lost: 0, duplicated: 0 },
  ])
})

test('a persistent session over a link that is cut gets everything, at QoS 2 once', async () => {
  const report = await runToEnd(
    scenarioOf({
      seed: 5,
      link: { kind: 'cut', delay: 20, cut: { every: '900ms', down: '100ms' } },
      groups: [1, 2].flatMap((qos) => [
        { name: `p${qos}`, clean: false, publishes: [{ topic: `t/${qos}`, qos: qos as 1 | 2, rate: 40 }] },
        { name: `s${qos}`, clean: false, subscribes: [{ filter: `t/${qos}`, qos: qos as 1 | 2 }] },
      ]),
    }),
    { messages: 400 },
  )
  expect(report.groups[0]).toMatchObject({ delivered: 400, lost: 0 })
  expect(report.groups[1]).toMatchObject({ delivered: 400, lost: 0, duplicated: 0 })
})

test('a duration ends the run, and what was under way still arrives', async () => {
  const report = await runToEnd(
    scenarioOf({
      duration: 2000,
      link: { delay: 300 },
      groups: [
        { name: 'p', publishes: [{ topic: 't', qos: 1, rate: 10 }] },
        { name: 's', subscribes: [{ filter: 't', qos: 1 }] },
      ],
    }),
  )
  expect(report.complete).toBe(true)
  expect(report.groups[0]?.offered).toBeGreaterThan(5)
  expect(report.groups[0]).toMatchObject({ lost: 0, duplicated: 0, delivered: report.groups[0]?.offered })
  expect(report.durationMs).toBeGreaterThanOrEqual(2000)
})

test('with messages and a duration the first that is reached ends the run', async () => {
  const scenario = scenarioOf({ groups: [{ name: 'p', publishes: [{ topic: 't', qos: 1, rate: 10 }] }] })
  const counted = await runToEnd(scenario, { messages: 3, durationMs: 60_000 })
  expect(counted.groups[0]).toMatchObject({ offered: 3 })
  expect(counted.durationMs).toBeLessThan(2000)
  // Over before the devices are ready: none of them begins to publish afterwards.
  const timed = await runToEnd(scenario, { messages: 3, durationMs: 3 })
  expect(timed).toMatchObject({ complete: true, groups: [{ offered: 0 }] })
})

test('a run that is cut short reports what it has and says so', async () => {
  const { engine } = testEngine()
  await engine.open(await classroom(), null, { messages: 1_000_000, speed: 10 })
  const stop = new AbortController()
  const finished = engine.finished(stop.signal)
  await until(() => engine.status().captured.seen > 400, 'packets')
  stop.abort()
  const report = await finished
  expect(report.complete).toBe(false)
  expect(report.groups[0]?.offered).toBeGreaterThan(10)
  await engine.close()
})

test('a device whose messages are given up again and again goes on publishing', async () => {
  const report = await runToEnd(
    scenarioOf({
      link: { uplink: { loss: 1 }, recovery: { timeout: 20, maxRetries: 1 } },
      groups: [{ name: 'p', publishes: [{ topic: 't', qos: 1, rate: 500 }] }],
    }),
    { messages: 2500 },
  )
  expect(report.packets.PUBLISH).toEqual({ sent: 5000, lost: 5000 })
})

test('recovery by reconnecting loses nothing at QoS 1 and 2, and repeats nothing at QoS 2', async () => {
  const report = await runToEnd(
    scenarioOf({
      seed: 4,
      link: { loss: 0.1, delay: 5, recovery: { mode: 'reconnect', timeout: 300 } },
      groups: [1, 2].flatMap((qos) => [
        { name: `p${qos}`, clean: false, publishes: [{ topic: `t/${qos}`, qos: qos as 1 | 2, rate: 10 }] },
        { name: `s${qos}`, clean: false, subscribes: [{ filter: `t/${qos}`, qos: qos as 1 | 2 }] },
      ]),
    }),
    { messages: 200 },
  )
  expect(report.groups[0]).toMatchObject({ delivered: 200, lost: 0 })
  expect(report.groups[1]).toMatchObject({ delivered: 200, lost: 0, duplicated: 0 })
})
