import type { QoS } from '../../../contract/packet'
import { Type } from '../../mqtt/packet'
import { findProperty, Prop } from '../../mqtt/properties'
import { varint } from '../../mqtt/varint'

/** What the broker publishes when the connection ends without DISCONNECT (3.1.1 section 3.1.2.5). */
export interface Will {
  topic: string
  payload: string
  qos: QoS
}

/** What a CONNECT says. */
export interface ConnectFields {
  clientId: string
  level: 4 | 5
  clean: boolean
  /** Seconds; 0 turns keep-alive off. */
  keepAlive: number
  username?: string | undefined
  password?: string | undefined
  will?: Will | undefined
  /** Level 5 only. */
  receiveMaximum?: number | undefined
  /** Topic aliases that the client accepts, level 5 only. @default 0 */
  topicAliasMaximum?: number | undefined
  /** Seconds, level 5 only. */
  sessionExpiry?: number | undefined
}

function text(value: string): Buffer {
  const body = Buffer.from(value)
  return Buffer.concat([Buffer.from([body.length >> 8, body.length & 0xff]), body])
}

function packet(first: number, parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([first]), varint(body.length), body])
}

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff])

function connectProperties(f: ConnectFields): Buffer {
  const parts: Buffer[] = []
  if (f.sessionExpiry !== undefined) {
    const b = Buffer.alloc(5)
    b[0] = 0x11
    b.writeUInt32BE(f.sessionExpiry, 1)
    parts.push(b)
  }
  if (f.receiveMaximum !== undefined) parts.push(Buffer.from([0x21]), u16(f.receiveMaximum))
  if (f.topicAliasMaximum !== undefined)
    parts.push(Buffer.from([Prop.TOPIC_ALIAS_MAXIMUM]), u16(f.topicAliasMaximum))
  const block = Buffer.concat(parts)
  return Buffer.concat([varint(block.length), block])
}

/** CONNECT (3.1.1 and 5.0 section 3.1). At level 4 a password without a user name is not legal [MQTT-3.1.2-22]. */
export function connectFrame(f: ConnectFields): Buffer {
  const flags =
    (f.clean ? 0x02 : 0) |
    (f.will === undefined ? 0 : 0x04 | (f.will.qos << 3)) |
    (f.username === undefined ? 0 : 0x80) |
    (f.password === undefined || (f.level === 4 && f.username === undefined) ? 0 : 0x40)
  const parts = [text('MQTT'), Buffer.from([f.level, flags]), u16(f.keepAlive)]
  if (f.level === 5) parts.push(connectProperties(f))
  parts.push(text(f.clientId))
  if (f.will !== undefined) {
    if (f.level === 5) parts.push(Buffer.from([0]))
    parts.push(text(f.will.topic), text(f.will.payload))
  }
  if ((flags & 0x80) !== 0) parts.push(text(f.username ?? ''))
  if ((flags & 0x40) !== 0) parts.push(text(f.password ?? ''))
  return packet(Type.CONNECT << 4, parts)
}

/** SUBSCRIBE (section 3.8) for several filters at one QoS. */
export function subscribeFrame(level: number, id: number, filters: readonly string[], qos: QoS): Buffer {
  const head = level === 5 ? [u16(id), Buffer.from([0])] : [u16(id)]
  return packet(0x82, [...head, ...filters.flatMap((f) => [text(f), Buffer.from([qos])])])
}

/** UNSUBSCRIBE (section 3.10) for one filter. */
export const unsubscribeFrame = (level: number, id: number, filter: string): Buffer =>
  packet(0xa2, [u16(id), ...(level === 5 ? [Buffer.from([0])] : []), text(filter)])

/** PUBLISH without a payload, retained, at QoS 0. */
export const removalFrame = (topic: string, level: number): Buffer =>
  packet(0x31, [text(topic), ...(level === 5 ? [Buffer.from([0])] : [])])

/** Properties of a PUBLISH (MQTT 5.0 section 3.3.2.3), without the length of them all. */
export function publishProperties(
  pairs: readonly (readonly [string, string])[],
  expirySeconds?: number,
): Buffer {
  const expiry = Buffer.alloc(expirySeconds === undefined ? 0 : 5)
  if (expirySeconds !== undefined) {
    expiry[0] = Prop.MESSAGE_EXPIRY
    expiry.writeUInt32BE(Math.min(0xffffffff, expirySeconds), 1)
  }
  const users = pairs.flatMap(([name, value]) => [Buffer.from([Prop.USER_PROPERTY]), text(name), text(value)])
  return Buffer.concat([expiry, ...users])
}

