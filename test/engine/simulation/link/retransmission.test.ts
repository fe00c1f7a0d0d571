import { describe, expect, it } from 'vitest'
import type { MessageRecord } from '../../../../electron/engine/simulation/link/message-table'
import { Receiver } from '../../../../electron/engine/simulation/link/receiver'
import { Sender, type RetryPolicy } from '../../../../electron/engine/simulation/link/retransmission'
import { ackFrame, ackPacket, Packet, Type } from '../../../../electron/engine/mqtt/packet'
import { publishFrame } from '../../../helpers/link-rig'

const policy: RetryPolicy = { timed: true, timeout: 100, backoff: 2, maxAttempts: 3 }
const record = (content: string): MessageRecord => ({
  content,
  a: Number(content.split(':')[1]),
  b: 0,
  publishes: 0,
  pubacks: 0,
  pubrecs: 0,
  pubrels: 0,
  pubcomps: 0,
  id: 0,
  earlierIds: null,
  open: 1,
  recent: 0,
})
const one = record('pub:1')
const publishPacket = (...fields: Parameters<typeof publishFrame>) => new Packet(publishFrame(...fields), 4)
const ack = (sender: Sender, type: number, id: number, nowMs = 0, frame = ackFrame(type, id)) =>
  sender.acknowledge(new Packet(frame, 5), nowMs)

describe('sender', () => {
  it('repeats with DUP after the timeout, backs off, and gives up', () => {
    const sender = new Sender(policy, false)
    expect(sender.publish(publishPacket(1, 7, 1), one, 0).dup).toBe(false)
    expect(sender.nextDueMs).toBe(100)
    expect(sender.expire(99)).toEqual({ again: [], gaveUp: [] })
    const [second] = sender.expire(100).again
    expect(second?.packetId).toBe(7)
    expect(second?.packet.dup).toBe(true)
    expect(sender.nextDueMs).toBe(300)
    expect(sender.expire(300).again).toHaveLength(1)
    expect(sender.nextDueMs).toBe(700)
    expect(sender.expire(700)).toMatchObject({ again: [], gaveUp: [{ packetId: 7, attempts: 3 }] })
    expect(sender.nextDueMs).toBe(Infinity)
    expect(sender.timed()).toBe(0)
  })

  it('stops repeating PUBLISH at PUBREC, repeats PUBREL until PUBCOMP', () => {
    const sender = new Sender(policy, false)
    sender.publish(publishPacket(2, 7, 1), one, 0)
    expect(ack(sender, Type.PUBREC, 7)).toMatchObject({ pass: true, answer: null, ended: false })
    expect(sender.timed()).toBe(0)
    sender.release(ackPacket(Type.PUBREL, 7, 4), one, 50)
    const [again] = sender.expire(150).again
    expect(again?.packet.type).toBe(Type.PUBREL)
    expect(ack(sender, Type.PUBCOMP, 7)).toMatchObject({ pass: true, ended: true })
    expect(sender.size).toBe(0)
  })

  it('keeps repeated acknowledgements from the endpoint', () => {
    const sender = new Sender(policy, false)
    sender.publish(publishPacket(2, 7, 1), one, 0)
    ack(sender, Type.PUBREC, 7)
    expect(ack(sender, Type.PUBREC, 7).pass).toBe(false)
    sender.release(ackPacket(Type.PUBREL, 7, 4), one, 0)
    expect(ack(sender, Type.PUBREC, 7)).toMatchObject({ pass: false, answer: null })
    ack(sender, Type.PUBCOMP, 7)
    expect(ack(sender, Type.PUBCOMP, 7).pass).toBe(false)
    expect(ack(sender, Type.PUBACK, 9).pass).toBe(false)
  })

  it('without a timer answers a repeated PUBREC itself', () => {
    const sender = new Sender({ ...policy, timed: false }, false)
    sender.publish(publishPacket(2, 7, 1), one, 0)
    ack(sender, Type.PUBREC, 7)
    sender.release(ackPacket(Type.PUBREL, 7, 4), one, 0)
    expect(ack(sender, Type.PUBREC, 7).answer?.frame).toEqual(ackFrame(Type.PUBREL, 7))
  })

  it('answers an orphan PUBREC with PUBREL and sees that through, unknown to the endpoint', () => {
    const sender = new Sender(policy, false)
    expect(ack(sender, Type.PUBREC, 8)).toEqual({
      pass: false,
      answer: ackPacket(Type.PUBREL, 8, 5),
      ended: false,
    })
    expect(sender.expire(100).again).toHaveLength(1)
    expect(ack(sender, Type.PUBCOMP, 8)).toMatchObject({ pass: false, ended: true })
  })

  it('takes an MQTT 5 PUBREC with an error for the end', () => {
    const sender = new Sender(policy, false)
    sender.publish(publishPacket(2, 7, 1), one, 0)
    const refused = Buffer.from([Type.PUBREC << 4, 3, 0, 7, 0x97])
    expect(ack(sender, Type.PUBREC, 7, 0, refused)).toMatchObject({ pass: true, ended: true })
    expect(sender.size).toBe(0)
  })

  it('marks what the endpoint sends again on the next connection, and only that', () => {
    const sender = new Sender(policy, true)
    sender.publish(publishPacket(1, 7, 1), one, 0)
    sender.disconnected()
    expect(sender.nextDueMs).toBe(Infinity)
    expect(sender.publish(publishPacket(1, 7, 1), one, 500).dup).toBe(true)
    expect(sender.publish(publishPacket(1, 8, 2), record('pub:2'), 500).dup).toBe(false)
    const copied = Buffer.from(publishFrame(1, 9, 3))
    copied[0]! |= 8
    expect(sender.publish(new Packet(copied, 4), record('pub:3'), 500).dup).toBe(false)
  })

  it('marks what was acknowledged just before the connection broke, if the endpoint has not seen it', () => {
    const sender = new Sender(policy, true)
    sender.publish(publishPacket(1, 7, 1), one, 0)
    ack(sender, Type.PUBACK, 7)
    expect(sender.publish(publishPacket(1, 7, 1), record('pub:2'), 0).dup).toBe(false)
    ack(sender, Type.PUBACK, 7)
    sender.disconnected()
    expect(sender.publish(publishPacket(1, 7, 1), one, 0).dup).toBe(true)
  })

  it('in a new session a broker begins afresh, a client still says that it repeats', () => {
    for (const authority of [true, false]) {
      const sender = new Sender(policy, authority)
      sender.publish(publishPacket(1, 7, 1), one, 0)
      sender.disconnected()
      sender.resetSession()
      expect(sender.size).toBe(0)
      expect(sender.publish(publishPacket(1, 7, 1), one, 0).dup).toBe(!authority)
    }
  })

  it('a PUBACK does not end a QoS 2 exchange', () => {
    const sender = new Sender(policy, false)
    sender.publish(publishPacket(2, 7, 1), one, 0)
    expect(ack(sender, Type.PUBACK, 7)).toMatchObject({ pass: true, ended: false })
    expect(sender.size).toBe(1)
  })
})

