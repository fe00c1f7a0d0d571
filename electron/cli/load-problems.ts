import type { z } from 'zod'
import type { ErrorDetail } from '../contract/errors'
import { faultLines } from '../contract/fault-lines'
import { issueDetails } from '../contract/issues'
import { flagName, flagOfPath, flagWord } from '../contract/load-flags'
import { TIME_FLAGS } from '../contract/load-times'

type Input = Readonly<Record<string, unknown>>

/** A file of settings: its path, what is written in it, and the fields that this gives. */
export interface SettingsFile {
  path: string
  written: Input
  input: Input
}

const TIME = 'expected a time with its unit, such as 250ms, 10s or 2m'
/** What is expected where the schema's own words are no help on a command line. */
const WORDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(TIME_FLAGS.map((flag) => [flagWord(flag), TIME])),
  '--stages': 'expected stages such as 10s:5,30s:50',
  '--connect-rate': 'expected connections per second such as 100, 100/s or 60/min, or max',
  '--min-connected': 'expected a share above 0% and up to 100%, such as 95%',
  '--rate': 'expected a rate such as 10, 6/min or 1/h, or max',
}

/** Whether what a path leads to is said there. */
function says(input: Input, [top = '', second = '']: readonly string[]): boolean {
  const value = input[top]
  return top === 'thresholds' ? (value as Input | undefined)?.[second] !== undefined : value !== undefined
}

/**
 * What is allowed there. How two settings go together is said by the rule itself.
 * @param at `isRule`: two settings do not go together; `isFlag`: the setting has a flag of its own
 */
function expectedOf(
  { expected }: ErrorDetail,
  { flag, isRule, isFlag }: { flag: string; isRule: boolean; isFlag: boolean },
): string {
  if (expected.startsWith('expected a duration')) return isFlag ? (WORDS[flagWord(flag)] ?? TIME) : TIME
  return (isRule || !isFlag ? undefined : WORDS[flagWord(flag)]) ?? expected
}

/** A time without a unit is read as a text; it is said as it was written. Elsewhere a text is said as one. */
const foundOf = ({ found, expected }: ErrorDetail): string =>
  expected.startsWith('expected a duration') ? found.replace(/^"(\d+(?:\.\d+)?)"$/, '$1') : found

/** What to do where a warm-up and the duration come from two places; empty where they come from one. */
function ofTwoPlaces(own: Input, file: SettingsFile | undefined, isFiles: boolean): string {
  const isRamp = ((own['executor'] ?? file?.input['executor']) as Input | undefined)?.['kind'] === 'ramping'
  const setting = isRamp ? 'executor' : 'duration'
  const flag = isRamp ? '--stages' : '--duration'
  const isOwn = own[setting] !== undefined
  if (isFiles) return isOwn ? ` of ${flag}: add a shorter --warmup` : ''
  const isOfFile = !isOwn && file?.input[setting] !== undefined
  return isOfFile ? ` in --config ${file.path}: add a longer ${flag}` : ''
}

function lineOf(
  detail: ErrorDetail,
  issue: z.core.$ZodIssue,
  own: Input,
  file: SettingsFile | undefined,
): string {
  const path = detail.path.split('.')
  const isFiles = file !== undefined && !says(own, path) && says(file.input, path)
  const flag = flagOfPath(path)
  // a place within a setting is said where the file has it as a setting with places
  const isWithin = isFiles && path.length > 1 && typeof file.written[path[0] ?? ''] === 'object'
  const whole = path[0] === 'populations' || isWithin ? path.join('.') : flagName(flag)
  if (isFiles && issue.code === 'unrecognized_keys' && issue.path.length === 0)
    return `--config ${file.path}: ${whole} is no setting of a load test; what else a run is told is given on the command line`
  const isFlag = path[0] !== 'populations' && !isWithin
  const expected = expectedOf(detail, { flag, isRule: issue.code === 'custom', isFlag })
  const where = isFiles
    ? `--config ${file.path}: ${whole}`
    : path[0] === 'populations'
      ? `--population: ${whole}`
      : flagWord(flag)
  const places = path[0] === 'warmup' && issue.code === 'custom' ? ofTwoPlaces(own, file, isFiles) : ''
  return `${where}: found ${foundOf(detail)}; ${expected}${places}`
}

/**
 * What is wrong with a load test: one line for each fault, with where it stands (a flag, or a name in the file), what was found
 * and what is allowed.
 * @param own what the flags say
 */
export const problemLines = (
  issues: readonly z.core.$ZodIssue[],
  own: Input,
  file: SettingsFile | undefined,
): string[] =>
  faultLines(issues.flatMap((issue) => issueDetails([issue]).map((d) => lineOf(d, issue, own, file))))
