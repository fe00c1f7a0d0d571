import { describe, expect, it } from 'vitest'
import { LinkRig, publishFrame } from '../../../helpers/link-rig'

/** Loses the first transmission of the n-th PUBLISH. */
const losePublish = (...nth: number[]) => ({
  model: 'rule' as const,
  rules: [{ type: 'PUBLISH' as const, nth }],
})
const way = (rig: LinkRig) => rig.transits.slice(2).map((p) => p.settledMs - p.sentMs)

describe('tcp link', () => {
  it('delays a packet whose segment was lost by the RTO, and everything behind it', async () => {
    const rig = new LinkRig({ kind: 'tcp', delay: '10ms', uplink: { loss: losePublish(1) } })
    await rig.connect()
    for (let n = 1; n <= 3; n++) {
      rig.client.send(publishFrame(0, 0, n))
      rig.clock.advance(50)
    }
    rig.clock.run()
    expect(way(rig)).toEqual([210, 160, 110])
    expect(rig.transits.slice(2).map((p) => p.segmentLosses)).toEqual([1, 0, 0])
    expect(rig.settled.every((p) => p.state === 'delivered')).toBe(true)
  })

  it('doubles the RTO with each loss of the same segment', async () => {
    const rig = new LinkRig({ kind: 'tcp', delay: '10ms', uplink: { loss: 0.5 } }, 2)
    await rig.connect()
    for (let n = 1; n <= 200; n++) {
      rig.client.send(publishFrame(0, 0, n))
      rig.clock.run()
    }
    const publishes = rig.transits.filter((p) => p.packet.type === 3)
    expect(Math.max(...publishes.map((p) => p.segmentLosses))).toBeGreaterThan(3)
    for (const p of publishes)
      expect(p.settledMs - p.sentMs).toBeCloseTo(10 + 200 * (2 ** p.segmentLosses - 1), 6)
    expect(rig.broker.delivered).toHaveLength(200)
  })

  it('a segment sent again meets the loss of that time', async () => {
    const loss = {
      model: 'schedule' as const,
      steps: [
        { at: 0, p: 1 },
        { at: '1s', p: 0 },
      ],
    }
    const rig = new LinkRig({ kind: 'tcp', delay: '10ms' })
    await rig.connect()
    rig.link.setConfig(new LinkRig({ kind: 'tcp', delay: '10ms', uplink: { loss } }).link.config)
    rig.client.send(publishFrame(0, 0, 1))
    rig.clock.run()
    // lost at 0, 200 and 600 ms; 800 ms later the network is well
    expect(rig.transits[2]?.segmentLosses).toBe(3)
    expect(way(rig)).toEqual([1410])
  })

  it('a rule loses one segment of a packet that has several', async () => {
    const rig = new LinkRig({ kind: 'tcp', uplink: { loss: losePublish(1) }, tcp: { segmentBytes: 64 } })
    await rig.connect()
    const big = publishFrame(0, 0, 1, 'p'.repeat(100))
    rig.client.send(big)
    rig.clock.run()
    expect(way(rig)).toEqual([200])
    expect(rig.transits[2]!.segmentLosses).toBe(1)
  })

  it('resets after too many losses, with everything behind', async () => {
    const rig = new LinkRig({ kind: 'tcp', tcp: { maxRetransmissions: 2 } })
    await rig.connect()
    rig.link.setConfig({
      ...rig.link.config,
      uplink: { ...rig.link.config.uplink, loss: { model: 'independent', p: 1 } },
    })
    rig.client.send(publishFrame(1, 1, 1))
    rig.client.send(publishFrame(1, 2, 2))
    const from = rig.clock.now()
    rig.clock.run()
    expect(rig.clock.now() - from).toBe(200 + 400 + 800)
    expect(rig.transits.slice(2).map((p) => [p.state, p.cause, p.segmentLosses])).toEqual([
      ['lost', 'reset', 3],
      ['lost', 'reset', 3],
    ])
    expect(rig.events.at(-1)).toMatchObject({ kind: 'closed', by: 'reset' })
    expect(rig.ends?.client.destroyed).toBe(true)
    expect(rig.link.pending()).toBe(0)
  })

  it('loses segments of every packet type and never resends a packet', async () => {
    const rig = new LinkRig({ kind: 'tcp', loss: 0.3, recovery: { timeout: 1 } }, 6)
    await rig.connect()
    for (let n = 1; n <= 100; n++) rig.client.send(publishFrame(2, n, n))
    rig.clock.run()
    expect(rig.broker.delivered).toHaveLength(100)
    expect(rig.transits.some((p) => p.origin === 'agent')).toBe(false)
    for (const type of ['PUBLISH', 'PUBREC', 'PUBREL', 'PUBCOMP'] as const) {
      expect(
        rig.count('uplink', type, (p) => p.segmentLosses > 0) +
          rig.count('downlink', type, (p) => p.segmentLosses > 0),
      ).toBeGreaterThan(5)
    }
  })

  it('takes a dropped packet as a lost segment', async () => {
    const rig = new LinkRig({ kind: 'tcp' })
    await rig.connect()
    rig.link.dropNext('uplink', 'PUBLISH')
    rig.client.send(publishFrame(0, 0, 1))
    rig.clock.run()
    expect(way(rig)).toEqual([200])
    expect(rig.broker.delivered).toHaveLength(1)
  })
})
