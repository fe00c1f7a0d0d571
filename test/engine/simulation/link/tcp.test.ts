import { describe, expect, it } from 'vitest'
import { LinkRig, publishFrame } from '../../../helpers/link-rig'

/** Loses the first transmission of the n-th PUBLISH. */
const losePublish = (...nth: number[]) => ({
  model: 'rule' as const,
  rules: [{ type: 'PUBLISH' as const, nth }],
})
const way = (rig: LinkRig) => rig.transits.slice(2).map((p) => p.settledMs - p.sentMs)

describe('tcp link', () => {
  it('repeats a lost segment as soon as one behind it is acknowledged, and everything behind waits', async () => {
    const rig = new LinkRig({ kind: 'tcp', delay: '10ms', uplink: { loss: losePublish(1) } })
    await rig.connect()
    for (let n = 1; n <= 3; n++) {
      rig.client.send(publishFrame(0, 0, n))
      rig.clock.advance(50)
    }
    rig.clock.run()
    // sent at 50, at the receiver at 60, its acknowledgement at the sender at 70, the repetition there at 80
    expect(way(rig)).toEqual([80, 30, 10])
    expect(rig.transits.slice(2).map((p) => p.segmentLosses)).toEqual([1, 0, 0])
    expect(rig.settled.every((p) => p.state === 'delivered')).toBe(true)
  })

  it('with nothing behind it: a probe after the timeout, the timeout, and its double each time', async () => {
    const rig = new LinkRig({ kind: 'tcp', delay: '10ms', uplink: { loss: 0.5 } }, 2)
    await rig.connect()
    for (let n = 1; n <= 200; n++) {
      rig.client.send(publishFrame(0, 0, n))
      rig.clock.run()
    }
    const publishes = rig.transits.filter((p) => p.packet.type === 3)
    expect(Math.max(...publishes.map((p) => p.segmentLosses))).toBeGreaterThan(3)
    for (const p of publishes) {
      const wait = p.settledMs - p.sentMs - 10
      // The timeout is the round trip, which a delayed acknowledgement may lengthen, and 200 ms.
      const least = p.segmentLosses === 0 ? 0 : 220 * 2 ** (p.segmentLosses - 1)
      expect(wait).toBeGreaterThan(least - 1e-6)
      // Where it is not known what became of the probe before there is none: 220 ms later than it, the double begins.
      expect(wait).toBeLessThanOrEqual((least * 2 - (p.segmentLosses > 0 ? 220 : 0)) * 1.03 + 1e-6)
    }
    expect(rig.broker.delivered).toHaveLength(200)
  })

  it('a lost acknowledgement repeats nothing to the application', async () => {
    const rig = new LinkRig({ kind: 'tcp', delay: '10ms', downlink: { loss: 0.5 } }, 3)
    await rig.connect()
    for (let n = 1; n <= 100; n++) {
      rig.client.send(publishFrame(0, 0, n))
      rig.clock.advance(100)
    }
    rig.clock.run()
    const publishes = rig.transits.filter((p) => p.packet.type === 3)
    expect(publishes.every((p) => p.segmentLosses === 0)).toBe(true)
    expect(rig.broker.delivered).toHaveLength(100)
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
    // lost at 0, as a probe at 220, then at 440 and 880 ms; 880 ms later the network is well
    expect(rig.transits[2]?.segmentLosses).toBe(4)
    expect(way(rig)).toEqual([1770])
  })

  it('a rule loses one segment of a packet that has several', async () => {
    const tcp = { segmentBytes: 64 }
    const rig = new LinkRig({ kind: 'tcp', delay: '20ms', uplink: { loss: losePublish(1) }, tcp })
    await rig.connect()
    const big = publishFrame(0, 0, 1, 'p'.repeat(100))
    rig.client.send(big)
    rig.clock.run()
    // the second segment is acknowledged after 40 ms; a quarter of that and two ticks for reordering; 20 ms of way
    expect(way(rig)).toEqual([40 + 10 + 8 + 20])
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
    // A probe of the last after 8 ms, two timeouts that repeat both in one segment, and the third that gives up.
    expect(rig.clock.now() - from).toBe(8 + 200 + 400 + 800)
    expect(rig.transits.slice(2).map((p) => [p.state, p.cause, p.segmentLosses])).toEqual([
      ['lost', 'reset', 3],
      ['lost', 'reset', 4],
    ])
    expect(rig.events.at(-1)).toMatchObject({ kind: 'closed', by: 'reset' })
    expect(rig.ends?.client.destroyed).toBe(true)
    expect(rig.link.pending()).toBe(0)
  })

  it('loses segments of every packet type and never resends a packet', async () => {
    const rig = new LinkRig({ kind: 'tcp', delay: '5ms', loss: 0.3, recovery: { timeout: 1 } }, 6)
    await rig.connect()
    for (let n = 1; n <= 100; n++) {
      rig.client.send(publishFrame(2, n, n))
      rig.clock.advance(200)
    }
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
