import { describe, expect, test } from 'vitest'
import { parseScenario } from '../../../electron/contract/scenario-file'
import type { EngineStatus } from '../../../electron/contract/model'
import type { PacketTransit } from '../../../electron/engine/mqtt/transit'
import { createSimulation } from '../../../electron/engine/simulation/simulation'
import { runToEnd, scenarioOf, testEngine } from '../../helpers/lab-run'
import { until } from '../../helpers/until'

const groups: Parameters<typeof scenarioOf>[0]['groups'] = [
  { name: 'p', id: 'p-{n}', publishes: [{ topic: 't/{n}', rate: 10 }] },
  { name: 's', id: 's', subscribes: [{ filter: 't/+' }] },
]

/** Plays a scenario's phases to their end and tells when each message was offered, and by whom. */
async function play(input: Parameters<typeof scenarioOf>[0]) {
  const scenario = scenarioOf(input)
  const sim = createSimulation({ scenario })
  const offered: { atMs: number; publisher: string }[] = []
  const lost: number[] = []
  const phases: string[] = []
  sim.observe({
    fleet: { offered: ({ atMs, publisher }) => offered.push({ atMs: atMs - begunMs, publisher }) },
    routes: { will: () => wills++ },
    links: { settled: (p: PacketTransit) => p.state === 'lost' && lost.push(sim.clock.now() - begunMs) },
  })
  let wills = 0
  let begunMs = 0
  let over = false
  const script = sim.script(
    scenario.phases ?? [],
    () => scenario,
    () => (over = true),
  )
  try {
    await sim.start()
    await sim.connect()
    begunMs = sim.clock.now()
    sim.fleet.startPublishing(script.waiting)
    script.begin()
    const look = (): boolean => {
      const now = script.phase
      const text = now ? `${now.name} ${now.nth}/${now.of}` : '-'
      if (phases.at(-1) !== text) phases.push(text)
      return over
    }
    expect(await sim.until(look)).toBe(true)
    return { offered, lost, phases, wills, devices: sim.fleet.size }
  } finally {
    await sim.close()
  }
}

const within = <T extends { atMs: number }>(all: readonly T[], from: number, to: number): T[] =>
  all.filter((m) => m.atMs >= from && m.atMs < to)

