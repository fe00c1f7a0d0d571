import type { TopicMessage } from '@contract/model'
import { readJson, type JsonNode } from './json-text'

/** A stretch of text as it was sent, or a sign for what is no text: its number. */
export interface TextPart {
  text: string
  sign: boolean
}

/** A payload as people can read it. */
export type Payload =
  | { kind: 'json'; json: JsonNode; text: string; parts: TextPart[] }
  | { kind: 'text'; text: string; parts: TextPart[] }
  /** More signs than text. */
  | { kind: 'binary'; text: string; parts: TextPart[] }
  | { kind: 'empty' }

/** Of what is text at most this share may be signs. */
const MOST_SIGNS = 0.3
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const hexOf = (n: number): string => n.toString(16).toUpperCase().padStart(2, '0')

/** Characters of a UTF-8 sequence by its first byte; 0 where that cannot be one. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1
  if (first >= 0xc2 && first < 0xe0) return 2
  if (first >= 0xe0 && first < 0xf0) return 3
  return first >= 0xf0 && first < 0xf5 ? 4 : 0
}

function decode(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

/** Bytes at the end of what is kept that begin a character whose rest was cut off. */
function cutCharacter(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const length = sequenceLength(bytes[bytes.length - back] ?? 0)
    if (length > 1) return length > back ? back : 0
    if (length === 1) return 0
  }
  return 0
}

/** What is text stays as it is; a byte that is not UTF-8 and a control character become a sign with their number. */
function textParts(bytes: Uint8Array): TextPart[] {
  const parts: TextPart[] = []
  let text = ''
  const flush = (): void => {
    if (text !== '') parts.push({ text, sign: false })
    text = ''
  }
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0
    const length = sequenceLength(first)
    const piece = length === 0 ? null : decode(bytes.subarray(at, at + length))
    const control = piece !== null && length === 1 && (first < 32 ? !'\t\n\r'.includes(piece) : first === 127)
    if (piece === null || control) {
      flush()
      parts.push({ text: hexOf(first), sign: true })
      at++
    } else {
      text += piece
      at += length
    }
  }
  flush()
  return parts
}

/** @param truncated what is there is the beginning of a longer payload */
export function readPayload(all: Uint8Array, truncated = false): Payload {
  if (all.length === 0) return { kind: 'empty' }
  // half a character at the end of what is kept says nothing about the payload
  const bytes = truncated ? all.subarray(0, all.length - cutCharacter(all)) : all
  const whole = decode(bytes)
  const clean = whole !== null && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(whole)
  const json = clean ? readJson(whole, truncated) : null
  if (clean && json) return { kind: 'json', json, text: whole, parts: [{ text: whole, sign: false }] }
  const parts = clean ? [{ text: whole, sign: false }] : textParts(bytes)
  const signs = parts.filter((p) => p.sign).length
  const text = parts.map((p) => (p.sign ? '' : p.text)).join('')
  const kind = signs > MOST_SIGNS * bytes.length ? 'binary' : 'text'
  return { kind, text, parts }
}

export interface HexRow {
  offset: string
  hex: string
  ascii: string
}

/** Sixteen bytes per row, as a packet viewer shows them. */
export function hexRows(bytes: Uint8Array, perRow = 8): HexRow[] {
  const rows: HexRow[] = []
  for (let at = 0; at < bytes.length; at += perRow) {
    const part = [...bytes.subarray(at, at + perRow)]
    rows.push({
      offset: at.toString(16).padStart(4, '0'),
      hex: part.map((b) => b.toString(16).padStart(2, '0')).join(' '),
      ascii: part.map((b) => (b > 31 && b < 127 ? String.fromCharCode(b) : '·')).join(''),
    })
  }
  return rows
}

export interface NumericSeries {
  /** Path within the payload; '' for a payload that is a number. */
  name: string
  /** Oldest first. */
  values: number[]
}

/** The number a value is; undefined for every other value. */
function numberOf(node: JsonNode | undefined): number | undefined {
  const n = node && node.members === null && !node.cut && !node.text.startsWith('"') ? Number(node.text) : NaN
  return Number.isFinite(n) ? n : undefined
}

/** The numbers of a payload by the text of their names; of a repeated name the last, as receivers read it. */
function numbersOf(json: JsonNode | undefined): Map<string, number> {
  const found = new Map<string, number>()
  const own = numberOf(json)
  if (own !== undefined) found.set('', own)
  if (json?.text !== '{') return found
  for (const { key, value } of json.members ?? []) {
    const n = numberOf(value)
    if (n === undefined) found.delete(key)
    else found.set(key, n)
  }
  return found
}

/** Numbers of the newest payload followed back through the history: what a sparkline can show. */
export function numericSeries(
  history: readonly Pick<TopicMessage, 'payload' | 'truncated'>[],
  max = 4,
): NumericSeries[] {
  const payloads = history.map((m) => {
    const p = readPayload(m.payload, m.truncated)
    return numbersOf(p.kind === 'json' ? p.json : undefined)
  })
  const names = [...(payloads[0]?.keys() ?? [])].filter((key) => key !== '"_id"')
  return names.slice(0, max).flatMap((key): NumericSeries[] => {
    const values = payloads.flatMap((p) => p.get(key) ?? []).reverse()
    const name = key === '' ? '' : String(JSON.parse(key))
    return values.length < 2 ? [] : [{ name, values }]
  })
}

/** The path of a sparkline in a box; flat where all values are equal. */
export function sparkPath(
  values: readonly number[],
  width: number,
  height: number,
  fromZero = false,
): string {
  if (values.length === 0) return ''
  const low = fromZero ? 0 : Math.min(...values)
  const span = Math.max(...values) - low
  const step = values.length === 1 ? 0 : width / (values.length - 1)
  const y = (v: number): number => (span === 0 ? height / 2 : height - 1 - ((v - low) / span) * (height - 2))
  return values.map((v, i) => `${i === 0 ? 'M' : 'L'}${(i * step).toFixed(1)} ${y(v).toFixed(1)}`).join('')
}
