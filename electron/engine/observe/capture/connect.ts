import { connectHead } from '../../mqtt/connect'
import { Packet, Type, type Frame } from '../../mqtt/packet'
import { findProperty, Prop } from '../../mqtt/properties'
import { decodePacket } from './decode/decode'

const number = (f: Frame, at: number, size: 2 | 4): number =>
  at >= 0 && at + size <= f.length ? f.readUIntBE(at, size) : 0

/**
 * What a CONNECT says of the session: whether a new one begins, and whether it ends with the connection; of its will; and
 * of how many messages at QoS 1 and 2 may be under way to it, 0 for nothing (5.0 section 3.1.2.11.3).
 */
export function readConnect(packet: Packet): {
  cleanStart: boolean
  endsWithConnection: boolean
  hasWill: boolean
  receiveMaximum: number
} {
  const { level, flags, clean, afterKeepAlive } = connectHead(packet)
  const hasWill = (flags & WILL_FLAG) !== 0
  if (level !== 5) return { cleanStart: clean, endsWithConnection: clean, hasWill, receiveMaximum: 0 }
  const expiry = findProperty(packet.frame, afterKeepAlive, Prop.SESSION_EXPIRY)
  const receive = findProperty(packet.frame, afterKeepAlive, Prop.RECEIVE_MAXIMUM)
  return {
    cleanStart: clean,
    endsWithConnection: number(packet.frame, expiry, 4) === 0,
    hasWill,
    receiveMaximum: number(packet.frame, receive, 2),
  }
}

const WILL_FLAG = 0x04
const PASSWORD_FLAG = 0x40

/**
 * Puts stars for the password of a kept CONNECT: captures are shown to a class and written to files, and a fleet may
 * use the real password of a real broker.
 */
export function hidePassword(kept: Frame): void {
  const { flags, level } = connectHead(new Packet(kept, 4))
  if ((flags & PASSWORD_FLAG) === 0) return
  const password = decodePacket(kept, level).find((f) => f.key === 'password')
  if (password) kept.fill('*', password.start, password.end)
}

/** Session expiry that a DISCONNECT of MQTT 5 sets in place of CONNECT's; null when it says nothing. */
export function readDisconnectExpiry({ frame, bodyAt }: Packet): number | null {
  const at = findProperty(frame, bodyAt + 1, Prop.SESSION_EXPIRY)
  return at < 0 ? null : number(frame, at, 4)
}

/** Reason code of a DISCONNECT (5.0 section 3.14.2.1); 0 where it has none. */
export const readDisconnectReason = ({ frame, level, bodyAt }: Packet): number =>
  level === 5 ? (frame[bodyAt] ?? 0) : 0

/** Topic alias of a PUBLISH (5.0 section 3.3.2.3.4); 0 for none. */
export function readTopicAlias({ frame, level, complete, propertiesAt, payloadAt }: Packet): number {
  if (level !== 5 || !complete || payloadAt - propertiesAt < 2) return 0
  return number(frame, findProperty(frame, propertiesAt, Prop.TOPIC_ALIAS), 2)
}

/** A request and the type of its answer, for packets that are not part of a PUBLISH handshake. */
export const REPLY_TO: Partial<Record<number, number>> = {
  [Type.CONNACK]: Type.CONNECT,
  [Type.SUBACK]: Type.SUBSCRIBE,
  [Type.UNSUBACK]: Type.UNSUBSCRIBE,
  [Type.PINGRESP]: Type.PINGREQ,
}
