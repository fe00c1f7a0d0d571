import { MalformedPacketError } from '../../mqtt/errors'
import { qosOf } from '../../mqtt/first-byte'
import { readPublishHeader, type PublishHeader } from '../../mqtt/packet'
import { readVarint, varintBytes, varintValue } from '../../mqtt/varint'

/** One object is used again and again: read it before the next packet. */
export interface PublishHead extends PublishHeader {
  qos: number
}

const head: PublishHead = {
  qos: 0,
  packetId: 0,
  topicAt: 0,
  topicEnd: 0,
  propertiesAt: 0,
  payloadAt: 0,
  complete: false,
}

/** @throws MalformedPacketError */
export function readPublish(b: Buffer, start: number, body: number, end: number, level: number): PublishHead {
  head.qos = qosOf(b[start] as number)
  if (head.qos === 3) throw new MalformedPacketError('PUBLISH with QoS 3')
  readPublishHeader(b, start, body, end, level, head)
  if (!head.complete) throw new MalformedPacketError('PUBLISH longer than its remaining length')
  return head
}

/** Reason codes of a SUBACK, one a filter. */
export function readSuback(b: Buffer, body: number, end: number, level: number): number[] {
  let at = body + 2
  if (level === 5) {
    const block = readVarint(b, at, end)
    at += varintBytes(block) + varintValue(block)
  }
  return [...b.subarray(at, end)]
}
