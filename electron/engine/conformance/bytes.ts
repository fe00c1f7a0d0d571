import { varint } from '../mqtt/varint'
import type { Level } from './outcome'

/** Text or bytes with their length in two bytes in front (MQTT 3.1.1 section 1.5.3). */
export function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string)
  return Buffer.concat([uint16(bytes.length), bytes])
}

export const uint16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff])

/** A packet from its first byte and its parts, whether or not they belong together. */
export function packet(first: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([first]), varint(body.length), body])
}

/** A property block at level 5; nothing below. */
export function properties(level: Level, ...values: readonly number[]): Buffer {
  return level === 5 ? Buffer.concat([varint(values.length), Buffer.from(values)]) : Buffer.alloc(0)
}

/** What a CONNECT is written from. */
export interface RawConnect {
  /** Protocol level. */
  level: Level
  /** @default the level */
  levelByte?: number
  /** @default 0x02, a clean session */
  flags?: number
  clientId: string | Buffer
  /** Bytes of the property block, without its length. */
  properties?: readonly number[]
  /** Further fields of the payload. */
  more?: readonly Buffer[]
}

/** A CONNECT written field by field, also one that breaks the rules. */
export function rawConnect(c: RawConnect): Buffer {
  return packet(
    0x10,
    field('MQTT'),
    Buffer.from([c.levelByte ?? c.level, c.flags ?? 0x02, 0, 60]),
    properties(c.level, ...(c.properties ?? [])),
    field(c.clientId),
    ...(c.more ?? []),
  )
}

/** A PUBLISH written field by field. `first` has QoS and flags; `id` is left out where it is null. */
export function rawPublish(
  level: Level,
  first: number,
  topic: string | Buffer,
  id: number | null,
  props: readonly number[] = [],
): Buffer {
  return packet(
    first,
    field(topic),
    id === null ? Buffer.alloc(0) : uint16(id),
    properties(level, ...props),
    Buffer.from('x'),
  )
}

/** A SUBSCRIBE of one filter with identifier 10. */
export const rawSubscribe = (
  level: Level,
  filter: string | Buffer,
  options: number,
  { first = 0x82, id = 10, props = [] as readonly number[] } = {},
): Buffer => packet(first, uint16(id), properties(level, ...props), field(filter), Buffer.from([options]))
