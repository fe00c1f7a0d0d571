import { loadSchema, type LoadConfig } from '@contract/load-config'
import type { ExecutorKind } from '@contract/load-fields'
import { EXECUTOR_FLAGS, flagOfPath, loadInput, type LoadFlags } from '@contract/load-flags'
import { loadFlags } from '@contract/load-text'
import { sayIssue, type Problem } from './load-field-errors'

/** What drives the load, and what each message is like. */
export const DRIVING_FLAGS = [...EXECUTOR_FLAGS, 'size', 'duration', 'messages'] as const
/** What the verdict goes by. */
export const LIMIT_FLAGS = [
  'maxP99',
  'maxConnectP99',
  'maxLost',
  'maxDuplicated',
  'maxOutOfOrder',
  'maxFailed',
  'maxErrors',
  'minRate',
] as const
/** Flags with a value, as the form holds them; an empty text leaves the flag out. */
export const TEXT_FLAGS = [
  'url',
  'publishers',
  'subscribers',
  'topology',
  'qos',
  'subscribeQos',
  ...DRIVING_FLAGS,
  'ramp',
  'warmup',
  'drain',
  'window',
  'receiveMaximum',
  'workers',
  'protocol',
  'username',
  'passwordEnv',
  'caFile',
  'certFile',
  'keyFile',
  'serverName',
  'keepAlive',
  'connectTimeout',
  'topic',
  'localAddress',
  'seed',
  ...LIMIT_FLAGS,
] as const
export type TextFlag = (typeof TEXT_FLAGS)[number]
export const SWITCHES = ['insecure', 'resume'] as const
export type Switch = (typeof SWITCHES)[number]

/** The form: every setting as it is typed, by the name of its flag. The password is not among them. */
export type Draft = Record<TextFlag, string> & Record<Switch, boolean>

/** Settings that only some executors have. */
const OF_EXECUTOR: Partial<Record<TextFlag, readonly ExecutorKind[]>> = {
  rate: ['constant-rate', 'reconnect-storm', 'soak'],
  stages: ['ramping'],
  startRate: ['ramping'],
  connectRate: ['connection-storm'],
  reconnectEvery: ['reconnect-storm'],
  reconnectShare: ['reconnect-storm'],
}
/** Settings without a meaning for an executor. */
const NOT_FOR: Partial<Record<TextFlag, readonly ExecutorKind[]>> = {
  duration: ['ramping'],
  messages: ['connection-storm'],
  window: ['connection-storm'],
}

/** A setting that the chosen executor has. */
export const isAsked = (flag: TextFlag, executor: string): boolean => {
  const kind = executor as ExecutorKind
  return (OF_EXECUTOR[flag]?.includes(kind) ?? true) && !(NOT_FOR[flag]?.includes(kind) ?? false)
}

const EMPTY: Draft = {
  ...(Object.fromEntries(TEXT_FLAGS.map((f) => [f, ''])) as Record<TextFlag, string>),
  insecure: false,
  resume: false,
}

/** The form's own beginning: a test that needs nothing but a click. */
export const FIRST_DRAFT: Draft = {
  ...EMPTY,
  url: 'embedded',
  publishers: '100',
  subscribers: '1',
  topology: 'auto',
  executor: 'constant-rate',
  rate: '10',
  qos: '1',
  size: '64',
  duration: '30s',
  protocol: '3.1.1',
  maxP99: '50ms',
  maxLost: '0',
}

/** Choices the form always names; their flags may be left out on a command line. */
const CHOICES = { topology: 'auto', executor: 'constant-rate', qos: '0', protocol: '3.1.1' } as const

/** Settings as texts for the form; what is no flag is passed over. */
export function draftOf(flags: LoadFlags): Draft {
  const draft: Draft = { ...EMPTY, ...CHOICES }
  for (const f of TEXT_FLAGS) {
    const value = flags[f]
    if (typeof value === 'string' && value !== '') draft[f] = value
  }
  for (const s of SWITCHES) draft[s] = flags[s] === true
  return draft
}

/** A form that repeats a test. */
export const draftOfConfig = (config: LoadConfig): Draft => draftOf(loadFlags(config))

/** The form kept in the browser; null for anything else. */
export function storedDraft(text: string): Draft | null {
  try {
    const value: unknown = JSON.parse(text)
    const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isRecord ? draftOf(value) : null
  } catch {
    return null
  }
}

/** Flags the form speaks of, without those of other executors. */
function flagsOf(draft: Draft): LoadFlags {
  const texts = TEXT_FLAGS.filter((f) => draft[f].trim() !== '' && isAsked(f, draft.executor))
  return {
    ...Object.fromEntries(texts.map((f) => [f, draft[f].trim()])),
    ...Object.fromEntries(SWITCHES.filter((s) => draft[s]).map((s) => [s, true])),
  }
}

/** What is wrong, by the flag it stands at. */
type Problems = Partial<Record<TextFlag, Problem>>

/** The load test a form describes, or what keeps it from being one. */
export function readDraft(
  draft: Draft,
): { config: LoadConfig; problems: null } | { config: null; problems: Problems } {
  const parsed = loadSchema.safeParse(loadInput(flagsOf(draft)), { reportInput: true })
  if (parsed.success) return { config: parsed.data, problems: null }
  const problems: Problems = {}
  for (const issue of parsed.error.issues) {
    const flag = flagOfPath(issue.path) as TextFlag
    problems[flag] ??= sayIssue(flag, issue, draft)
  }
  return { config: null, problems }
}

/** One step of an arrow key on a text that begins with a number; its unit stays. Null where there is none. */
export function nudged(text: string, by: number): string | null {
  const found = /^(\d+(?:\.\d+)?)(.*)$/.exec(text.trim())
  if (!found) return null
  const next = Math.max(0, Number(found[1]) + by)
  return `${Number(next.toPrecision(10))}${found[2]}`
}
