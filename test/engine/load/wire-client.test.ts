import { describe, expect, it } from 'vitest'
import { Type } from '../../../electron/engine/mqtt/packet'
import { frameDup, framePacketId, frameType } from '../../helpers/frames'
import { rig } from './client-rig'
import { CONNACK } from './scripted-broker'

const publishes = (r: ReturnType<typeof rig>) =>
  r.broker.last.frames.filter((f) => frameType(f) === Type.PUBLISH)

describe('publishing', () => {
  it('sends no more than the window, in one write, and goes on as acknowledgements come', () => {
    const r = rig({ qos: 1, window: 4, messages: 10 })
    r.connect()
    r.broker.last.read()
    expect(r.session.delivered).toEqual([0, 1, 2, 3])
    r.broker.last.answer(1)
    r.deferred.run()
    r.broker.last.read()
    expect(r.session.delivered).toEqual([0, 1, 2, 3, 4])
    for (let i = 0; i < 10; i++) {
      r.broker.last.answer()
      r.deferred.run()
      r.broker.last.read()
    }
    expect(r.told.acknowledged).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(r.client.unacknowledged()).toEqual([])
  })

  it('waits until the window is half empty in a closed loop', () => {
    const r = rig({ qos: 1, window: 4, refillAt: 2, messages: 10 })
    r.connect()
    r.broker.last.read()
    r.broker.last.answer(1)
    r.deferred.run()
    expect(r.broker.last.inbox).toHaveLength(0)
    r.broker.last.answer(1)
    r.deferred.run()
    r.broker.last.read()
    expect(publishes(r)).toHaveLength(6)
  })

  it('takes QoS 2 through PUBREC, PUBREL, PUBCOMP before it counts', () => {
    const r = rig({ qos: 2, window: 2, messages: 2 })
    r.connect()
    r.broker.last.read()
    r.broker.last.answer()
    r.deferred.run()
    expect(r.told.acknowledged).toEqual([])
    r.broker.last.read()
    expect(r.session.held.size).toBe(0)
    r.broker.last.answer()
    expect(r.told.acknowledged).toEqual([0, 1])
  })

  it('does not send while the transport is full, and then sends on', () => {
    const r = rig({ qos: 0, messages: 5 })
    r.client.connect()
    r.broker.last.open()
    r.broker.last.read()
    r.broker.last.full = true
    r.broker.last.send(CONNACK(false))
    r.deferred.run()
    expect(r.told.sent).toBe(0)
    expect(r.client.unacknowledged()).toEqual([0, 1, 2, 3, 4])
    r.broker.last.drain()
    expect(r.told.sent).toBe(5)
    expect(r.client.unacknowledged()).toEqual([])
  })

  it('paces a closed loop at QoS 0 by PINGRESP', () => {
    const r = rig({ qos: 0, messages: 100_000, barriers: true, size: 1000 })
    r.connect()
    r.deferred.run()
    r.broker.last.read()
    const first = r.source.taken
    expect(first).toBeGreaterThan(100)
    expect(first).toBeLessThan(200)
    r.deferred.run()
    r.broker.last.read()
    expect(r.source.taken).toBe(first)
    r.broker.last.answer(1)
    r.deferred.run()
    expect(r.told.confirmed).toBe(1)
    expect(r.source.taken).toBeGreaterThan(first)
  })
})

describe('acknowledgements that go wrong', () => {
  it('counts MQTT 5 negative acknowledgements as failures with their reason, and frees the identifier', () => {
    const r = rig({ qos: 1, level: 5, window: 1, messages: 3 })
    r.connect()
    r.broker.last.read()
    r.broker.last.replies.length = 0
    const id = framePacketId(publishes(r)[0]!)
    r.broker.last.send(Buffer.from([0x40, 4, id >> 8, id & 255, 0x97, 0]))
    r.deferred.run()
    r.broker.last.read()
    expect(r.told.failed).toEqual([{ from: 0, to: 1, reason: 'PUBACK 0x97 quota exceeded' }])
    expect(publishes(r)).toHaveLength(2)
    expect(r.told.acknowledged).toEqual([])
  })

  it('ends a QoS 2 exchange at a negative PUBREC, without PUBREL', () => {
    const r = rig({ qos: 2, level: 5, window: 1, messages: 1 })
    r.connect()
    r.broker.last.read()
    r.broker.last.replies.length = 0
    r.broker.last.send(Buffer.from([0x50, 3, 0, 1, 0x83]))
    r.deferred.run()
    expect(r.told.failed).toEqual([{ from: 0, to: 1, reason: 'PUBREC 0x83 implementation specific error' }])
    expect(r.broker.last.inbox).toHaveLength(0)
  })

  it('takes PUBACK 0x10, no matching subscribers, for an acknowledgement', () => {
    const r = rig({ qos: 1, level: 5, window: 1, messages: 1 })
    r.connect()
    r.broker.last.send(Buffer.from([0x40, 3, 0, 1, 0x10]))
    expect(r.told.acknowledged).toEqual([0])
  })

  it('does not let a repeated or unknown PUBACK acknowledge anything', () => {
    const r = rig({ qos: 1, window: 2, messages: 4 })
    r.connect()
    r.broker.last.read()
    const [a] = r.broker.last.replies.splice(0)
    r.broker.last.send(a!)
    r.broker.last.send(a!)
    r.broker.last.send(Buffer.from([0x40, 2, 0xff, 0xff]))
    r.broker.last.send(Buffer.from([0x40, 2, 0, 0]))
    expect(r.told.acknowledged).toEqual([0])
    expect(r.told.anomalies).toHaveLength(3)
  })

  it('answers an orphan PUBREC with PUBREL', () => {
    const r = rig({ qos: 2, messages: 0 })
    r.connect()
    r.broker.last.send(Buffer.from([0x50, 2, 0, 9]))
    r.deferred.run()
    expect([...r.broker.last.inbox]).toEqual([0x62, 2, 0, 9])
  })

  it('closes on an acknowledgement of the wrong kind', () => {
    const r = rig({ qos: 2, messages: 1 })
    r.connect()
    r.broker.last.send(Buffer.from([0x40, 2, 0, 1]))
    expect(r.told.closed[0]).toMatch(/wrong kind/)
    expect(r.told.failed).toEqual([{ from: 0, to: 1, reason: null }])
  })
})

