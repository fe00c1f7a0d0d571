import { PbfReader } from 'pbf'
import { DecodeError, Float32, Noted, shown, valueText, type Decoded } from './decode'

/** Metrics, rows and properties that are read of one payload. */
const MAX_FIELDS = 20_000
const MAX_DEPTH = 24

type Kind = 'uint32' | 'uint64' | 'float' | 'double' | 'bool' | 'string' | 'bytes'
type Field = readonly [name: string, kind: Kind | (() => Message), many?: 'many']
type Message = Readonly<Record<number, Field>>

/** The messages of Sparkplug B (specification 3.0, section 6.4), by number of the field. */
const METADATA: Message = {
  1: ['is_multi_part', 'bool'],
  2: ['content_type', 'string'],
  3: ['size', 'uint64'],
  4: ['seq', 'uint64'],
  5: ['file_name', 'string'],
  6: ['file_type', 'string'],
  7: ['md5', 'string'],
  8: ['description', 'string'],
}
/** Values that differ only in the numbers of their fields; `value` is what all are shown as. */
const values = (first: number): Message => ({
  [first]: ['value', 'uint32'],
  [first + 1]: ['value', 'uint64'],
  [first + 2]: ['value', 'float'],
  [first + 3]: ['value', 'double'],
  [first + 4]: ['value', 'bool'],
  [first + 5]: ['value', 'string'],
})
const PROPERTY: Message = {
  1: ['type', 'uint32'],
  2: ['is_null', 'bool'],
  ...values(3),
  9: ['value', () => PROPERTIES],
  10: ['value', () => ({ 1: ['propertyset', () => PROPERTIES, 'many'] })],
}
const PROPERTIES: Message = { 1: ['keys', 'string', 'many'], 2: ['values', () => PROPERTY, 'many'] }
const ROW: Message = { 1: ['elements', () => values(1), 'many'] }
const DATASET: Message = {
  1: ['num_of_columns', 'uint64'],
  2: ['columns', 'string', 'many'],
  3: ['types', 'uint32', 'many'],
  4: ['rows', () => ROW, 'many'],
}
const PARAMETER: Message = { 1: ['name', 'string'], 2: ['type', 'uint32'], ...values(3) }
const TEMPLATE: Message = {
  1: ['version', 'string'],
  2: ['metrics', () => METRIC, 'many'],
  3: ['parameters', () => PARAMETER, 'many'],
  4: ['template_ref', 'string'],
  5: ['is_definition', 'bool'],
}
const METRIC: Message = {
  1: ['name', 'string'],
  2: ['alias', 'uint64'],
  3: ['timestamp', 'uint64'],
  4: ['datatype', 'uint32'],
  5: ['is_historical', 'bool'],
  6: ['is_transient', 'bool'],
  7: ['is_null', 'bool'],
  8: ['metadata', () => METADATA],
  9: ['properties', () => PROPERTIES],
  ...values(10),
  16: ['value', 'bytes'],
  17: ['value', () => DATASET],
  18: ['value', () => TEMPLATE],
}
const PAYLOAD: Message = {
  1: ['timestamp', 'uint64'],
  2: ['metrics', () => METRIC, 'many'],
  3: ['seq', 'uint64'],
  4: ['uuid', 'string'],
  5: ['body', 'bytes'],
}

/** Names of the data types, by number. */
const TYPES =
  'Unknown Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64 Float Double Boolean String DateTime Text UUID DataSet Bytes File Template PropertySet PropertySetList Int8Array Int16Array Int32Array Int64Array UInt8Array UInt16Array UInt32Array UInt64Array FloatArray DoubleArray BooleanArray StringArray DateTimeArray'.split(
    ' ',
  )

/**
 * Whether a topic says that its payload is Sparkplug B. That of STATE is JSON (specification 3.0, section 6.4.27), and of
 * a payload nobody could tell.
 */
export const isSparkplug = (topic: string): boolean =>
  topic.startsWith('spBv1.0/') && !topic.startsWith('spBv1.0/STATE/')

