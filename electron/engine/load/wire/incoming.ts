import { MalformedPacketError } from '../../mqtt/errors'
import { qosOf } from '../../mqtt/first-byte'
import { readPublishHeader, type PublishHeader } from '../../mqtt/packet'
import { findProperty, Prop } from '../../mqtt/properties'
import { readVarint, varintBytes, varintValue } from '../../mqtt/varint'

/** Where an application message lies: payload and end, topic name, properties (level 5). */
export interface Arrival extends Readonly<Pick<PublishHeader, 'payloadAt' | 'topicEnd' | 'propertiesAt'>> {
  bytes: Buffer
  /** Of the payload and the packet. */
  end: number
  /** Unix ms of the run's clock. */
  atMs: number
}

/** One object is used again and again: read it before the next packet. */
export interface PublishHead extends PublishHeader, Arrival {
  payloadAt: number
  topicEnd: number
  propertiesAt: number
  qos: number
}

const head: PublishHead = {
  bytes: Buffer.alloc(0),
  end: 0,
  atMs: 0,
  qos: 0,
  packetId: 0,
  topicAt: 0,
  topicEnd: 0,
  propertiesAt: 0,
  payloadAt: 0,
  complete: false,
}

/** The message of a head that was read in these bytes. */
export function arrivalOf(of: PublishHead, bytes: Buffer, end: number, atMs: number): Arrival {
  of.bytes = bytes
  of.end = end
  of.atMs = atMs
  return of
}

/**
 * @param aliases topic aliases that the client accepts
 * @throws MalformedPacketError also for one that has neither a topic name nor such an alias [MQTT-3.3.2-8]
 */
export function readPublish(
  b: Buffer,
  start: number,
  body: number,
  end: number,
  level: number,
  aliases = 0,
): PublishHead {
  head.qos = qosOf(b[start] as number)
  if (head.qos === 3) throw new MalformedPacketError('PUBLISH with QoS 3')
  readPublishHeader(b, start, body, end, level, head)
  if (!head.complete) throw new MalformedPacketError('PUBLISH longer than its remaining length')
  if (head.topicEnd === head.topicAt && !hasAlias(b.subarray(0, end), head.propertiesAt, level, aliases))
    throw new MalformedPacketError('PUBLISH without a topic name or a topic alias that was offered')
  return head
}

function hasAlias(b: Buffer, propertiesAt: number, level: number, aliases: number): boolean {
  if (level !== 5) return false
  const at = findProperty(b, propertiesAt, Prop.TOPIC_ALIAS)
  if (at < 0 || at + 2 > b.length) return false
  const alias = b.readUInt16BE(at)
  return alias > 0 && alias <= aliases
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
