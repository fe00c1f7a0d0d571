import { isUtf8 } from 'node:buffer'
import { Type, type Frame, type Packet } from '../../../mqtt/packet'
import { varint, varintLength, writeVarint } from '../../../mqtt/varint'
import type { ProtocolLevel, QoS } from '../../../../contract/packet'
import { Prop } from '../../../mqtt/properties'
import { ALLOWED, NO_PROPERTIES, readProperties } from './properties'
import { malformed, ProtocolError, Reason } from './protocol-error'
import { Reader } from './reader'

export interface Publish {
  topic: string
  topicBytes: Buffer
  qos: QoS
  retain: boolean
  /** 0 at QoS 0. */
  packetId: number
  payload: Buffer
  /** Seconds, or null. */
  expiry: number | null
  forward: Buffer
}

const PLUS = 0x2b
const HASH = 0x23

/** Reads and checks a PUBLISH by its view. @throws ProtocolError */
export function readPublish(packet: Packet): Publish {
  const { frame, qos, packetId, topicAt, topicEnd, propertiesAt, payloadAt } = packet
  // [MQTT-3.3.1-4] [MQTT-3.3.1-2]
  if ((qos as number) === 3) throw malformed('PUBLISH: QoS is 3')
  if (qos === 0 && packet.dup) throw malformed('PUBLISH: DUP is set at QoS 0')
  const topicBytes = frame.subarray(topicAt, topicEnd)
  checkTopicBytes(topicBytes)
  if (!packet.complete) throw malformed('PUBLISH: packet is cut short')
  if (qos > 0 && packetId === 0) throw malformed('PUBLISH: packet identifier is 0')
  // Most have no properties: one byte, which is 0.
  const props =
    payloadAt - propertiesAt > 1
      ? readProperties(Reader.from(packet, propertiesAt, payloadAt, 'PUBLISH'), ALLOWED.PUBLISH, 'PUBLISH')
      : NO_PROPERTIES
  // This broker announces a topic alias maximum of 0 by leaving it out of CONNACK [MQTT-3.3.2-9].
  if (props.numbers.has(Prop.TOPIC_ALIAS)) {
    throw new ProtocolError('PUBLISH: topic aliases are not offered', Reason.TOPIC_ALIAS)
  }
  if (topicBytes.length === 0)
    throw new ProtocolError('PUBLISH: the topic name is empty', Reason.PROTOCOL_ERROR)
  return {
    topic: packet.topic,
    topicBytes,
    qos,
    retain: packet.retain,
    packetId,
    payload: packet.payload,
    expiry: props.numbers.get(Prop.MESSAGE_EXPIRY) ?? null,
    forward: props.forward,
  }
}

/** False for a topic that needs a closer look: one with U+0000, a wildcard, or anything beyond ASCII. */
function isPlain(topic: Buffer): boolean {
  for (let i = 0; i < topic.length; i++) {
    const c = topic[i] as number
    if (c === 0 || c === PLUS || c === HASH || c > 0x7f) return false
  }
  return true
}

function checkTopicBytes(topic: Buffer): void {
  if (isPlain(topic)) return
  if (!isUtf8(topic)) throw malformed('PUBLISH: the topic name is not valid UTF-8')
  if (topic.includes(0)) throw malformed('PUBLISH: the topic name contains U+0000')
  // [MQTT-3.3.2-2]
  if (topic.includes(PLUS) || topic.includes(HASH)) {
    throw new ProtocolError('PUBLISH: the topic name contains a wildcard', Reason.TOPIC_NAME)
  }
}

/** What one copy of a message looks like on one subscriber's leg. */
export interface Copy {
  level: ProtocolLevel
  qos: QoS
  dup: boolean
  retain: boolean
  packetId: number
  /** Seconds left, or null. */
  expiry: number | null
  subscriptionIds: readonly number[]
}

/** Writes a PUBLISH. `forward` are raw properties that are passed on to MQTT 5 subscribers. */
export function writePublish(m: { topicBytes: Buffer; payload: Buffer; forward: Buffer }, c: Copy): Frame {
  const head = c.level === 5 ? propertyHead(m.forward, c) : null
  const idBytes = c.qos > 0 ? 2 : 0
  const propertyBytes = head === null ? 0 : head.length + m.forward.length
  const remaining = 2 + m.topicBytes.length + idBytes + propertyBytes + m.payload.length
  const frame = Buffer.allocUnsafe(1 + varintLength(remaining) + remaining)
  frame[0] = (Type.PUBLISH << 4) | (c.dup ? 0x08 : 0) | (c.qos << 1) | (c.retain ? 1 : 0)
  let at = writeVarint(frame, 1, remaining)
  at = frame.writeUInt16BE(m.topicBytes.length, at)
  at += m.topicBytes.copy(frame, at)
  if (c.qos > 0) at = frame.writeUInt16BE(c.packetId, at)
  if (head !== null) {
    frame.set(head, at)
    at += head.length
    at += m.forward.copy(frame, at)
  }
  m.payload.copy(frame, at)
  return frame
}

const NO_PROPERTY_HEAD: readonly number[] = [0]

/** Length of the properties and those of this hop; what is passed on follows. */
function propertyHead(forward: Buffer, c: Copy): readonly number[] {
  if (forward.length === 0 && c.expiry === null && c.subscriptionIds.length === 0) return NO_PROPERTY_HEAD
  const own: number[] = []
  if (c.expiry !== null) {
    own.push(
      Prop.MESSAGE_EXPIRY,
      (c.expiry >>> 24) & 255,
      (c.expiry >>> 16) & 255,
      (c.expiry >>> 8) & 255,
      c.expiry & 255,
    )
  }
  for (const id of c.subscriptionIds) own.push(Prop.SUBSCRIPTION_ID, ...varint(id))
  return [...varint(own.length + forward.length), ...own]
}