describe('identifiers and windows', () => {
  it('has 65,535 messages in flight and not one more, each with its own identifier', () => {
    const r = rig({ qos: 1, window: 65_535, messages: 70_000, size: 20 })
    r.connect()
    for (let i = 0; i < 200; i++) r.deferred.run()
    r.broker.last.read()
    expect(r.source.taken).toBe(65_535)
    const ids = new Set(r.session.publishes.map((p) => p.id))
    expect(ids.size).toBe(65_535)
    expect(ids.has(0)).toBe(false)
    r.broker.last.answer(1)
    r.deferred.run()
    r.broker.last.read()
    expect(r.source.taken).toBe(65_536)
    expect(r.session.publishes.at(-1)?.id).toBe(r.session.publishes[0]?.id)
  })

  it('keeps to the Receive Maximum of the broker', () => {
    const r = rig({ qos: 1, level: 5, window: 20, messages: 50 })
    r.connect(false, [0x21, 0, 3])
    r.broker.last.read()
    expect(publishes(r)).toHaveLength(3)
    r.broker.last.answer(2)
    r.deferred.run()
    r.broker.last.read()
    expect(publishes(r)).toHaveLength(5)
  })

  it('keeps to a Receive Maximum that is lower after a reconnect, when it resends', () => {
    const r = rig({ qos: 1, level: 5, window: 8, messages: 8, resume: true })
    r.connect()
    r.broker.last.read()
    r.broker.last.cut()
    r.connect(true, [0x21, 0, 2])
    r.broker.last.read()
    expect(publishes(r)).toHaveLength(2)
    for (let i = 0; i < 8; i++) {
      r.broker.last.answer(1)
      r.deferred.run()
      r.broker.last.read()
    }
    expect(publishes(r).every((f) => frameDup(f))).toBe(true)
    expect(r.told.acknowledged.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })
})

describe('lost connections', () => {
  it('fails what is in flight when the session is not kept, and goes on with new messages', () => {
    const r = rig({ qos: 1, window: 2, messages: 4 })
    r.connect()
    r.broker.last.cut()
    expect(r.told.failed.map((f) => f.from)).toEqual([0, 1])
    r.connect()
    r.broker.last.read()
    expect(r.session.publishes.map((p) => [p.sequence, p.dup])).toEqual([
      [2, false],
      [3, false],
    ])
  })

  it('resends PUBLISH with DUP and the old identifier, and PUBREL, in order, before anything new', () => {
    const r = rig({ qos: 2, window: 3, messages: 6, resume: true })
    r.connect()
    r.broker.last.read()
    const ids = publishes(r).map(framePacketId)
    r.broker.last.answer(1) // PUBREC of the first only
    r.deferred.run()
    r.broker.last.cut()
    expect(r.told.failed).toEqual([])
    r.connect(true)
    r.broker.last.read()
    const again = r.broker.last.frames.slice(1)
    expect(again.map((f) => [frameType(f), framePacketId(f)])).toEqual([
      [Type.PUBREL, ids[0]],
      [Type.PUBLISH, ids[1]],
      [Type.PUBLISH, ids[2]],
    ])
    expect(frameDup(again[1]!)).toBe(true)
    expect(r.session.delivered).toEqual([0, 1, 2])
  })

  it('fails what is in flight when the broker has lost the session, and repeats nothing', () => {
    const r = rig({ qos: 2, window: 2, messages: 2, resume: true })
    r.connect()
    r.broker.last.read()
    r.broker.last.cut()
    r.connect(false)
    r.broker.last.read()
    expect(publishes(r)).toHaveLength(0)
    expect(r.told.failed.map((f) => f.from)).toEqual([0, 1])
    expect(r.told.anomalies).toEqual(['the broker lost the session'])
  })

  it('tells of a lost session also where nothing of its own was in flight, and not at the first connection', () => {
    const r = rig({ resume: true, filters: ['a/#'], publishes: false })
    r.connect(false)
    expect(r.told.anomalies).toEqual([])
    r.broker.last.cut()
    r.connect(true)
    expect(r.told.anomalies).toEqual([])
    r.broker.last.cut()
    r.connect(false)
    expect(r.told.anomalies).toEqual(['the broker lost the session'])
  })

  it('counts QoS 0 messages that may not have left as failed', () => {
    const r = rig({ qos: 0, messages: 3 })
    r.client.connect()
    r.broker.last.open()
    r.broker.last.full = true
    r.broker.last.send(CONNACK(false))
    r.deferred.run()
    r.broker.last.cut()
    expect(r.told.failed).toEqual([{ from: 0, to: 3, reason: null }])
    expect(r.told.sent).toBe(0)
  })

  it('ignores a connection it has given up', () => {
    const r = rig({ qos: 1, messages: 1 })
    r.connect()
    const old = r.broker.last
    r.client.cut('test')
    old.send(Buffer.from([0x40, 2, 0, 1]))
    expect(r.told.acknowledged).toEqual([])
    expect(r.told.closed).toEqual(['test'])
  })
})
