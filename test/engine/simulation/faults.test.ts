import { expect, test } from 'vitest'
import { pair, simulate } from '../../helpers/simulate'

test('a lost PUBACK at QoS 1: the publisher repeats, and the subscriber gets the message twice', async () => {
  const { rows, story } = await simulate(pair(1), ({ fleet }) => {
    fleet.device('p')?.link.dropNext('downlink', 'PUBACK')
  })
  expect(story('p')).toEqual(['> PUBLISH', '< PUBACK lost', '> PUBLISH dup', '< PUBACK'])
  expect(story('s')).toEqual(['< PUBLISH', '> PUBACK', '< PUBLISH', '> PUBACK'])
  expect(rows[0]).toMatchObject({ offered: 1, delivered: 1, lost: 0, duplicated: 1 })
})

test('a subscriber that is cut off at QoS 1 gets what it missed when it comes back to its session', async () => {
  const { rows, story } = await simulate(pair(1, 8), (sim) => {
    sim.plan([{ atMs: 300, run: () => sim.fleet.device('s')?.link.cut() }])
  })
  expect(story('s')).toHaveLength(16)
  expect(rows[0]).toMatchObject({ offered: 8, delivered: 8, lost: 0, duplicated: 0 })
  expect(rows[0]?.latencyMs.max).toBeGreaterThan(400)
})

const marksOf = (batch: Awaited<ReturnType<typeof simulate>>['batch'], clientId: string): string[] =>
  batch.marks.filter((m) => m.clientId === clientId).map((m) => m.kind)

test('a device that changes networks: its new connection takes over from the one the broker believes in', async () => {
  const { batch, rows } = await simulate(pair(1, 8), (sim) => {
    sim.plan([{ atMs: 300, run: () => sim.fleet.device('s')?.roam() }])
  })
  expect(marksOf(batch, 's').slice(-4)).toEqual(['dead', 'connect', 'taken-over', 'resume'])
  expect(rows[0]).toMatchObject({ offered: 8, delivered: 8, lost: 0 })
})

test('a half-open connection: the broker notices after 1.5 times the keep-alive, and the session outlives it', async () => {
  const input = { ...pair(1, 2), link: { kind: 'tcp' as const, delay: 10 } }
  const groups = input.groups?.map((g) => ({ ...g, keepAlive: '2s' }))
  const { batch, rows, story } = await simulate({ ...input, groups }, (sim) => {
    sim.fleet.device('s')?.link.die()
    sim.plan([{ atMs: 6000, run: () => undefined }])
  })
  const marks = batch.marks.filter((m) => m.clientId === 's')
  expect(marks.map((m) => m.kind).slice(-4)).toEqual(['dead', 'timeout', 'connect', 'resume'])
  expect(story('s').filter((p) => p.startsWith('<'))).toEqual([
    '< PUBLISH lost',
    '< PUBLISH lost',
    '< PUBLISH dup',
    '< PUBLISH dup',
  ])
  expect(rows[0]).toMatchObject({ offered: 2, delivered: 2, lost: 0, duplicated: 0 })
})

test.each([
  ['on-publish', true],
  ['on-release', false],
] as const)('at QoS 2 a broker that passes on %s', async (qos2, before) => {
  const { batch, rows } = await simulate({ ...pair(2), broker: { kind: 'embedded', port: 0, qos2 } })
  const seen = batch.packets.map((p) => `${p.clientId} ${p.type}`)
  expect(seen.indexOf('s PUBLISH') < seen.indexOf('p PUBREL')).toBe(before)
  expect(rows[0]).toMatchObject({ offered: 1, delivered: 1, lost: 0, duplicated: 0 })
})
