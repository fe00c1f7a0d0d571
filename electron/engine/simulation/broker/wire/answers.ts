import type { ProtocolLevel } from '../../../../contract/packet'
import { ackFrame, Type, type Frame } from '../../../mqtt/packet'
import { Prop } from '../../../mqtt/properties'
import { varint } from '../../../mqtt/varint'

export const PINGRESP: Frame = Buffer.from([Type.PINGRESP << 4, 0])

function packet(first: number, body: Buffer): Frame {
  return Buffer.concat([Buffer.from([first]), varint(body.length), body])
}

const u16 = (n: number): number[] => [n >> 8, n & 255]
const u32 = (n: number): number[] => [(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]

function textProperty(id: number, text: string) {
  const bytes = Buffer.from(text, 'utf8')
  return Buffer.concat([Buffer.from([id, ...u16(bytes.length)]), bytes])
}

function withLength(props: Buffer): Buffer {
  return Buffer.concat([varint(props.length), props])
}

/** An acknowledgement with a reason code, which only MQTT 5 can carry; older levels get the plain form. */
export function ackWithReason(type: number, packetId: number, level: ProtocolLevel, reason: number): Frame {
  if (level < 5 || reason === 0) return ackFrame(type, packetId)
  return packet((type << 4) | (type === Type.PUBREL ? 2 : 0), Buffer.from([...u16(packetId), reason]))
}

/** CONNACK that accepts. In MQTT 5 it says what this broker limits; what it leaves out is available. */
export function connackAccepted(
  level: ProtocolLevel,
  sessionPresent: boolean,
  v5: {
    assignedId: string | null
    maximumPacket: number
    receiveMaximum: number
    /** Seconds, where it is not what the client asked for. */
    keepAlive: number | null
  },
): Frame {
  // MQTT 3.1 has no session present flag: that byte is reserved.
  const present = sessionPresent && level > 3 ? 1 : 0
  if (level < 5) return Buffer.from([Type.CONNACK << 4, 2, present, 0])
  const props: Buffer[] = [Buffer.from([Prop.MAXIMUM_PACKET, ...u32(v5.maximumPacket)])]
  // The value the client assumes is left out.
  if (v5.receiveMaximum < 65_535) props.push(Buffer.from([Prop.RECEIVE_MAXIMUM, ...u16(v5.receiveMaximum)]))
  if (v5.keepAlive !== null) props.push(Buffer.from([Prop.SERVER_KEEP_ALIVE, ...u16(v5.keepAlive)]))
  if (v5.assignedId !== null) props.push(textProperty(Prop.ASSIGNED_CLIENT_ID, v5.assignedId))
  return packet(
    Type.CONNACK << 4,
    Buffer.concat([Buffer.from([present, 0]), withLength(Buffer.concat(props))]),
  )
}

/** CONNACK that refuses, in the format of the given level. Session present is 0 [MQTT-3.2.2-4]. */
export function connackRefused(level: ProtocolLevel, code: { v3: number; v5: number; text: string }): Frame {
  if (level < 5) return Buffer.from([Type.CONNACK << 4, 2, 0, code.v3])
  return packet(
    Type.CONNACK << 4,
    Buffer.concat([Buffer.from([0, code.v5]), withLength(textProperty(Prop.REASON_STRING, code.text))]),
  )
}

/** DISCONNECT of the broker; MQTT 5 only [MQTT-3.14.0-1]. */
export function disconnectFrame(reason: number, text: string): Frame {
  return packet(
    Type.DISCONNECT << 4,
    Buffer.concat([Buffer.from([reason]), withLength(textProperty(Prop.REASON_STRING, text))]),
  )
}

/** SUBACK; the codes are in the order of the request [MQTT-3.9.3-1]. */
export function suback(level: ProtocolLevel, packetId: number, codes: readonly number[]): Frame {
  const head = level === 5 ? [...u16(packetId), 0] : u16(packetId)
  return packet(Type.SUBACK << 4, Buffer.from([...head, ...codes]))
}

/** UNSUBACK; only MQTT 5 has codes. */
export function unsuback(level: ProtocolLevel, packetId: number, codes: readonly number[]): Frame {
  const body = level === 5 ? [...u16(packetId), 0, ...codes] : u16(packetId)
  return packet(Type.UNSUBACK << 4, Buffer.from(body))
}
