import type { PacketField } from '../../../../contract/model'
import { MalformedPacketError } from '../../../mqtt/errors'
import { readVarint, varintBytes, varintValue } from '../../../mqtt/varint'

/** The bytes end, or break a rule, before the packet does. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

const TEXT = 2000

/** What the wire's reader refuses is a field that cannot be read. */
function readable(read: () => number): number {
  try {
    return read()
  } catch (thrown) {
    throw thrown instanceof MalformedPacketError ? new Unreadable(`a ${thrown.message}`) : thrown
  }
}

/** Reads a packet from front to back and notes each field with the bytes it stands in. */
export class FieldReader {
  readonly fields: PacketField[] = []
  pos = 0
  depth = 0

  /** @param end exclusive; nothing beyond is read */
  constructor(
    readonly bytes: Buffer,
    public end: number,
  ) {}

  get left(): number {
    return this.end - this.pos
  }

  /** Runs `read` one level deeper, under a heading that spans what it reads; if that fails, the fields it did read. */
  group(key: string, read: () => string | undefined): void {
    const at = this.fields.length
    const heading = this.add(key, '', this.pos, this.pos)
    this.depth++
    try {
      heading.value = read() ?? ''
    } catch (error) {
      this.pos = this.fields.slice(at + 1).reduce((end, f) => Math.max(end, f.end), heading.start)
      if (this.fields.length === at + 1) this.fields.pop()
      throw error
    } finally {
      this.depth--
      heading.end = this.pos
    }
  }

  /** Bits `[high, low]` of the byte at `at`, which is not passed over. */
  bits(key: string, high: number, low: number, at = this.pos, text?: (n: number) => string): number {
    const value = ((this.byteAt(at) >> low) & ((1 << (high - low + 1)) - 1)) >>> 0
    this.add(key, text ? text(value) : String(value), at, at + 1).bits = [high, low]
    return value
  }

  byte(key: string, text?: (n: number) => string): number {
    const value = this.byteAt(this.pos)
    this.add(key, text ? text(value) : String(value), this.pos, this.pos + 1)
    this.pos++
    return value
  }

  two(key: string): number {
    this.need(2)
    const value = this.bytes.readUInt16BE(this.pos)
    this.add(key, String(value), this.pos, this.pos + 2)
    this.pos += 2
    return value
  }

  /** A variable byte integer (5.0 section 1.5.5). */
  varint(key: string): number {
    const { value, next } = this.peekVarint(this.pos)
    this.add(key, String(value), this.pos, next)
    this.pos = next
    return value
  }

  peekVarint(at: number): { value: number; next: number } {
    const read = readable(() => readVarint(this.bytes, at, this.end))
    if (read === 0) throw new Unreadable('a byte is missing')
    return { value: varintValue(read), next: at + varintBytes(read) }
  }

  /** A UTF-8 string with its two-byte length. */
  string(key: string): string {
    const length = this.two('length')
    this.need(length)
    const text = this.bytes.toString('utf8', this.pos, this.pos + length)
    this.add(key, text.slice(0, TEXT), this.pos, this.pos + length)
    this.pos += length
    return text
  }

  /** Binary data with its two-byte length. */
  binary(key: string, show: (b: Buffer) => string): void {
    const length = this.two('length')
    this.need(length)
    this.add(key, show(this.bytes.subarray(this.pos, this.pos + length)), this.pos, this.pos + length)
    this.pos += length
  }

  /** Everything that is left, as one field. */
  rest(key: string, show: (b: Buffer) => string): void {
    this.add(key, show(this.bytes.subarray(this.pos, this.end)), this.pos, this.end)
    this.pos = this.end
  }

  add(key: string, value: string, start: number, end: number): PacketField {
    const field: PacketField = { key, value, start, end, bits: null, depth: this.depth }
    this.fields.push(field)
    return field
  }

  need(n: number): void {
    if (this.left < n) throw new Unreadable(`${n} bytes expected, ${this.left} left`)
  }

  private byteAt(at: number): number {
    const value = at < this.end ? this.bytes[at] : undefined
    if (value === undefined) throw new Unreadable('a byte is missing')
    return value
  }
}

/** Bytes as text where they are UTF-8, else in hexadecimal. */
export function showBytes(b: Buffer): string {
  const text = b.toString('utf8', 0, Math.min(b.length, TEXT))
  const binary = text.includes('\ufffd') && !b.includes('\ufffd')
  return binary ? `0x${b.toString('hex', 0, TEXT / 2)}` : text
}
