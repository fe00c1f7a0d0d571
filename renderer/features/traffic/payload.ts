import type { TopicMessage } from '@contract/model'

/** A payload as people can read it. */
export type Payload =
  | { kind: 'json'; value: unknown; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'binary' }
  | { kind: 'empty' }

const utf8 = new TextDecoder('utf-8', { fatal: true })

export function readPayload(bytes: Uint8Array): Payload {
  if (bytes.length === 0) return { kind: 'empty' }
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return { kind: 'binary' }
  }

  if (/[\u0000-\u0008\u000e-\u001f]/.test(text)) return { kind: 'binary' }
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown, text }
  } catch {
    return { kind: 'text', text }
  }
}

/** One line of a JSON value written out, and what stood there in the message before. */
export interface JsonLine {
  depth: number
  /** Member name with quotes, or ''. */
  key: string
  /** Scalar, or an opening or closing bracket. */
  value: string
  bracket: boolean
  comma: boolean
  /** The scalar of the message before where it differs; null where it is the same or nothing is known. */
  was: string | null
  /** added: the message before had no such member. */
  added: boolean
}

const isObject = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v)
const MAX_LINES = 400

/** Writes a JSON value line by line and notes what changed since `before`; undefined for no message before. */
export function jsonLines(value: unknown, before: unknown): JsonLine[] {
  const lines: JsonLine[] = []
  const write = (
    v: unknown,
    b: unknown,
    known: boolean,
    key: string,
    depth: number,
    comma: boolean,
  ): void => {
    if (lines.length >= MAX_LINES) return
    const base = { depth, key, added: known && b === undefined, was: null }
    const entries: [string, unknown, unknown][] | null = Array.isArray(v)
      ? v.map((x, i) => ['', x, Array.isArray(b) ? b[i] : undefined])
      : isObject(v)
        ? Object.entries(v).map(([k, x]) => [JSON.stringify(k), x, isObject(b) ? b[k] : undefined])
        : null
    if (entries === null) {
      const text = JSON.stringify(v)
      const was = known && b !== undefined && JSON.stringify(b) !== text ? shorten(JSON.stringify(b)) : null
      lines.push({ ...base, value: text, bracket: false, comma, was })
      return
    }
    const [open, close] = Array.isArray(v) ? ['[', ']'] : ['{', '}']
    if (entries.length === 0) {
      lines.push({ ...base, value: open + close, bracket: true, comma })
      return
    }
    lines.push({ ...base, value: open, bracket: true, comma: false })
    const comparable = known && (Array.isArray(v) ? Array.isArray(b) : isObject(b))
    entries.forEach(([k, x, y], i) => write(x, y, comparable, k, depth + 1, i < entries.length - 1))
    lines.push({ ...base, key: '', value: close, bracket: true, comma, added: false })
  }
  write(value, before, before !== undefined, '', 0, false)
  return lines
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text)

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

/** Numbers of the newest payload followed back through the history: what a sparkline can show. */
export function numericSeries(history: readonly Pick<TopicMessage, 'payload'>[], max = 4): NumericSeries[] {
  const payloads = history
    .map((m) => readPayload(m.payload))
    .map((p) => (p.kind === 'json' ? p.value : undefined))
  const newest = payloads[0]
  const names = isObject(newest)
    ? Object.keys(newest).filter((k) => k !== '_id' && typeof newest[k] === 'number')
    : typeof newest === 'number'
      ? ['']
      : []
  return names.slice(0, max).flatMap((name): NumericSeries[] => {
    const values = payloads
      .map((p) => (name === '' ? p : isObject(p) ? p[name] : undefined))
      .filter((v): v is number => typeof v === 'number' && Number.isFinite(v))
      .reverse()
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
