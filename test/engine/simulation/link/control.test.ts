import { describe, expect, it } from 'vitest'
import { Type } from '../../../../electron/engine/mqtt/packet'
import { frameType } from '../../../helpers/frames'
import { connackFrame, connectFrame, LinkRig, publishFrame } from '../../../helpers/link-rig'

const subscribe = (id: number) => Buffer.from([0x82, 6, id >> 8, id & 255, 0, 1, 0x74, 1])
const suback = (id: number) => Buffer.from([0x90, 3, id >> 8, id & 255, 1])

describe('packets outside the handshakes', () => {
  it('are spared by default, exposed on request', async () => {
    const spared = new LinkRig({ loss: 1 })
    await spared.open()
    spared.client.send(connectFrame(true))
    expect(spared.settled[0]?.state).toBe('delivered')
    const exposed = new LinkRig({ loss: 1, lossScope: 'all' })
    await exposed.open()
    exposed.client.send(connectFrame(true))
    expect(exposed.settled[0]).toMatchObject({ state: 'lost', cause: 'model' })
    expect(exposed.link.pending()).toBe(1)
  })

  it('a lost CONNACK is sent again to a repeated CONNECT that the broker does not see', async () => {
    const rig = new LinkRig({ recovery: { timeout: 100 } })
    await rig.open()
    rig.link.dropNext('downlink', 'CONNACK')
    rig.client.send(connectFrame(true))
    rig.broker.send(connackFrame(false))
    rig.clock.run()
    expect(rig.story()).toEqual(['> CONNECT', '< CONNACK lost:rule', '> CONNECT agent', '< CONNACK agent'])
    expect(rig.transits.map((p) => p.attempt)).toEqual([1, 1, 2, 2])
    expect(rig.broker.frames).toHaveLength(1)
    expect(rig.client.frames).toHaveLength(1)
  })

  it('what overtakes a lost CONNACK waits for it', async () => {
    const rig = new LinkRig({ recovery: { timeout: 100 } })
    await rig.open()
    rig.link.dropNext('downlink', 'CONNACK')
    rig.client.send(connectFrame(false))
    rig.broker.send(connackFrame(true))
    rig.broker.send(publishFrame(1, 3, 1))
    rig.broker.send(publishFrame(0, 0, 2))
    expect(rig.client.frames).toEqual([])
    rig.clock.run()
    expect(rig.client.frames.map(frameType)).toEqual([Type.CONNACK, Type.PUBLISH, Type.PUBLISH])
    expect(rig.link.pending()).toBe(0)
  })

  it('a lost SUBSCRIBE is repeated, a lost SUBACK is repeated without a second subscription', async () => {
    const rig = new LinkRig({ recovery: { timeout: 100 } })
    await rig.connect()
    rig.link.dropNext('uplink', 'SUBSCRIBE')
    rig.client.send(subscribe(5))
    rig.clock.advance(150)
    rig.link.dropNext('downlink', 'SUBACK')
    rig.broker.send(suback(5))
    rig.clock.run()
    expect(rig.story().slice(2)).toEqual([
      '> SUBSCRIBE 5 lost:rule',
      '> SUBSCRIBE 5 agent',
      '< SUBACK 5 lost:rule',
      '> SUBSCRIBE 5 agent',
      '< SUBACK 5 agent',
    ])
    expect(rig.broker.frames.map(frameType)).toEqual([Type.CONNECT, Type.SUBSCRIBE])
    expect(rig.client.frames.map(frameType)).toEqual([Type.CONNACK, Type.SUBACK])
    expect(rig.link.pending()).toBe(0)
  })

  it('an endpoint that subscribes again under the same identifier is heard', async () => {
    const rig = new LinkRig({})
    await rig.connect()
    for (let i = 0; i < 2; i++) {
      rig.client.send(subscribe(5))
      rig.broker.send(suback(5))
    }
    expect(rig.broker.frames.map(frameType)).toEqual([Type.CONNECT, Type.SUBSCRIBE, Type.SUBSCRIBE])
    expect(rig.client.frames.map(frameType)).toEqual([Type.CONNACK, Type.SUBACK, Type.SUBACK])
  })

  it('a lost PINGRESP is asked for again', async () => {
    const rig = new LinkRig({ recovery: { timeout: 100 } })
    await rig.connect()
    rig.link.dropNext('uplink', 'PINGREQ')
    rig.client.send(Buffer.from([0xc0, 0]))
    rig.clock.advance(150)
    expect(rig.story().slice(2)).toEqual(['> PINGREQ lost:rule', '> PINGREQ agent'])
    rig.broker.send(Buffer.from([0xd0, 0]))
    rig.clock.run()
    expect(rig.client.frames.map(frameType)).toEqual([Type.CONNACK, Type.PINGRESP])
  })

  it('a rule may name them without the option', async () => {
    const rig = new LinkRig({ downlink: { loss: { model: 'rule', rules: [{ type: 'SUBACK', next: 1 }] } } })
    await rig.connect()
    rig.broker.send(suback(5))
    expect(rig.story().at(-1)).toBe('< SUBACK 5 lost:rule')
  })
})
