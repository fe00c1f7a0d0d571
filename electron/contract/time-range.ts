import { splitTerms } from './query-terms'

/** A stretch of clock time, ms: from its first instant up to, and without, its last. */
export interface TimeRange {
  fromMs: number
  /** Infinity for one that has no end. */
  toMs: number
}

const BOUND = /^(\d+(?:\.\d+)?)?s?$/

/** Reads `12.5..14s`; either side may be left out, not both. Seconds of clock time. Undefined when it is no range. */
export function readTimeRange(text: string): TimeRange | undefined {
  const [from, to, ...more] = text.split('..')
  if (from === undefined || to === undefined || more.length > 0) return undefined
  const [a, b] = [BOUND.exec(from), BOUND.exec(to)]
  if (!a || !b || (a[1] === undefined && b[1] === undefined)) return undefined
  const ms = (seconds: string | undefined, absent: number): number =>
    seconds === undefined ? absent : Math.round(Number(seconds) * 1e6) / 1e3
  const range = { fromMs: ms(a[1], 0), toMs: ms(b[1], Infinity) }
  return range.toMs > range.fromMs ? range : undefined
}

const seconds = (ms: number): string => String(Math.round(ms) / 1000)

/** The spelling of a range in a packet query, e.g. `time:12.5..14s`, to the millisecond. */
export const timeTerm = ({ fromMs, toMs }: TimeRange): string =>
  `time:${seconds(fromMs)}..${toMs === Infinity ? '' : `${seconds(toMs)}s`}`

const isTime = (term: string): boolean => term.startsWith('time:')

/** What all time terms of a packet query leave, null when it has none: where a search of packets in order may begin and end. */
export function timeRangeOf(query: string): TimeRange | null {
  const ranges = splitTerms(query)
    .filter(isTime)
    .flatMap((t) => readTimeRange(t.slice('time:'.length)) ?? [])
  if (ranges.length === 0) return null
  return {
    fromMs: Math.max(...ranges.map((r) => r.fromMs)),
    toMs: Math.min(...ranges.map((r) => r.toMs)),
  }
}

/** The query with its time terms replaced by this range, or without any. */
export function withTimeRange(query: string, range: TimeRange | null): string {
  const others = splitTerms(query).filter((t) => !isTime(t))
  return (range === null ? others : [...others, timeTerm(range)]).join(' ')
}
