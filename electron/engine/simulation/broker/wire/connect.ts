import { isValidTopic } from '../../../../contract/topics'
import type { ProtocolLevel, QoS } from '../../../../contract/packet'
import type { Packet } from '../../../mqtt/packet'
import { Prop } from '../../../mqtt/properties'
import { COST } from '../kept'
import { ALLOWED, NO_PROPERTIES, readProperties, type Properties } from './properties'
import { malformed, ProtocolError, Reason } from './protocol-error'
import { Reader } from './reader'

export interface Will {
  topic: string
  payload: Buffer
  qos: QoS
  retain: boolean
  /** Seconds (MQTT 5). */
  delay: number
  /** Seconds, or null (MQTT 5). */
  expiry: number | null
  forward: Buffer
}

/** Bytes that a will takes while it is kept; 0 for none. */
export const willBytes = (will: Will | null): number =>
  will === null ? 0 : COST.will + 2 * will.topic.length + will.payload.length + will.forward.length

/** A will with memory of its own: it must not hold the CONNECT it came in. */
const ownWill = (will: Will): Will => ({
  ...will,
  payload: Buffer.from(will.payload),
  forward: Buffer.from(will.forward),
})

export interface Connect {
  level: ProtocolLevel
  /** It says that it is a bridge between brokers. */
  bridge: boolean
  clientId: string
  /** Clean session, or clean start in MQTT 5. */
  clean: boolean
  /** Seconds; 0 is off. */
  keepAlive: number
  username: string | null
  password: Buffer | null
  will: Will | null
  /** Seconds after the connection; 0 ends with it, Infinity never ends. */
  sessionExpiry: number
  receiveMaximum: number
  /** Bytes; Infinity when the client names no limit. */
  maximumPacket: number
  /** Topic aliases the client takes; 0 is none. */
  topicAliasMaximum: number
}

const NEVER = 0xffffffff
/** Return codes of an MQTT 3 CONNACK (3.1.1 table 3.1). */
const RC = { VERSION: 1, IDENTIFIER: 2 } as const
/** Longest client identifier of MQTT 3.1, in characters. */
const MAX_ID_3_1 = 23

/**
 * Reads and checks a CONNECT of any version.
 * @throws ProtocolError with the CONNACK code that is due, if one is
 */
export function readConnect(packet: Packet): Connect {
  const r = Reader.body(packet, 'CONNECT')
  const { level, bridge } = readVersion(r)
  try {
    return readRest(r, packet.frame[0] ?? 0, level, bridge)
  } catch (e) {
    if (e instanceof ProtocolError) e.level = level
    throw e
  }
}

function readRest(r: Reader, firstByte: number, level: ProtocolLevel, bridge: boolean): Connect {
  // [MQTT-2.2.2-1]; MQTT 3.1 calls these bits unused.
  if (level > 3 && (firstByte & 0x0f) !== 0) throw malformed('CONNECT: reserved flags are set')
  const flags = r.u8()
  checkFlags(flags, level)
  const keepAlive = r.u16()
  const props = level === 5 ? readProperties(r, ALLOWED.CONNECT, 'CONNECT') : NO_PROPERTIES
  const clientId = r.text('client identifier')
  const clean = (flags & 0x02) !== 0
  const will = (flags & 0x04) !== 0 ? ownWill(readWill(r, flags, level)) : null
  const username = (flags & 0x80) !== 0 ? r.text('user name') : null
  const password = (flags & 0x40) !== 0 ? r.binary() : null
  r.done()
  checkIdentifier(clientId, level, clean)
  if (props.texts.has(Prop.AUTH_METHOD)) {
    throw new ProtocolError('CONNECT: enhanced authentication is not offered', Reason.BAD_AUTH_METHOD)
  }
  return {
    level,
    bridge,
    clientId,
    clean,
    keepAlive,
    username,
    password,
    will,
    sessionExpiry: expiryOf(level, clean, props),
    receiveMaximum: props.numbers.get(Prop.RECEIVE_MAXIMUM) ?? 65_535,
    maximumPacket: props.numbers.get(Prop.MAXIMUM_PACKET) ?? Infinity,
    topicAliasMaximum: props.numbers.get(Prop.TOPIC_ALIAS_MAXIMUM) ?? 0,
  }
}

