import { describe, expect, it } from 'vitest'
import { Type } from '../../../electron/engine/mqtt/packet'
import { framePacketId, frameType } from '../../helpers/frames'
import { rig } from './client-rig'
import { CONNACK, CONNACK5 } from './scripted-broker'

describe('receiving', () => {
  const message = (qos: number, id: number, dup = false) =>
    Buffer.from([
      0x30 | (qos << 1) | (dup ? 8 : 0),
      qos > 0 ? 7 : 5,
      0,
      1,
      0x74,
      ...(qos > 0 ? [id >> 8, id & 255] : []),
      0x68,
      0x69,
    ])
  const subscriber = (level: 4 | 5 = 4) => {
    const r = rig({ publishes: false, filters: ['t'], qos: 2, level, resume: true })
    r.connect()
    r.broker.last.read()
    r.broker.last.answer()
    return r
  }

  it('is ready only after SUBACK', () => {
    const r = rig({ publishes: false, filters: ['t'], qos: 0 })
    r.connect()
    expect(r.told.ready).toBe(0)
    r.broker.last.read()
    r.broker.last.answer()
    expect(r.told.ready).toBe(1)
  })

  it('acknowledges by QoS and passes a QoS 2 message on once, however often it comes', () => {
    const r = subscriber()
    r.broker.last.send(Buffer.concat([message(0, 0), message(1, 5), message(2, 6), message(2, 6, true)]))
    r.deferred.run()
    expect(r.told.arrived.map(String)).toEqual(['hi', 'hi', 'hi'])
    r.broker.last.read()
    expect(r.broker.last.frames.slice(2).map((f) => [frameType(f), framePacketId(f)])).toEqual([
      [Type.PUBACK, 5],
      [Type.PUBREC, 6],
      [Type.PUBREC, 6],
    ])
    r.broker.last.send(Buffer.from([0x62, 2, 0, 6]))
    r.broker.last.send(message(2, 6))
    expect(r.told.arrived).toHaveLength(4)
  })

  it('remembers unreleased QoS 2 identifiers over a reconnect with the session, and forgets them without', () => {
    const r = subscriber()
    r.broker.last.send(message(2, 6))
    r.broker.last.cut()
    r.connect(true)
    r.broker.last.send(message(2, 6, true))
    expect(r.told.arrived).toHaveLength(1)
    r.broker.last.cut()
    r.connect(false)
    r.broker.last.send(message(2, 6))
    expect(r.told.arrived).toHaveLength(2)
  })

  it('finds the payload behind MQTT 5 properties, and in a packet cut anywhere', () => {
    const r = subscriber(5)
    const packet = Buffer.from([0x30, 10, 0, 1, 0x74, 4, 0x26, 0, 0, 0, 0x68, 0x69])
    packet[5] = 3
    const whole = Buffer.from([0x30, 9, 0, 1, 0x74, 3, 0x23, 0, 1, 0x68, 0x69])
    for (let cut = 1; cut < whole.length; cut++) {
      r.broker.last.send(whole.subarray(0, cut))
      r.broker.last.send(whole.subarray(cut))
    }
    expect(r.told.arrived.map(String)).toEqual(Array.from({ length: whole.length - 1 }, () => 'hi'))
    expect(packet).toHaveLength(12)
  })

  it('reports a refused subscription', () => {
    const r = rig({ publishes: false, filters: ['t'], qos: 1 })
    r.connect()
    r.broker.last.send(Buffer.from([0x90, 3, 0, 1, 0x80]))
    expect(r.told.refused).toEqual(['SUBACK 0x80 unspecified error'])
    expect(r.told.ready).toBe(0)
  })
})

describe('connecting', () => {
  it.each([
    [4 as const, CONNACK(false, 5), 'CONNACK 0x05 not authorized'],
    [5 as const, CONNACK5(false, 0x86), 'CONNACK 0x86 bad user name or password'],
    [5 as const, CONNACK5(false, 0, [0x24, 0]), 'the broker supports at most QoS 0'],
    [5 as const, CONNACK5(false, 0, [0x27, 0, 0, 0, 30]), 'the broker accepts packets of at most 30 bytes'],
  ])('level %i tells why it was refused', (level, connack, text) => {
    const r = rig({ level, messages: 1 })
    r.client.connect()
    r.broker.last.open()
    r.broker.last.send(connack)
    expect(r.told.refused).toEqual([text])
    expect(r.told.closed).toEqual([text])
    expect(r.client.isClosed).toBe(true)
  })

  it('gives up a broker that does not answer CONNECT', () => {
    const r = rig()
    r.client.connect()
    r.broker.last.open()
    r.clock.nowMs += 9_000
    r.client.tick(r.clock.nowMs)
    expect(r.told.closed).toEqual([])
    r.clock.nowMs += 2_000
    r.client.tick(r.clock.nowMs)
    expect(r.told.closed).toEqual(['no CONNACK within 10 s'])
  })

  it('sends PINGREQ in time and gives up without PINGRESP', () => {
    const r = rig({ keepAlive: 10 })
    r.connect()
    r.clock.nowMs += 7_000
    r.client.tick(r.clock.nowMs)
    expect(r.broker.last.inbox).toHaveLength(0)
    r.clock.nowMs += 1_000
    r.client.tick(r.clock.nowMs)
    expect([...r.broker.last.inbox]).toEqual([0xc0, 0])
    r.clock.nowMs += 10_001
    r.client.tick(r.clock.nowMs)
    expect(r.told.closed[0]).toMatch(/PINGRESP/)
  })

  it('closes on a malformed packet', () => {
    const r = rig()
    r.connect()
    r.broker.last.send(Buffer.from([0x36, 3, 0, 1, 0x74]))
    expect(r.told.closed[0]).toMatch(/malformed/)
  })

  it('tells the reason of a MQTT 5 DISCONNECT', () => {
    const r = rig({ level: 5 })
    r.connect()
    r.broker.last.send(Buffer.from([0xe0, 1, 0x8b]))
    expect(r.told.closed).toEqual(['DISCONNECT 0x8b server shutting down'])
  })
})
