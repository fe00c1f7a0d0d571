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

/** The same with each time in it changed, at any depth. `isTime` tells which keys hold one. */
function mapTimes(
  input: unknown,
  isTime: (key: string) => boolean,
  change: (ms: number) => unknown,
): unknown {
  const inner = (value: unknown): unknown => mapTimes(value, isTime, change)
  if (Array.isArray(input)) return input.map(inner)
  if (typeof input !== 'object' || input === null) return input
  return Object.fromEntries(
    Object.entries(input).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'number' && isTime(key) ? change(value) : inner(value),
    ]),
  )
}

/**
 * What was written, with each time that has no unit as a text, at any depth: a schema would take the number for milliseconds,
 * and refuses the text. 0 needs no unit.
 */
export const bareTimes = (input: unknown): unknown =>
  mapTimes(
    input,
    (key) => TIMES.has(flagKey(key)),
    (ms) => (ms === 0 ? ms : String(ms)),
  )

/** What was read, with the unit of each time, for people. */
export const withUnits = (input: unknown): unknown => mapTimes(input, (key) => TIMES.has(key), formatDuration)
