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
