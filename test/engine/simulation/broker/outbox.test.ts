import { describe, expect, it } from 'vitest'
import { ALONE } from '../../../helpers/kept-alone'
import { Kept } from '../../../../electron/engine/simulation/broker/kept'
import { Message } from '../../../../electron/engine/simulation/broker/message'
import { Outbox } from '../../../../electron/engine/simulation/broker/outbox'
import type { Outlet } from '../../../../electron/engine/simulation/broker/outlet'
import { DEFAULT_LIMITS } from '../../../../electron/engine/simulation/broker/types'
import { Type, type Frame } from '../../../../electron/engine/mqtt/packet'
import { frameDup, framePacketId, frameType } from '../../../helpers/frames'

class Wire implements Outlet {
  readonly level = 4
  readonly receiveMaximum = 65_535
  readonly maximumPacket = Infinity
  readonly burst: number = Infinity
  readonly frames: Frame[] = []
  bufferedBytes = () => 0
  send = (frame: Frame) => void this.frames.push(frame)
  ids = (type: number) => this.frames.filter((f) => frameType(f) === type).map(framePacketId)
}

const kept = new Kept(DEFAULT_LIMITS, ALONE)
const make = () =>
  new Outbox('c', { kept, nowMs: () => 0, warn: () => undefined, removeExpired: () => undefined })
let n = 0
const copy = (qos: 1 | 2) => {
  const message = new Message({ id: ++n, topic: 't', payload: Buffer.from(`${n}`), qos, retain: false })
  return { message, qos, retain: false, ids: [] }
}

describe('outbox', () => {
  it('[MQTT-2.3.1-4] identifiers count from 1, come round after 65,535 and pass over those in use', () => {
    const box = make()
    const wire = new Wire()
    box.attach(wire)
    for (let i = 0; i < 65_535; i++) box.deliver(copy(1))
    expect(wire.ids(Type.PUBLISH)).toEqual(Array.from({ length: 65_535 }, (_, i) => i + 1))
    box.deliver(copy(1))
    expect(box).toMatchObject({ inFlight: 65_535, queued: 1 })
    box.puback(40)
    expect(wire.ids(Type.PUBLISH).at(-1)).toBe(40)
    for (const id of [2, 50, 1]) box.puback(id)
    for (let i = 0; i < 3; i++) box.deliver(copy(1))
    expect(wire.ids(Type.PUBLISH).slice(-3)).toEqual([50, 1, 2])
  })

  it('[MQTT-4.6.0-4] PUBREL keeps the order of PUBREC, at once and after a reconnect', () => {
    const box = make()
    box.attach(new Wire())
    for (let i = 0; i < 5; i++) box.deliver(copy(2))
    for (const id of [4, 2, 5]) box.pubrec(id, 0)
    box.detach()
    const wire = new Wire()
    box.attach(wire)
    expect(wire.ids(Type.PUBREL)).toEqual([4, 2, 5])
    expect(wire.ids(Type.PUBLISH)).toEqual([1, 3])
    expect(wire.frames.filter((f) => frameType(f) === Type.PUBLISH).every(frameDup)).toBe(true)
    box.pubrec(4, 0)
    expect(wire.ids(Type.PUBREL)).toEqual([4, 2, 5, 4])
    for (const id of [4, 2, 5]) box.pubcomp(id)
    expect(box.inFlight).toBe(2)
  })

  it('65,535 messages in flight are all sent again after a reconnect', () => {
    const box = make()
    box.attach(new Wire())
    for (let i = 0; i < 65_535; i++) box.deliver(copy(2))
    box.detach()
    const wire = new Wire()
    box.attach(wire)
    expect(wire.frames).toHaveLength(65_535)
  })

  it('what a connection leaves open is sent again a stretch at a time, as the client takes it', () => {
    const box = make()
    box.attach(new Wire())
    for (let i = 0; i < 100; i++) box.deliver(copy(2))
    for (let id = 1; id <= 50; id++) box.pubrec(id, 0)
    box.detach()
    let unread = 0
    const wire = Object.assign(new Wire(), { burst: 20, bufferedBytes: () => unread })
    const plain = wire.send
    wire.send = (frame) => {
      unread++
      plain(frame)
    }
    box.attach(wire)
    const lengths: number[] = []
    for (let i = 0; i < 6; i++) {
      lengths.push(wire.frames.length)
      unread = 0
      box.pump()
    }
    expect(lengths).toEqual([20, 40, 60, 80, 100, 100])
    expect(wire.ids(Type.PUBREL)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    expect(wire.ids(Type.PUBLISH)).toEqual(Array.from({ length: 50 }, (_, i) => i + 51))
  })

  it('a connection that finds much waiting is sent it in its turns; a device at once, in its simulated moment', () => {
    for (const [burst, byTurns] of [
      [256, true],
      [Infinity, false],
    ] as const) {
      const box = make()
      const message = new Message({ id: 1, topic: 't', payload: Buffer.alloc(70_000), qos: 1, retain: false })
      box.deliver({ message, qos: 1, retain: false, ids: [] })
      const wire = Object.assign(new Wire(), { burst })
      expect(box.attach(wire)).toBe(byTurns)
      expect(wire.frames).toHaveLength(byTurns ? 0 : 1)
      box.pump()
      expect(wire.frames).toHaveLength(1)
    }
  })

  it('an acknowledgement of the wrong kind changes nothing', () => {
    const box = make()
    box.attach(new Wire())
    box.deliver(copy(1))
    box.deliver(copy(2))
    box.puback(2)
    box.pubcomp(2)
    box.pubcomp(1)
    expect(box.inFlight).toBe(2)
  })
})