/** The property that stands for a topic name, or introduces itself beside one. */
export const aliasProperty = (alias: number): Buffer =>
  Buffer.concat([Buffer.from([Prop.TOPIC_ALIAS]), u16(alias)])

/** What asks for a response to each message, and last in a property block: the correlation data are filled in message by message. */
export const requestProperties = (responseTopic: string, correlationBytes: number): Buffer =>
  Buffer.concat([
    Buffer.from([Prop.RESPONSE_TOPIC]),
    text(responseTopic),
    Buffer.from([Prop.CORRELATION_DATA]),
    u16(correlationBytes),
    Buffer.alloc(correlationBytes),
  ])

/** PUBLISH of a response, and where its packet identifier is. */
export function publishFrame(
  qos: QoS,
  level: number,
  { topic, correlation }: { topic: Buffer; correlation: Buffer | null },
  payload: Buffer,
): { frame: Buffer; idAt: number } {
  const own =
    correlation === null ? [] : [Buffer.from([Prop.CORRELATION_DATA]), u16(correlation.length), correlation]
  const block = Buffer.concat(own)
  const properties = level === 5 ? [varint(block.length), block] : []
  const parts = [
    u16(topic.length),
    topic,
    ...(qos > 0 ? [u16(0)] : []),
    ...properties.map((b) => Buffer.from(b)),
    payload,
  ]
  const frame = packet(0x30 | (qos << 1), parts)
  const after = payload.length + properties.reduce((n, b) => n + b.length, 0)
  return { frame, idAt: frame.length - after - 2 }
}

/** DISCONNECT; at level 5 a session expiry of 0 s ends the session with the connection. */
export const disconnectFrame = (level: number): Buffer =>
  level === 5 ? Buffer.from([0xe0, 7, 0, 5, 0x11, 0, 0, 0, 0]) : Buffer.from([0xe0, 0])

/** DISCONNECT that leaves the session as it is. */
export const LEAVE = Buffer.from([0xe0, 0])

export const PINGREQ = Buffer.from([0xc0, 0])

/** What a CONNACK says, defaults of MQTT 5.0 section 3.2.2.3 filled in. */
export interface Connack {
  sessionPresent: boolean
  code: number
  receiveMaximum: number
  maximumQos: QoS
  /** Bytes; Infinity when the server names none. */
  maximumPacketSize: number
  /** Seconds, or null: the client's own. */
  serverKeepAlive: number | null
  /** Topic aliases that the server accepts; 0: none. */
  topicAliasMaximum: number
  /** It keeps retained messages. */
  retains: boolean
  sharedSubscriptions: boolean
  wildcards: boolean
}

/** Reads the body of a CONNACK between two offsets. */
export function readConnack(b: Buffer, at: number, end: number, level: number): Connack {
  const ack: Connack = {
    sessionPresent: (b[at] ?? 0) === 1,
    code: b[at + 1] ?? 0x81,
    receiveMaximum: 65_535,
    maximumQos: 2,
    maximumPacketSize: Infinity,
    serverKeepAlive: null,
    topicAliasMaximum: 0,
    retains: true,
    sharedSubscriptions: true,
    wildcards: true,
  }
  if (level === 5 && at + 2 < end) readProperties(b.subarray(0, end), at + 2, ack)
  return ack
}

function readProperties(b: Buffer, start: number, ack: Connack): void {
  const read = (id: number, bytes: 1 | 2 | 4): number | null => {
    const at = findProperty(b, start, id)
    return at < 0 || at + bytes > b.length ? null : b.readUIntBE(at, bytes)
  }
  ack.receiveMaximum = read(Prop.RECEIVE_MAXIMUM, 2) ?? ack.receiveMaximum
  ack.maximumPacketSize = read(Prop.MAXIMUM_PACKET, 4) ?? ack.maximumPacketSize
  ack.serverKeepAlive = read(Prop.SERVER_KEEP_ALIVE, 2) ?? ack.serverKeepAlive
  ack.topicAliasMaximum = read(Prop.TOPIC_ALIAS_MAXIMUM, 2) ?? ack.topicAliasMaximum
  ack.retains = read(Prop.RETAIN_AVAILABLE, 1) !== 0
  ack.sharedSubscriptions = read(Prop.SHARED_AVAILABLE, 1) !== 0
  ack.wildcards = read(Prop.WILDCARD_AVAILABLE, 1) !== 0
  const maximumQos = read(Prop.MAXIMUM_QOS, 1)
  if (maximumQos !== null) ack.maximumQos = maximumQos === 0 ? 0 : 1
}
