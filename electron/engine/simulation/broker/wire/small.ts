import { Type, type Packet } from '../../../mqtt/packet'
import { checkTwoFlags } from './subscribe'
import { expirySeconds } from './connect'
import { Prop } from '../../../mqtt/properties'
import { ALLOWED, readProperties } from './properties'
import { malformed, ProtocolError } from './protocol-error'
import { packetId, Reader } from './reader'

const NAMES: Readonly<Record<number, string>> = {
  [Type.PUBACK]: 'PUBACK',
  [Type.PUBREC]: 'PUBREC',
  [Type.PUBREL]: 'PUBREL',
  [Type.PUBCOMP]: 'PUBCOMP',
}

/** Reason codes a client may give in an acknowledgement (MQTT 5.0 tables 3-4 to 3-7). */
const ACK_REASONS = new Set([0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99])
const RELEASE_REASONS = new Set([0x00, 0x92])
const DISCONNECT_REASONS = new Set([
  0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
])

export interface Ack {
  packetId: number
  reason: number
}

/** Reads PUBACK, PUBREC, PUBREL or PUBCOMP. @throws ProtocolError */
export function readAck(packet: Packet): Ack {
  const { type, level } = packet
  const what = NAMES[type] ?? 'acknowledgement'
  // [MQTT-3.6.1-1]
  if (type === Type.PUBREL) checkTwoFlags(packet, what)
  else checkNoFlags(packet, what)
  const r = Reader.body(packet, what)
  const id = packetId(r, what)
  const reason = level === 5 && r.left > 0 ? r.u8() : 0
  if (level === 5 && r.left > 0) readProperties(r, ALLOWED.ACK, what)
  r.done()
  const known = type === Type.PUBREL || type === Type.PUBCOMP ? RELEASE_REASONS : ACK_REASONS
  if (!known.has(reason)) throw malformed(`${what}: reason code 0x${reason.toString(16)} does not exist`)
  return { packetId: id, reason }
}

/** [MQTT-2.2.2-2]; MQTT 3.1 calls these bits unused. */
function checkNoFlags({ frame, level }: Packet, what: string): void {
  if (level > 3 && ((frame[0] as number) & 0x0f) !== 0) throw malformed(`${what}: reserved flags are set`)
}

/** @throws ProtocolError */
export function checkPing(packet: Packet): void {
  checkNoFlags(packet, 'PINGREQ')
  Reader.body(packet, 'PINGREQ').done()
}

export interface Disconnect {
  reason: number
  /** Seconds, or null when the client does not change it. */
  sessionExpiry: number | null
}

/** @throws ProtocolError */
export function readDisconnect(packet: Packet): Disconnect {
  checkNoFlags(packet, 'DISCONNECT')
  const r = Reader.body(packet, 'DISCONNECT')
  if (packet.level < 5) {
    r.done()
    return { reason: 0, sessionExpiry: null }
  }
  const reason = r.left > 0 ? r.u8() : 0
  const props = r.left > 0 ? readProperties(r, ALLOWED.DISCONNECT, 'DISCONNECT') : null
  r.done()
  if (!DISCONNECT_REASONS.has(reason)) {
    throw new ProtocolError(`DISCONNECT: reason code 0x${reason.toString(16)} is not a client's`)
  }
  const expiry = props?.numbers.get(Prop.SESSION_EXPIRY)
  return { reason, sessionExpiry: expiry === undefined ? null : expirySeconds(expiry) }
}