/** Names of metrics by alias. */
export type AliasNames = ReadonlyMap<unknown, string>

/** Messages whose metrics may have an alias only, and those that have given it (specification 3.0, section 6.4.6). */
const BIRTHS = new Map([
  ['NDATA', 'NBIRTH'],
  ['NCMD', 'NBIRTH'],
  ['DDATA', 'DBIRTH'],
  ['DCMD', 'DBIRTH'],
])

/** The topic of the births of the same node or device, for a topic whose messages need them; else null. */
export function birthTopic(topic: string): string | null {
  const levels = topic.split('/')
  const birth = BIRTHS.get(levels[2] ?? '')
  return birth !== undefined && isSparkplug(topic) ? levels.with(2, birth).join('/') : null
}

/** The metrics of a payload. */
export function metricsOf(payload: ReadonlyMap<string, unknown>): readonly Map<string, unknown>[] {
  const metrics = payload.get('metrics')
  return Array.isArray(metrics) ? (metrics as Map<string, unknown>[]) : []
}

/** What the newest birth by a time says. @param births newest first; of a payload that was cut the names that are whole count */
export function namesAt(births: readonly { atMs: number; payload: Uint8Array }[], ms: number): AliasNames {
  const birth = births.find((b) => b.atMs <= ms)
  const names = new Map<unknown, string>()
  for (const m of birth ? new Reading(birth.payload).wholeMetrics() : []) {
    const name = m.get('name')
    if (m.has('alias') && typeof name === 'string') names.set(m.get('alias'), name)
  }
  return names
}

/** The name of a metric that has come with its alias only; undefined where it has its own. */
export const nameByAlias = (
  metric: ReadonlyMap<string, unknown>,
  names: AliasNames,
): { alias: unknown; name: string | null } | undefined =>
  metric.has('name') || !metric.has('alias')
    ? undefined
    : { alias: metric.get('alias'), name: names.get(metric.get('alias')) ?? null }

/**
 * A payload of Sparkplug B, laid out; whole numbers are exact. Beside an alias without a name stands the name from the
 * birth, or `unseen`.
 * @throws DecodeError `broken`, `deep`, `huge`
 */
export function sparkplug(
  bytes: Uint8Array,
  { names, unseen }: { names: AliasNames; unseen: string },
): Decoded {
  const payload = sparkplugValue(bytes)
  for (const metric of metricsOf(payload)) {
    const by = nameByAlias(metric, names)
    if (by) metric.set('alias', new Noted(by.alias, by.name === null ? unseen : JSON.stringify(by.name)))
  }
  return shown(valueText(payload))
}

/** The same as Maps by name of the field; whole numbers of 64 bits are bigint. @throws DecodeError `broken`, `deep`, `huge` */
export function sparkplugValue(bytes: Uint8Array): Map<string, unknown> {
  try {
    return new Reading(bytes).message(PAYLOAD, bytes.length, 0)
  } catch (thrown) {
    throw thrown instanceof DecodeError ? thrown : new DecodeError('broken')
  }
}

/** How a value lies in the bytes. */
const Wire = { varint: 0, bit64: 1, length: 2, bit32: 5 } as const
const WIRE: Readonly<Record<Kind, number>> = {
  uint32: Wire.varint,
  uint64: Wire.varint,
  bool: Wire.varint,
  float: Wire.bit32,
  double: Wire.bit64,
  string: Wire.length,
  bytes: Wire.length,
}
const utf8 = new TextDecoder('utf-8', { fatal: true })

class Reading {
  private readonly reader: PbfReader
  private fields = 0

  constructor(bytes: Uint8Array) {
    this.reader = new PbfReader(bytes)
  }

