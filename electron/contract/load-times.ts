import { formatDuration } from './duration'
import { flagKey } from './load-flags'

/** Settings that are times and have a flag of the same name. */
export const TIME_FLAGS = [
  'duration',
  'ramp',
  'warmup',
  'drain',
  'keepAlive',
  'thinkTime',
  'startWait',
  'disconnectEvery',
  'awayFor',
  'churnEvery',
  'messageExpiry',
  'reconnectEvery',
  'connectTimeout',
  'maxP99',
  'maxConnectP99',
] as const

/** Those, and the fields of executors: time between cuts, length of a stage. */
const TIMES: ReadonlySet<string> = new Set([...TIME_FLAGS, 'every', 'over'])

/**
 * What was written, with each time that has no unit as a text, at any depth: a schema would take the number for milliseconds,
 * and refuses the text. 0 needs no unit.
 */
export function bareTimes(input: unknown): unknown {
  if (Array.isArray(input)) return input.map(bareTimes)
  if (typeof input !== 'object' || input === null) return input
  return Object.fromEntries(
    Object.entries(input).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'number' && value !== 0 && TIMES.has(flagKey(key)) ? String(value) : bareTimes(value),
    ]),
  )
}

/** What was read, with the unit of each time, for people. */
export function withUnits(input: unknown): unknown {
  if (Array.isArray(input)) return input.map(withUnits)
  if (typeof input !== 'object' || input === null) return input
  return Object.fromEntries(
    Object.entries(input).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'number' && TIMES.has(key) ? formatDuration(value) : withUnits(value),
    ]),
  )
}
