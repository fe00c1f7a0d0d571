import { expect, test } from 'vitest'
import { LegCount } from '../../../electron/engine/experiment/leg-count'
import { GroupWireBytes } from '../../../electron/engine/observe/wire-bytes'
import { createSimulation } from '../../../electron/engine/simulation/simulation'
import { scenarioOf } from '../../helpers/lab-run'

/** Measured over whole connections, for messages of 200 bytes; see docs/theory.md. */
const PUBLISHED = [
  { qos: 0, sent: 275.6, received: 66.8 },
  { qos: 1, sent: 343.3, received: 70.3 },
  { qos: 2, sent: 479.3, received: 140.7 },
] as const

/** What connecting, keep-alive and disconnecting add to each message there. */
const REST = 1

test.each(PUBLISHED)('a message of 200 bytes at QoS $qos takes what was published', async (published) => {
  const { qos } = published
  const count = new LegCount((id) => id === 'p')
  const payload = { kind: 'bytes' as const, size: 200 }
  const publishes = [{ topic: 'test', qos, rate: 10, payload, identity: 'content' as const }]
  const groups = new GroupWireBytes((id) => id)
  const sim = createSimulation({
    scenario: scenarioOf({ messages: 5, groups: [{ name: 'p', id: 'p', publishes }] }),
    observers: [{ links: count }, { links: groups }],
  })
  await sim.start()
  await sim.connect()
  sim.fleet.startPublishing()
  await sim.untilQuiet()
  await sim.close()
  expect(groups.perMessage('p', 5)).toEqual({ sent: count.wire.sent / 5, received: count.wire.received / 5 })
  for (const way of ['sent', 'received'] as const) {
    const each = count.wire[way] / 5
    expect(each).toBeLessThanOrEqual(published[way])
    expect(each).toBeGreaterThan(published[way] - REST)
  }
})
