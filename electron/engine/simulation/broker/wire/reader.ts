import { isUtf8 } from 'node:buffer'
import type { Packet } from '../../../mqtt/packet'
import { readVarint, varintBytes, varintLength, varintValue } from '../../../mqtt/varint'
import { malformed } from './protocol-error'

/** Reads the fields of one packet in order. Every method throws a malformed-packet ProtocolError at a short field. */
export class Reader {
  private constructor(
    private readonly buf: Buffer,
    private at: number,
    private readonly end: number,
    private readonly what: string,
  ) {}

  /** Reads what follows the fixed header of a whole packet. */
  static body({ frame, bodyAt }: Packet, what: string): Reader {
    return new Reader(frame, bodyAt, frame.length, what)
  }

  /** Reads a stretch of a packet. */
  static from({ frame }: Packet, at: number, end: number, what: string): Reader {
    return new Reader(frame, at, end, what)
  }

  get left(): number {
    return this.end - this.at
  }

  u8(): number {
    return this.buf[this.take(1)] as number
  }

  u16(): number {
    return this.buf.readUInt16BE(this.take(2))
  }

  u32(): number {
    return this.buf.readUInt32BE(this.take(4))
  }

  /** Variable byte integer in its shortest form (MQTT 5.0 section 1.5.5). */
  varint(): number {
    const read = readVarint(this.buf, this.at, this.end)
    if (read === 0) throw malformed(`${this.what}: packet is cut short`)
    const value = varintValue(read)
    // [MQTT-1.5.5-1]
    if (varintBytes(read) !== varintLength(value))
      throw malformed(`${this.what}: variable byte integer is longer than it need be`)
    this.at += varintBytes(read)
    return value
  }

  binary(): Buffer {
    return this.bytes(this.u16())
  }

  bytes(length: number): Buffer {
    const from = this.take(length)
    return this.buf.subarray(from, from + length)
  }

  /** A UTF-8 string: well-formed, no surrogates, no U+0000 [MQTT-1.5.3-1] [MQTT-1.5.3-2]. */
  text(field: string): string {
    return this.utf8(field).toString('utf8')
  }

  /** The bytes of such a string, for those who read no text or little of it. */
  utf8(field: string): Buffer {
    const raw = this.binary()
    if (!isUtf8(raw)) throw malformed(`${this.what}: ${field} is not valid UTF-8`)
    if (raw.includes(0)) throw malformed(`${this.what}: ${field} contains U+0000`)
    return raw
  }

  rest(): Buffer {
    return this.bytes(this.left)
  }

  /** A reader of the next `length` bytes, which this one skips. */
  section(length: number): Reader {
    const from = this.take(length)
    return new Reader(this.buf, from, from + length, this.what)
  }

  /** The last `length` bytes read. */
  tail(length: number): Buffer {
    return this.buf.subarray(this.at - length, this.at)
  }

  /** @throws ProtocolError when bytes are left over */
  done(): void {
    if (this.left > 0) throw malformed(`${this.what}: ${this.left} bytes too many`)
  }

  private take(n: number): number {
    if (this.at + n > this.end) throw malformed(`${this.what}: packet is cut short`)
    const from = this.at
    this.at += n
    return from
  }
}

/** A packet identifier, which is never 0 [MQTT-2.3.1-1] [MQTT-2.2.1-3]. */
export function packetId(r: Reader, what: string): number {
  const id = r.u16()
  if (id === 0) throw malformed(`${what}: packet identifier is 0`)
  return id
}
