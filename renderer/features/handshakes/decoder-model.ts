import type { PacketDetail, PacketField } from '@contract/model'
import type { PacketType } from '@contract/packet'
import { PACKET_TYPES } from '@contract/packet'

/** Bytes in one line of the hex view. */
const LINE_BYTES = 8

export interface HexByte {
  at: number
  hex: string
  /** Printable ASCII, else a middle dot. */
  char: string
  /** Alternates from field to field, so that their ends can be seen. */
  shade: boolean
}

/** The deepest field that holds a byte; header groups give way to what is in them. */
export function fieldAt(fields: readonly PacketField[], at: number): number {
  let found = -1
  fields.forEach((f, i) => {
    if (at < f.start || at >= f.end) return
    const best = fields[found]
    if (!best || f.depth > best.depth || (f.depth === best.depth && f.end - f.start < best.end - best.start))
      found = i
  })
  return found
}

/** Bytes in lines, each knowing how it looks. */
export function hexLines(detail: PacketDetail): { offset: string; bytes: HexByte[] }[] {
  const lines: { offset: string; bytes: HexByte[] }[] = []
  const order = new Map<number, number>()
  detail.bytes.forEach((value, at) => {
    if (at % LINE_BYTES === 0) lines.push({ offset: at.toString(16).padStart(4, '0'), bytes: [] })
    const field = fieldAt(detail.fields, at)
    const rank = order.get(field) ?? order.size
    order.set(field, rank)
    const char = value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : '·'
    lines.at(-1)?.bytes.push({ at, hex: value.toString(16).padStart(2, '0'), char, shade: rank % 2 === 1 })
  })
  return lines
}

/** Where a field stands: `1c-1d`, or the bit's byte. */
export function placeOf(f: PacketField): string {
  const hex = (n: number): string => n.toString(16).padStart(2, '0')
  if (f.bits) return ''
  return f.end - f.start <= 1 ? hex(f.start) : `${hex(f.start)}-${hex(f.end - 1)}`
}

export interface BitGroup {
  key: 'type' | 'dup' | 'qos' | 'retain' | 'reserved'
  /** Bits, 0 the most significant, both inclusive. */
  from: number
  to: number
  value: number
}

/** Byte 0 in its parts: type and flags (MQTT 3.1.1 section 2.2). */
export function bitGroups(byte: number): BitGroup[] {
  const type: BitGroup = { key: 'type', from: 0, to: 3, value: byte >> 4 }
  if (PACKET_TYPES[byte >> 4] !== 'PUBLISH')
    return [type, { key: 'reserved', from: 4, to: 7, value: byte & 15 }]
  return [
    type,
    { key: 'dup', from: 4, to: 4, value: (byte >> 3) & 1 },
    { key: 'qos', from: 5, to: 6, value: (byte >> 1) & 3 },
    { key: 'retain', from: 7, to: 7, value: byte & 1 },
  ]
}

/** Key of the one sentence that says what the chosen part of byte 0 means. */
export function whyKey(type: PacketType, byte: number, part: BitGroup['key']): string {
  if (type !== 'PUBLISH') return type
  const qos = (byte >> 1) & 3
  switch (part) {
    case 'dup':
      return (byte & 8) === 0 ? 'dup0' : qos === 2 ? 'dup1q2' : 'dup1q1'
    case 'qos':
      return `qos${qos > 2 ? 0 : qos}`
    case 'retain':
      return `retain${byte & 1}`
    case 'type':
    case 'reserved':
      return type
  }
}
