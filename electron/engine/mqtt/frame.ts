import type { QoS } from '../../contract/packet'

/** Packet type numbers (MQTT 3.1.1 table 2.1). */
export const Type = {
  CONNECT: 1,
  CONNACK: 2,
  PUBLISH: 3,
  PUBACK: 4,
  PUBREC: 5,
  PUBREL: 6,
  PUBCOMP: 7,
  SUBSCRIBE: 8,
  SUBACK: 9,
  UNSUBSCRIBE: 10,
  UNSUBACK: 11,
  PINGREQ: 12,
  PINGRESP: 13,
  DISCONNECT: 14,
  AUTH: 15,
} as const

/** One whole MQTT control packet as it stands on the wire. Treated as immutable: copy before patching. */
export type Frame = Buffer

/** The bytes cannot be an MQTT packet; the connection must end (MQTT 3.1.1 section 4.8). */
export class MalformedPacketError extends Error {
  override readonly name = 'MalformedPacketError'
}

/** Packet type number, 1 to 15. */
export const frameType = (f: Frame): number => (f[0] as number) >> 4

/** DUP flag of a PUBLISH. */
export const frameDup = (f: Frame): boolean => ((f[0] as number) & 0x08) !== 0

/** QoS of a PUBLISH; 3 is malformed and never comes out of a checked stream [MQTT-3.3.1-4]. */
export const frameQos = (f: Frame): QoS => (((f[0] as number) >> 1) & 3) as QoS

/** RETAIN flag of a PUBLISH. */
export const frameRetain = (f: Frame): boolean => ((f[0] as number) & 0x01) !== 0

/** Length of the fixed header in bytes, 2 to 5. */
export function fixedHeaderLength(f: Frame): number {
  let i = 1
  while (((f[i] as number) & 0x80) !== 0) i++
  return i + 1
}

/** Packet identifier, or 0 where the packet has none (0 is not a valid identifier [MQTT-2.3.1-1]). */
export function framePacketId(f: Frame): number {
  const type = frameType(f)
  const at = fixedHeaderLength(f)
  if (type === Type.PUBLISH) {
    if (frameQos(f) === 0 || f.length < at + 2) return 0
    const end = at + 2 + f.readUInt16BE(at)
    return f.length >= end + 2 ? f.readUInt16BE(end) : 0
  }
  const has = type >= Type.PUBACK && type <= Type.UNSUBACK
  return has && f.length >= at + 2 ? f.readUInt16BE(at) : 0
}

/** Topic name of a PUBLISH, as UTF-8 text. */
export function frameTopic(f: Frame): string {
  const at = fixedHeaderLength(f)
  return f.toString('utf8', at + 2, at + 2 + f.readUInt16BE(at))
}

/** Reads a variable byte integer (MQTT 5.0 section 1.5.5). */
export function readVarint(b: Buffer, at: number): { value: number; next: number } {
  let value = 0
  for (let i = 0; i < 4; i++) {
    const byte = b[at + i]
    if (byte === undefined) throw new MalformedPacketError('variable byte integer is cut short')
    value += (byte & 0x7f) * 128 ** i
    if ((byte & 0x80) === 0) return { value, next: at + i + 1 }
  }
  throw new MalformedPacketError('variable byte integer is longer than four bytes')
}

/** Where the payload of a PUBLISH begins. Level 5 has a property block before it. */
export function payloadOffset(f: Frame, level: number): number {
  let at = fixedHeaderLength(f)
  at += 2 + f.readUInt16BE(at)
  if (frameQos(f) > 0) at += 2
  if (level === 5) {
    const { value, next } = readVarint(f, at)
    at = next + value
  }
  return at
}

/** The same PUBLISH with the DUP flag as given; copies only when it changes. */
export function withDup(f: Frame, dup: boolean): Frame {
  if (frameDup(f) === dup) return f
  const copy = Buffer.from(f)
  copy[0] = dup ? (copy[0] as number) | 0x08 : (copy[0] as number) & ~0x08
  return copy
}

/** PUBACK, PUBREC, PUBREL or PUBCOMP in its two-byte form, legal at every protocol level. */
export function ackFrame(type: number, packetId: number): Frame {
  return Buffer.from([(type << 4) | (type === Type.PUBREL ? 2 : 0), 2, packetId >> 8, packetId & 0xff])
}

/** True for PUBLISH, PUBACK, PUBREC, PUBREL and PUBCOMP. */
export const isHandshake = (type: number): boolean => type >= Type.PUBLISH && type <= Type.PUBCOMP
