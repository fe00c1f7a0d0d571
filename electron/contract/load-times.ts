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

/** A time somewhere in a configuration. */
export interface FoundTime {
  /** Names and indices that lead to it, as they are written. */
  path: string[]
  /** In milliseconds, if it has no unit. */
  value: number
}

/** The first time without a unit, at any depth; null where all have one. 0 needs none. */
export function bareTime(input: unknown, path: readonly string[] = []): FoundTime | null {
  if (typeof input !== 'object' || input === null) return null
  for (const [key, value] of Object.entries(input)) {
    const at = [...path, key]
    if (typeof value === 'number' && value !== 0 && TIMES.has(flagKey(key))) return { path: at, value }
    const deeper = bareTime(value, at)
    if (deeper !== null) return deeper
  }
  return null
}

/** The same with the unit of each time, for people. */
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
