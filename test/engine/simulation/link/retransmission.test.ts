import { describe, expect, it } from 'vitest'
import type { MessageRecord } from '../../../../electron/engine/simulation/link/exchanges'
import { Receiver } from '../../../../electron/engine/simulation/link/receiver'
import { Sender, type RetryPolicy } from '../../../../electron/engine/simulation/link/retransmission'
import { ackFrame, frameDup, frameType, Type } from '../../../../electron/engine/mqtt/frame'
import { publishFrame } from '../../../helpers/link-rig'

const policy: RetryPolicy = { timed: true, timeout: 100, backoff: 2, maxAttempts: 3 }
const record = (key: string): MessageRecord => ({
  key,
  a: 0,
  b: 0,
  counts: [0, 0, 0, 0, 0],
  id: 0,
  earlierIds: null,
  open: 1,
  recent: 0,
})
const one = record('pub:1')
const ack = (sender: Sender, type: number, id: number, nowMs = 0, frame = ackFrame(type, id)) =>
  sender.acknowledge(type, id, frame, nowMs)

describe('sender', () => {
  it('repeats with DUP after the timeout, backs off, and gives up', () => {
    const sender = new Sender(policy, false)
    expect(frameDup(sender.publish(7, publishFrame(1, 7, 1), one, 0))).toBe(false)
    expect(sender.nextDueMs).toBe(100)
    expect(sender.expire(99)).toEqual({ again: [], gaveUp: [] })
    const [second] = sender.expire(100).again
    expect(second?.packetId).toBe(7)
    expect(frameDup(second!.frame)).toBe(true)
    expect(sender.nextDueMs).toBe(300)
    expect(sender.expire(300).again).toHaveLength(1)
    expect(sender.nextDueMs).toBe(700)
    expect(sender.expire(700)).toMatchObject({ again: [], gaveUp: [{ packetId: 7, attempts: 3 }] })
    expect(sender.nextDueMs).toBe(Infinity)
    expect(sender.timed()).toBe(0)
  })

  it('stops repeating PUBLISH at PUBREC, repeats PUBREL until PUBCOMP', () => {
    const sender = new Sender(policy, false)
    sender.publish(7, publishFrame(2, 7, 1), one, 0)
    expect(ack(sender, Type.PUBREC, 7)).toMatchObject({ pass: true, answer: null, ended: false })
    expect(sender.timed()).toBe(0)
    sender.release(7, ackFrame(Type.PUBREL, 7), one, 50)
    const [again] = sender.expire(150).again
    expect(frameType(again!.frame)).toBe(Type.PUBREL)
    expect(ack(sender, Type.PUBCOMP, 7)).toMatchObject({ pass: true, ended: true })
    expect(sender.size).toBe(0)
  })

  it('keeps repeated acknowledgements from the endpoint', () => {
    const sender = new Sender(policy, false)
    sender.publish(7, publishFrame(2, 7, 1), one, 0)
    ack(sender, Type.PUBREC, 7)
    expect(ack(sender, Type.PUBREC, 7).pass).toBe(false)
    sender.release(7, ackFrame(Type.PUBREL, 7), one, 0)
    expect(ack(sender, Type.PUBREC, 7)).toMatchObject({ pass: false, answer: null })
    ack(sender, Type.PUBCOMP, 7)
    expect(ack(sender, Type.PUBCOMP, 7).pass).toBe(false)
    expect(ack(sender, Type.PUBACK, 9).pass).toBe(false)
  })

  it('without a timer answers a repeated PUBREC itself', () => {
    const sender = new Sender({ ...policy, timed: false }, false)
    sender.publish(7, publishFrame(2, 7, 1), one, 0)
    ack(sender, Type.PUBREC, 7)
    sender.release(7, ackFrame(Type.PUBREL, 7), one, 0)
    expect(ack(sender, Type.PUBREC, 7).answer).toEqual(ackFrame(Type.PUBREL, 7))
  })

  it('answers an orphan PUBREC with PUBREL and sees that through, unknown to the endpoint', () => {
    const sender = new Sender(policy, false)
    expect(ack(sender, Type.PUBREC, 8)).toEqual({
      pass: false,
      answer: ackFrame(Type.PUBREL, 8),
      ended: false,
    })
    expect(sender.expire(100).again).toHaveLength(1)
    expect(ack(sender, Type.PUBCOMP, 8)).toMatchObject({ pass: false, ended: true })
  })

  it('takes an MQTT 5 PUBREC with an error for the end', () => {
    const sender = new Sender(policy, false)
    sender.publish(7, publishFrame(2, 7, 1), one, 0)
    const refused = Buffer.from([Type.PUBREC << 4, 3, 0, 7, 0x97])
    expect(ack(sender, Type.PUBREC, 7, 0, refused)).toMatchObject({ pass: true, ended: true })
    expect(sender.size).toBe(0)
  })

  it('marks what the endpoint sends again on the next connection, and only that', () => {
    const sender = new Sender(policy, true)
    sender.publish(7, publishFrame(1, 7, 1), one, 0)
    sender.disconnected()
    expect(sender.nextDueMs).toBe(Infinity)
    expect(frameDup(sender.publish(7, publishFrame(1, 7, 1), one, 500))).toBe(true)
    expect(frameDup(sender.publish(8, publishFrame(1, 8, 2), record('pub:2'), 500))).toBe(false)
    const copied = Buffer.from(publishFrame(1, 9, 3))
    copied[0]! |= 8
    expect(frameDup(sender.publish(9, copied, record('pub:3'), 500))).toBe(false)
  })

  it('marks what was acknowledged just before the connection broke, if the endpoint has not seen it', () => {
    const sender = new Sender(policy, true)
    sender.publish(7, publishFrame(1, 7, 1), one, 0)
    ack(sender, Type.PUBACK, 7)
    expect(frameDup(sender.publish(7, publishFrame(1, 7, 1), record('pub:2'), 0))).toBe(false)
    ack(sender, Type.PUBACK, 7)
    sender.disconnected()
    expect(frameDup(sender.publish(7, publishFrame(1, 7, 1), one, 0))).toBe(true)
  })

  it('in a new session a broker begins afresh, a client still says that it repeats', () => {
    for (const authority of [true, false]) {
      const sender = new Sender(policy, authority)
      sender.publish(7, publishFrame(1, 7, 1), one, 0)
      sender.disconnected()
      sender.resetSession()
      expect(sender.size).toBe(0)
      expect(frameDup(sender.publish(7, publishFrame(1, 7, 1), one, 0))).toBe(!authority)
    }
  })

  it('a PUBACK does not end a QoS 2 exchange', () => {
    const sender = new Sender(policy, false)
    sender.publish(7, publishFrame(2, 7, 1), one, 0)
    expect(ack(sender, Type.PUBACK, 7)).toMatchObject({ pass: true, ended: false })
    expect(sender.size).toBe(1)
  })
})

describe('receiver', () => {
  it('hands a QoS 2 PUBLISH over once, answers its repetitions', () => {
    const receiver = new Receiver()
    expect(receiver.publish(7, false).pass).toBe(true)
    expect(receiver.publish(7, true)).toEqual({ pass: false, answer: null })
    receiver.received(7, false)
    expect(receiver.publish(7, true)).toEqual({ pass: false, answer: ackFrame(Type.PUBREC, 7) })
    expect(receiver.release(7).pass).toBe(true)
    expect(receiver.release(7)).toEqual({ pass: false, answer: null })
    receiver.completed(7)
    expect(receiver.release(7)).toEqual({ pass: false, answer: ackFrame(Type.PUBCOMP, 7) })
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
    expect(receiver.release(8).answer).toEqual(ackFrame(Type.PUBCOMP, 8))
  })

  it('forgets an exchange its endpoint refuses', () => {
    const receiver = new Receiver()
    receiver.publish(7, false)
    receiver.received(7, true)
    expect(receiver.size).toBe(0)
  })
})
