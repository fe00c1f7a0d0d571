import { describe, expect, it } from 'vitest'
import { LinkRig, publishFrame } from '../../../helpers/link-rig'

describe('radio link', () => {
  it('carries a packet without delay at once, and settles its transit once', async () => {
    const rig = new LinkRig({})
    await rig.connect()
    rig.client.send(publishFrame(0, 0, 1))
    expect(rig.broker.delivered).toEqual(['{"_id":"pub:1"}'])
    expect(rig.settled).toEqual(rig.transits)
    expect(rig.transits.every((p) => p.state === 'delivered')).toBe(true)
    expect(rig.link.pending()).toBe(0)
  })

  it('resends a PUBLISH whose PUBACK was lost with DUP and the same identifier', async () => {
    const rig = new LinkRig({ delay: 10, recovery: { timeout: 100 } })
    await rig.connect()
    const from = rig.clock.now()
    rig.link.dropNext('downlink', 'PUBACK')
    rig.client.send(publishFrame(1, 7, 1))
    rig.clock.run(1000)
    expect(rig.story().slice(2)).toEqual([
      '> PUBLISH 7',
      '< PUBACK 7 lost:rule',
      '> PUBLISH 7 dup agent',
      '< PUBACK 7',
    ])
    expect(rig.transits.slice(2).map((p) => p.sentMs - from)).toEqual([0, 10, 100, 110])
    expect(rig.broker.delivered).toHaveLength(2)
    expect(rig.link.pending()).toBe(0)
  })

  it.each(['PUBLISH', 'PUBREC', 'PUBREL', 'PUBCOMP'] as const)(
    'QoS 2 delivers once though %s is lost',
    async (type) => {
      for (const direction of ['uplink', 'downlink'] as const) {
        const rig = new LinkRig({ delay: 10, recovery: { timeout: 100 } })
        await rig.connect()
        const [from, to] = direction === 'uplink' ? [rig.client, rig.broker] : [rig.broker, rig.client]
        const back = direction === 'uplink' ? 'downlink' : 'uplink'
        rig.link.dropNext(type === 'PUBLISH' || type === 'PUBREL' ? direction : back, type)
        from.send(publishFrame(2, 9, 1))
        rig.clock.run(1000)
        expect(to.delivered).toEqual(['{"_id":"pub:1"}'])
        expect(rig.settled.filter((p) => p.state === 'lost')).toHaveLength(1)
        expect(from.frames.filter((f) => f[0]! >> 4 === 7)).toHaveLength(1)
        expect(rig.link.pending()).toBe(0)
      }
    },
  )
})
