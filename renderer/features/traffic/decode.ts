import { decode, diagnose } from 'cbor2'
import { Unpackr } from 'msgpackr/unpack'

/** What a compressed payload may become, in bytes. */
export const MAX_INFLATED = 1_048_576
/** Pixels of a picture that is shown; a small file may describe a huge one. */
export const MAX_PIXELS = 16_777_216
/** Depth and length of a laid-out value. */
export const MAX_DEPTH = 32
const MAX_CHARS = 65_536

/** How bytes are read: by what their first ones say, or as a format that nobody can tell from them. */
export type DecodeWay = 'signature' | 'cbor' | 'messagepack'

/** What a payload says itself that it is, by its first bytes. */
export type Signature = 'gzip' | 'zlib' | 'image'

/** A payload made readable. */
export type Decoded =
  | { kind: 'bytes'; bytes: Uint8Array<ArrayBuffer>; cut: boolean }
  | { kind: 'text'; text: string }
  | { kind: 'image'; type: string; width: number; height: number }

/** Why a payload could not be decoded: a key of `traffic.decode`. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
  constructor(readonly why: 'broken' | 'huge' | 'deep') {
    super(why)
  }
}

const starts = (b: Uint8Array, ...bytes: number[]): boolean => bytes.every((byte, i) => b[i] === byte)

/** RFC 1952 section 2.3.1, RFC 1950 section 2.2, and the signatures of PNG, JPEG and GIF. */
export function signatureOf(b: Uint8Array): Signature | null {
  if (starts(b, 0x1f, 0x8b, 8)) return 'gzip'
  if (pictureType(b) !== null) return 'image'
  const [cmf = 0, flg = 0] = b
  const isZlib =
    b.length > 2 && (cmf & 0x0f) === 8 && cmf >> 4 <= 7 && ((cmf << 8) | flg) % 31 === 0 && (flg & 0x20) === 0
  return isZlib ? 'zlib' : null
}

function pictureType(b: Uint8Array): string | null {
  if (starts(b, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png'
  if (starts(b, 0xff, 0xd8, 0xff)) return 'image/jpeg'
  return starts(b, 0x47, 0x49, 0x46, 0x38) ? 'image/gif' : null
}

/**
 * Undoes the compression; of more than `MAX_INFLATED` bytes only the beginning.
 * @throws DecodeError `broken`
 */
export async function inflate(bytes: Uint8Array, format: 'gzip' | 'zlib'): Promise<Decoded> {
  const source = new Blob([new Uint8Array(bytes)]).stream()
  const reader = source
    .pipeThrough(new DecompressionStream(format === 'zlib' ? 'deflate' : 'gzip'))
    .getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (let next = await reader.read(); !next.done && length <= MAX_INFLATED; next = await reader.read()) {
      chunks.push(next.value)
      length += next.value.length
    }
  } catch {
    throw new DecodeError('broken')
  }
  const cut = length > MAX_INFLATED
  if (cut) void reader.cancel()
  const all = new Uint8Array(length)
  let at = 0
  for (const c of chunks) {
    all.set(c, at)
    at += c.length
  }
  return { kind: 'bytes', bytes: all.slice(0, MAX_INFLATED), cut }
}

/** Type and size of a picture, before anything decodes it. @throws DecodeError `broken`, or `huge` above `MAX_PIXELS` */
export function pictureOf(b: Uint8Array): Decoded {
  const type = pictureType(b)
  const size = type === null ? null : pictureSize(b, type)
  if (type === null || size === null) throw new DecodeError('broken')
  const [width, height] = size
  if (width * height > MAX_PIXELS) throw new DecodeError('huge')
  return { kind: 'image', type, width, height }
}

function pictureSize(b: Uint8Array, type: string): [number, number] | null {
  const view = new DataView(b.buffer, b.byteOffset, b.byteLength)
  try {
    if (type === 'image/png') return [view.getUint32(16), view.getUint32(20)]
    if (type === 'image/gif') return [view.getUint16(6, true), view.getUint16(8, true)]
    for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
      const marker = view.getUint16(at)
      // a frame header: SOF0 to SOF15 without DHT, JPG and DAC (ITU T.81 table B.1)
      if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker))
        return [view.getUint16(at + 7), view.getUint16(at + 5)]
      if (marker < 0xff00) return null
    }
  } catch {
    return null
  }
}

const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false, int64AsType: 'bigint' })

/**
 * One CBOR value in the diagnostic notation of RFC 8949 section 8, which tells 1 from 1.0 and keeps each member.
 * @throws DecodeError `broken` where the bytes are not exactly one, `deep`, `huge`
 */
export function cbor(bytes: Uint8Array): Decoded {
  let text: string
  try {
    text = diagnose(bytes, { pretty: true, maxDepth: MAX_DEPTH })
  } catch (thrown) {
    const deep = thrown instanceof Error && thrown.message.startsWith('Maximum depth')
    throw new DecodeError(deep ? 'deep' : 'broken')
  }
  return shown(text)
}

/** The value itself; objects are Maps. @throws DecodeError `broken` */
export function cborValue(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { preferMap: true, maxDepth: MAX_DEPTH })
  } catch {
    throw new DecodeError('broken')
  }
}

/** One MessagePack value; objects are Maps. @throws DecodeError `broken` where the bytes are not exactly one */
export function messagePackValue(bytes: Uint8Array): unknown {
  try {
    return unpackr.unpack(bytes)
  } catch {
    throw new DecodeError('broken')
  }
}

/** The same laid out. @throws DecodeError `broken`, `deep`, `huge` */
export const messagePack = (bytes: Uint8Array): Decoded => shown(valueText(messagePackValue(bytes)))

/** @throws DecodeError `huge` */
export function shown(text: string): Decoded {
  if (text.length > MAX_CHARS) throw new DecodeError('huge')
  return { kind: 'text', text }
}

/** A number of which not every digit that it has as a double was sent. */
export class Float32 {
  constructor(readonly value: number) {}

  /** The shortest that is this number in single precision. */
  toString(): string {
    for (let digits = 6; digits < 9; digits++) {
      const short = Number(this.value.toPrecision(digits))
      if (Math.fround(short) === this.value) return String(short)
    }
    return String(this.value)
  }
}

/** A value and what is known of it besides. */
export class Noted {
  constructor(
    readonly value: unknown,
    readonly note: string,
  ) {}
}

/**
 * A value in the manner of JSON; what JSON has not is written as CBOR's diagnostic notation does: h'00ff', 1: for a key.
 * @throws DecodeError `deep`
 */
export function valueText(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) throw new DecodeError('deep')
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof Uint8Array)
    return `h'${Array.from(value, (b) => b.toString(16).padStart(2, '0')).join('')}'`
  if (value instanceof Date) return value.toISOString()
  const inner = '  '.repeat(depth + 1)
  const end = `\n${'  '.repeat(depth)}`
  if (Array.isArray(value)) {
    const items = value.map((v: unknown) => inner + valueText(v, depth + 1))
    return items.length === 0 ? '[]' : `[\n${items.join(',\n')}${end}]`
  }
  if (value instanceof Map) {
    const items = [...(value as Map<unknown, unknown>)].map(
      ([k, v]) => `${inner}${valueText(k, depth + 1)}: ${valueText(v, depth + 1)}`,
    )
    return items.length === 0 ? '{}' : `{\n${items.join(',\n')}${end}}`
  }
  if (value instanceof Float32) return value.toString()
  if (value instanceof Noted) return `${valueText(value.value, depth)} (${value.note})`
  return String(value)
}
