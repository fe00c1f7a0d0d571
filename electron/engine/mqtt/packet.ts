import type { QoS } from '../../contract/packet'
import { DUP, isDup, isRetained, qosOf, typeOf } from './first-byte'
import { readVarint, varintBytes, varintValue } from './varint'

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

/** Where the parts of a PUBLISH lie, as offsets into the bytes it was read from. */
export interface PublishHeader {
  /** Packet identifier, 0 at QoS 0. */
  packetId: number
  topicAt: number
  topicEnd: number
  /** Where the property block begins, its length included; below level 5 where the payload begins. */
  propertiesAt: number
  payloadAt: number
  /** False when the bytes end before the payload begins. Offsets then lie at the end. */
  complete: boolean
}

/**
 * Reads the variable header of a PUBLISH (MQTT 3.1.1 section 3.3.2, MQTT 5.0 section 3.3.2) and never throws. This is
 * the only reader of it: packet views and the load generator, which makes no object per packet, both call it.
 * @param start first byte of the packet
 * @param bodyAt where its variable header begins
 * @param end where the packet ends
 * @param level protocol level of the connection: 3, 4 or 5
 */
export function readPublishHeader(
  b: Buffer,
  start: number,
  bodyAt: number,
  end: number,
  level: number,
  into: PublishHeader,
): void {
  into.packetId = 0
  into.topicAt = into.topicEnd = into.propertiesAt = into.payloadAt = end
  into.complete = false
  let at = bodyAt + 2
  if (at > end) return
  into.topicAt = at
  at += ((b[bodyAt] as number) << 8) | (b[bodyAt + 1] as number)
  if (at > end) return
  into.topicEnd = at
  if (qosOf(b[start] as number) !== 0) {
    if (at + 2 > end) return
    into.packetId = ((b[at] as number) << 8) | (b[at + 1] as number)
    at += 2
  }
  into.propertiesAt = at
  if (level === 5) {
    at = propertiesEnd(b, at, end)
    if (at < 0) return
  }
  into.payloadAt = at
  into.complete = true
}

/** Where the property block at `at` ends; -1 when it does not fit. */
export function propertiesEnd(b: Buffer, at: number, end: number): number {
  if (at >= end) return -1
  // Most have none.
  if (b[at] === 0) return at + 1
  const read = varintOrNone(b, at, end)
  const blockEnd = at + varintBytes(read) + varintValue(read)
  return read === 0 || blockEnd > end ? -1 : blockEnd
}

/** 0 for one of more than four bytes too: the endpoint refuses such a packet, a view only says that it is not complete. */
function varintOrNone(b: Buffer, at: number, end: number): number {
  try {
    return readVarint(b, at, end)
  } catch {
    return 0
  }
}

/**
 * A frame that was looked at once, where it entered: its fixed header and, of a PUBLISH, where topic, properties and
 * payload lie. Everything that handles the packet afterwards reads this view. Immutable, but for the number of its message.
 */
export class Packet implements Readonly<PublishHeader> {
  /** Packet type number, 1 to 15. */
  readonly type: number
  /** Where the variable header begins, in bytes. */
  readonly bodyAt: number
  /** Packet identifier; 0 where the packet has none, since 0 is not a valid one [MQTT-2.3.1-1]. */
  readonly packetId: number = 0
  readonly topicAt: number = 0
  readonly topicEnd: number = 0
  readonly propertiesAt: number = 0
  readonly payloadAt: number = 0
  /** False when the bytes end before the payload of a PUBLISH, or before the identifier of another packet is over. */
  readonly complete: boolean = true

  /** The topic name, once somebody has asked: whoever looks it up in a table asks for the same string again. */
  private text: string | null = null
  private body: Buffer | null = null

  /**
   * @param frame one whole packet, as a splitter gives it
   * @param level protocol level of the connection: 3, 4 or 5
   * @param messageId number of the application message that a PUBLISH carries, the same on every leg; 0 while it has
   * none. The embedded broker numbers what it sends, a `ContentCorrelator` what passes an external one.
   */
  constructor(
    readonly frame: Frame,
    readonly level: number,
    public messageId = 0,
  ) {
    const type = typeOf(frame[0] as number)
    const bodyAt = (frame[1] as number) < 0x80 ? 2 : 1 + varintBytes(varintOrNone(frame, 1, frame.length))
    this.type = type
    this.bodyAt = bodyAt
    if (type === Type.PUBLISH) {
      readPublishHeader(frame, 0, bodyAt, frame.length, level, this)
    } else if (type >= Type.PUBACK && type <= Type.UNSUBACK) {
      this.complete = frame.length >= bodyAt + 2
      if (this.complete) this.packetId = ((frame[bodyAt] as number) << 8) | (frame[bodyAt + 1] as number)
    }
  }

  /** DUP flag of a PUBLISH. */
  get dup(): boolean {
    return isDup(this.frame[0] as number)
  }

  /** QoS of a PUBLISH; 3 is malformed and never comes out of a checked stream [MQTT-3.3.1-4]. */
  get qos(): QoS {
    return qosOf(this.frame[0] as number)
  }

  /** RETAIN flag of a PUBLISH. */
  get retain(): boolean {
    return isRetained(this.frame[0] as number)
  }

  /** Topic name of a PUBLISH as text; empty where a topic alias stands for it. */
  get topic(): string {
    return (this.text ??= this.frame.toString('utf8', this.topicAt, this.topicEnd))
  }

  /** Told by whoever has the topic name as text already: none is made of the bytes then. */
  topicIs(name: string): void {
    this.text ??= name
  }

  /** Payload of a PUBLISH: a view on the frame. */
  get payload(): Buffer {
    return (this.body ??= this.frame.subarray(this.payloadAt))
  }

  /** Reason code of a PUBACK, PUBREC, PUBREL or PUBCOMP; 0 where it has none (MQTT 5.0 section 3.4.2.1). */
  get reason(): number {
    return this.frame[this.bodyAt + 2] ?? 0
  }

  /** The same packet of which only so many bytes are known. */
  begin(bytes: number): Packet {
    return new Packet(this.frame.subarray(0, Math.max(2, bytes)), this.level, this.messageId)
  }

  /** The same PUBLISH with the DUP flag as given; copies only when it changes. */
  withDup(dup: boolean): Packet {
    if (this.dup === dup) return this
    const copy = Buffer.from(this.frame)
    copy[0] = dup ? (copy[0] as number) | DUP : (copy[0] as number) & ~DUP
    return new Packet(copy, this.level, this.messageId)
  }
}

/** PUBACK, PUBREC, PUBREL or PUBCOMP in its two-byte form, legal at every protocol level. */
export function ackFrame(type: number, packetId: number): Frame {
  const frame = Buffer.allocUnsafe(4)
  frame[0] = (type << 4) | (type === Type.PUBREL ? 2 : 0)
  frame[1] = 2
  frame[2] = packetId >> 8
  frame[3] = packetId & 0xff
  return frame
}

/** The same as a packet. */
export const ackPacket = (type: number, packetId: number, level: number): Packet =>
  new Packet(ackFrame(type, packetId), level)

/** True for PUBLISH, PUBACK, PUBREC, PUBREL and PUBCOMP. */
export const isHandshake = (type: number): boolean => type >= Type.PUBLISH && type <= Type.PUBCOMP