  message(of: Message, end: number, depth: number): Map<string, unknown> {
    if (depth > MAX_DEPTH) throw new DecodeError('deep')
    if (end > this.reader.length) throw new DecodeError('broken')
    const found = new Map<string, unknown>()
    while (this.reader.pos < end) {
      if (++this.fields > MAX_FIELDS) throw new DecodeError('huge')
      const tag = Number(this.varint())
      const [name, kind, many] = of[Math.floor(tag / 8)] ?? [`field ${Math.floor(tag / 8)}`, null]
      const read = this.read(kind, tag % 8, many !== undefined, depth)
      const before = found.get(name)
      if (many && Array.isArray(before)) for (const v of read) before.push(v)
      else found.set(name, many ? read : read[0])
    }
    if (this.reader.pos !== end) throw new DecodeError('broken')
    return typed(found)
  }

  /** The metrics of a payload that may be cut or broken off, up to there. */
  wholeMetrics(): Map<string, unknown>[] {
    const all: Map<string, unknown>[] = []
    try {
      while (this.reader.pos < this.reader.length) {
        const tag = Number(this.varint())
        const [, kind = null] = PAYLOAD[Math.floor(tag / 8)] ?? []
        const [value] = this.read(kind, tag % 8, false, 0)
        if (typeof kind === 'function') all.push(value as Map<string, unknown>)
      }
    } catch {
      // what came before counts
    }
    return all
  }

  private read(kind: Field[1] | null, wire: number, many: boolean, depth: number): unknown[] {
    if (kind === null) return [this.unknown(wire)]
    if (many && kind === 'uint32' && wire === Wire.length) return this.packed()
    if (wire !== (typeof kind === 'function' ? Wire.length : WIRE[kind])) throw new DecodeError('broken')
    if (typeof kind !== 'function') return [this.value(kind)]
    const length = this.length()
    return [this.message(kind(), this.reader.pos + length, depth + 1)]
  }

  private value(kind: Kind): unknown {
    switch (kind) {
      case 'uint32':
        return Number(BigInt.asUintN(32, this.varint()))
      case 'uint64':
        return this.varint()
      case 'bool':
        return this.varint() !== 0n
      case 'float':
        return new Float32(this.reader.readFloat())
      case 'double':
        return this.reader.readDouble()
      case 'string':
        return utf8.decode(this.bytes(this.length()))
      case 'bytes':
        return this.bytes(this.length())
    }
  }

  private unknown(wire: number): unknown {
    if (wire === Wire.varint) return this.varint()
    const sizes: Partial<Record<number, number>> = { [Wire.bit64]: 8, [Wire.bit32]: 4 }
    return this.bytes(wire === Wire.length ? this.length() : (sizes[wire] ?? Infinity))
  }

  private packed(): unknown[] {
    const length = this.length()
    const end = this.reader.pos + length
    const all: unknown[] = []
    while (this.reader.pos < end) all.push(this.value('uint32'))
    return all
  }

  /** A whole number with all its digits, which the library gives as a double. */
  private varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.reader.buf[this.reader.pos++]
      if (byte === undefined) throw new DecodeError('broken')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new DecodeError('broken')
  }

  private length(): number {
    return Number(this.varint())
  }

  private bytes(length: number): Uint8Array {
    const { pos, buf } = this.reader
    if (pos + length > buf.length) throw new DecodeError('broken')
    this.reader.pos = pos + length
    return buf.subarray(pos, pos + length)
  }
}

/** Whole numbers are sent without a sign: the data type says which they are. */
function typed(found: Map<string, unknown>): Map<string, unknown> {
  const key = found.has('datatype') ? 'datatype' : 'type'
  const type = found.get(key)
  if (typeof type === 'number') {
    const bits = type <= 4 ? 2 ** (type + 2) : 0
    const value = found.get('value')
    if (bits > 0 && (typeof value === 'number' || typeof value === 'bigint'))
      found.set('value', BigInt.asIntN(bits, BigInt(value)))
    found.set(key, TYPES[type] ?? type)
  }
  const types = found.get('types')
  if (Array.isArray(types))
    found.set(
      'types',
      types.map((t: unknown) => TYPES[Number(t)] ?? t),
    )
  return found
}
