import { MalformedPacketError } from './errors'

/**
 * Variable byte integers (MQTT 3.1.1 section 2.2.3, MQTT 5.0 section 1.5.5). This is the only reader of them: the
 * splitter, packet views, the broker's reader, the decoder and the load generator all call it.
 *
 * Value and length come back in one number, so that a read makes no object: `varintValue` and `varintBytes` take it
 * apart. The largest value, 268,435,455, still fits into 31 bits with its length beside it.
 * @returns 0 while the integer goes on beyond `end`
 * @throws MalformedPacketError for more than four bytes
 */
export function readVarint(b: Uint8Array, at: number, end: number): number {
  let value = 0
  for (let i = 0; i < 4; i++) {
    if (at + i >= end) return 0
    const byte = b[at + i] as number
    value |= (byte & 0x7f) << (7 * i)
    if (byte < 0x80) return (value << 3) | (i + 1)
  }
  throw new MalformedPacketError('variable byte integer is longer than four bytes')
}

/** The value of what `readVarint` gave. */
export const varintValue = (read: number): number => read >> 3

/** The bytes that what `readVarint` gave takes, 1 to 4. */
export const varintBytes = (read: number): number => read & 7

/** Bytes the shortest form of a value takes (MQTT 3.1.1 table 2.4). */
export const varintLength = (value: number): number =>
  value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4

/** Writes a value in its shortest form and returns where it ends. */
export function writeVarint(b: Uint8Array, at: number, value: number): number {
  let left = value
  do {
    const low = left & 0x7f
    left >>>= 7
    b[at++] = left > 0 ? low | 0x80 : low
  } while (left > 0)
  return at
}

/** A value in its shortest form. */
export function varint(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(varintLength(value))
  writeVarint(bytes, 0, value)
  return bytes
}