describe('receiver', () => {
  it('hands a QoS 2 PUBLISH over once, answers its repetitions', () => {
    const receiver = new Receiver()
    expect(receiver.publish(7, false).pass).toBe(true)
    expect(receiver.publish(7, true)).toEqual({ pass: false, answer: 0 })
    receiver.received(7, false)
    expect(receiver.publish(7, true)).toEqual({ pass: false, answer: Type.PUBREC })
    expect(receiver.release(7).pass).toBe(true)
    expect(receiver.release(7)).toEqual({ pass: false, answer: 0 })
    receiver.completed(7)
    expect(receiver.release(7)).toEqual({ pass: false, answer: Type.PUBCOMP })
    expect(receiver.publish(7, false).pass).toBe(true)
  })

  it('after a reconnect leaves repetitions to the endpoint, which alone knows its state', () => {
    const receiver = new Receiver()
    receiver.publish(7, false)
    receiver.received(7, false)
    receiver.publish(8, false)
    receiver.disconnected()
    expect(receiver.publish(7, true).pass).toBe(true)
    expect(receiver.release(8).pass).toBe(true)
    receiver.disconnected()
    receiver.resetSession()
    expect(receiver.size).toBe(0)
    expect(receiver.release(8).answer).toBe(Type.PUBCOMP)
  })

  it('forgets an exchange its endpoint refuses', () => {
    const receiver = new Receiver()
    receiver.publish(7, false)
    receiver.received(7, true)
    expect(receiver.size).toBe(0)
  })
})