/**
 * Seconds of the keep-alive that holds: only an MQTT 5 client can be told another one than it asked for [MQTT-3.2.2-21].
 * @param mostMs longest one of the broker, in ms
 */
export function keepAliveOf({ level, keepAlive }: Connect, mostMs: number | undefined): number {
  if (level < 5 || mostMs === undefined) return keepAlive
  const most = Math.min(65_535, Math.max(1, Math.ceil(mostMs / 1000)))
  return keepAlive > 0 && keepAlive <= most ? keepAlive : most
}

function expiryOf(level: ProtocolLevel, clean: boolean, props: Properties): number {
  if (level < 5) return clean ? 0 : Infinity
  return expirySeconds(props.numbers.get(Prop.SESSION_EXPIRY) ?? 0)
}

/** Session expiry interval as written in a property: 0xFFFFFFFF never ends. */
export const expirySeconds = (value: number): number => (value === NEVER ? Infinity : value)

/** Set in the protocol level by a client that is a bridge. */
const BRIDGE = 0x80

function readVersion(r: Reader): Pick<Connect, 'level' | 'bridge'> {
  const name = r.text('protocol name')
  const written = r.u8()
  // A bridge such as mosquitto's (`try_private`) sets the top bit of the levels below 5.
  const bridge = (written & BRIDGE) !== 0 && (written & ~BRIDGE) < 5
  const level = bridge ? written & ~BRIDGE : written
  if (name === 'MQTT' && (level === 4 || level === 5)) return { level, bridge }
  if (name === 'MQIsdp' && level === 3) return { level, bridge }
  if (name !== 'MQTT' && name !== 'MQIsdp') throw malformed('CONNECT: protocol name is not MQTT')
  // [MQTT-3.1.2-2]
  const e = new ProtocolError(
    `CONNECT: protocol level ${level} is not supported`,
    Reason.UNSUPPORTED_VERSION,
    RC.VERSION,
  )
  e.level = level > 5 ? 5 : 4
  throw e
}

function checkFlags(flags: number, level: ProtocolLevel): void {
  // [MQTT-3.1.2-3]
  if (level > 3 && (flags & 0x01) !== 0) throw malformed('CONNECT: the reserved connect flag is set')
  const qos = (flags >> 3) & 3
  // [MQTT-3.1.2-13] [MQTT-3.1.2-14] [MQTT-3.1.2-15]
  if (qos === 3) throw malformed('CONNECT: will QoS is 3')
  if ((flags & 0x04) === 0 && (flags & 0x38) !== 0) throw malformed('CONNECT: will flags without a will')
  // [MQTT-3.1.2-22]; MQTT 5 allows a password alone.
  if (level < 5 && (flags & 0x80) === 0 && (flags & 0x40) !== 0) {
    throw malformed('CONNECT: password without user name')
  }
}

function readWill(r: Reader, flags: number, level: ProtocolLevel): Will {
  const props = level === 5 ? readProperties(r, ALLOWED.WILL, 'CONNECT will') : NO_PROPERTIES
  const topic = r.text('will topic')
  const payload = r.binary()
  if (!isValidTopic(topic))
    throw new ProtocolError('CONNECT: the will topic is not a topic name', Reason.TOPIC_NAME)
  return {
    topic,
    payload,
    qos: ((flags >> 3) & 3) as QoS,
    retain: (flags & 0x20) !== 0,
    delay: props.numbers.get(Prop.WILL_DELAY) ?? 0,
    expiry: props.numbers.get(Prop.MESSAGE_EXPIRY) ?? null,
    forward: props.forward,
  }
}

function checkIdentifier(clientId: string, level: ProtocolLevel, clean: boolean): void {
  const refuse = (why: string) => new ProtocolError(`CONNECT: ${why}`, Reason.CLIENT_ID, RC.IDENTIFIER)
  // [MQTT-3.1.3-8]; MQTT 5 may leave the identifier to the broker with either clean start.
  if (clientId.length === 0 && level === 4 && !clean)
    throw refuse('empty client identifier with clean session 0')
  if (level !== 3) return
  if (clientId.length === 0) throw refuse('MQTT 3.1 needs a client identifier')
  if (Array.from(clientId).length > MAX_ID_3_1)
    throw refuse('MQTT 3.1 allows 23 characters of client identifier')
}