describe('phases', () => {
  test('change rate, count and loss for as long as they last, and loops repeat them', async () => {
    const { offered, lost, phases, devices } = await play({
      groups,
      phases: [
        { name: 'calm', for: '2s' },
        {
          times: 2,
          phases: [
            {
              name: 'rush',
              for: '1s',
              steps: [
                { rate: 100, of: 'p' },
                { loss: 1, of: 's', at: '500ms' },
              ],
            },
            { name: 'crowd', for: '1s', steps: [{ count: 5, of: 'p' }] },
          ],
        },
      ],
    })
    expect(phases).toEqual(['calm 1/5', 'rush 2/5', 'crowd 3/5', 'rush 4/5', 'crowd 5/5', '-'])
    const counts = [0, 1000].map((from) => within(offered, from, from + 1000).length)
    expect(counts).toEqual([10, 10])
    for (const from of [2000, 4000]) {
      expect(within(offered, from, from + 1000).length).toBeGreaterThan(90)
      expect(within(offered, from, from + 1000).length).toBeLessThanOrEqual(101)
    }
    for (const from of [3000, 5000]) {
      expect(new Set(within(offered, from, from + 1000).map((m) => m.publisher)).size).toBe(5)
      expect(within(offered, from + 500, from + 1000).length).toBeGreaterThan(20)
    }
    expect(devices).toBe(2)
    expect(lost.length).toBeGreaterThan(80)
    for (const atMs of lost)
      expect(Math.floor(atMs / 500)).toSatisfy((half: number) => half === 5 || half === 9)
  })

  test('a broker that restarts is away for so long, and sessions last', async () => {
    const scenario = scenarioOf({
      groups: [
        { name: 'p', id: 'p', publishes: [{ topic: 't', qos: 1, rate: 5 }], will: { topic: 'gone', qos: 1 } },
        { name: 's', id: 's', clean: false, subscribes: [{ filter: '#', qos: 1 }] },
      ],
      duration: '8s',
      phases: [
        { name: 'before', for: '1s' },
        { name: 'restart', for: '6s', steps: [{ at: 0, restart: '2s' }] },
      ],
    })
    const { engine, logs } = testEngine()
    const seen: EngineStatus[] = []
    try {
      await engine.open(scenario, null, { speed: 4 })
      await until(
        () => (seen.push(engine.status()), seen.at(-1)?.broker.state === 'down'),
        'the broker to leave',
      )
      expect(seen.at(-1)?.phase).toMatchObject({ name: 'restart', nth: 2, of: 2 })
      await until(() => engine.status().broker.state === 'up', 'the broker to be back')
      await until(() => engine.status().devices.connected === 2, 'the devices to be back')
      const { groups: rows, complete } = await engine.finished(AbortSignal.timeout(60_000))
      expect(complete).toBe(true)
      expect(rows[0]).toMatchObject({ name: 'p', offered: 40, delivered: 40, lost: 0, duplicated: 0 })
      expect(logs.filter((l) => l.level === 'error')).toEqual([])
    } finally {
      await engine.close()
    }
  })

  test('a broker that restarts publishes no wills', async () => {
    const { wills, devices } = await play({
      groups: [
        { name: 'p', id: 'p', will: { topic: 'gone' }, publishes: [{ topic: 't' }] },
        { name: 's', id: 's', clean: false, subscribes: [{ filter: '#', qos: 1 }] },
      ],
      phases: [{ name: 'a', for: '5s', steps: [{ restart: '1s' }, { at: '4s', cut: 'p' }] }],
    })
    expect({ wills, devices }).toEqual({ wills: 1, devices: 2 })
  })

  test('groups wait for the step that names them, and a run without another end ends with its last phase', async () => {
    const report = await runToEnd(
      scenarioOf({
        groups: [
          { name: 'late', id: 'late', publishes: [{ topic: 'a', qos: 1, rate: 10 }] },
          { name: 'mute', id: 'mute', publishes: [{ topic: 'b', qos: 1, rate: 10 }] },
          { name: 'cut', id: 'cut', publishes: [{ topic: 'c', qos: 1, rate: 10 }] },
        ],
        phases: [
          {
            name: 'one',
            for: '3s',
            steps: [
              { at: '1s', connect: 'late' },
              { at: '2s', publish: 'mute' },
              { at: '1s', disconnect: 'cut' },
            ],
          },
        ],
      }),
    )
    const by = Object.fromEntries(report.groups.map((g) => [g.name, g.offered]))
    expect(report.complete).toBe(true)
    expect(by).toEqual({ late: 20, mute: 10, cut: 10 })
  })
})

describe('a scenario whose phases cannot be', () => {
  const read =
    (phases: unknown, broker: unknown = { kind: 'embedded' }) =>
    () =>
      parseScenario(JSON.stringify({ version: 1, name: 'x', broker, groups, phases }), 'f')
  test.each([
    [[{ name: 'a', for: 5 }], 'phases.0'],
    [[{ name: 'a', for: '1s', steps: [{ at: '1s', cut: 's' }] }], 'before the phase ends'],
    [
      [{ name: 'a', for: '1s', steps: [{ rate: 5, of: 'nobody' }] }],
      'phases.0.steps.0.of: found "nobody"; expected one of p, s',
    ],
    [
      [{ times: 2, phases: [{ name: 'a', for: '1s', steps: [{ cut: 'p-9' }] }] }],
      'phases.0.phases.0.steps.0.cut: found "p-9"; expected one of p, s, p-1',
    ],
    [[{ name: 'a', for: '1s', steps: [{ count: 2, of: 's' }] }], 'expected {n} in the id of s'],
  ])('%j is refused with its place', (phases, message) => {
    expect(read(phases)).toThrow(message)
  })

  test('another broker is not restarted', () => {
    const phases = [{ name: 'a', for: '1s', steps: [{ restart: '1s' }] }]
    expect(read(phases, { kind: 'external', url: 'mqtt://h' })).toThrow('expected the embedded broker')
  })
})
