import type { SentMessage } from '@contract/topic-messages'
import type { Numbers } from './numbers'

/** How a message stands. `partly`: some subscribers have it and some will not get it. `nobody`: the broker had nobody to send it to. */
export type Reached = 'received' | 'partly' | 'lost' | 'open' | 'nobody'

export function reachedOf(m: Pick<SentMessage, 'atBroker' | 'sentTo' | 'received' | 'missed'>): Reached {
  if (m.atBroker !== true) return m.atBroker === null ? 'open' : 'lost'
  if (m.sentTo === 0) return 'nobody'
  if (m.missed === m.sentTo) return 'lost'
  if (m.missed > 0 && m.received > 0) return 'partly'
  return m.received === m.sentTo ? 'received' : 'open'
}

/** A message with its numbers. */
export interface Numbered {
  message: SentMessage
  numbers: Numbers
}

/** One value of the chart. */
export interface Point {
  /** The number as it was sent: a whole number of 64 bits has more digits than `value` can hold. */
  text: string
  value: number
  reached: Reached
  message: SentMessage
}

/** The messages that have a number there, by time of publishing. */
export const pointsOf = (messages: readonly Numbered[], path: string): Point[] =>
  messages.flatMap(({ message, numbers }) => {
    const text = numbers.get(path)
    return text === undefined ? [] : [{ text, value: Number(text), reached: reachedOf(message), message }]
  })

/** Paths of numbers, those of the newest message first. */
export const pathsOf = (messages: readonly Numbered[]): string[] => [
  ...new Set([...messages].reverse().flatMap((m) => [...m.numbers.keys()])),
]

/** Lowest and highest of the axis, with air above and below. */
export function rangeOf(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1]
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const air = (high - low) * 0.08 || Math.abs(high) * 0.05 || 1
  return [low - air, high + air]
}

/** What stands at the lines of the chart: as many digits as tell them apart. @param plain for numbers of everyday size */
export function lineTexts(lines: readonly number[], plain: (n: number) => string): string[] {
  const [first = 0, second = 0] = lines
  const step = Math.abs(second - first)
  const largest = Math.max(...lines.map(Math.abs))
  const digits = step > 0 ? Math.min(15, Math.max(3, 1 + Math.ceil(Math.log10(largest / step)))) : 3
  if (largest >= 1e9 || (largest > 0 && largest < 1e-4)) return lines.map((v) => v.toExponential(digits - 1))
  return lines.map((v) => (step > 0 && step < 0.01 ? String(Number(v.toPrecision(digits))) : plain(v)))
}
