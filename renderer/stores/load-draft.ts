import { loadFaults, loadSchema, type LoadConfig } from '@contract/load-config'
import { isOfExecutor } from '@contract/load-executor-flags'
import { flagOfPath, loadInput, type LoadFlags } from '@contract/load-flags'
import { idleFlags, type IdleReason } from '@contract/load-idle'
import { PRESET_NAMES, presetInput } from '@contract/load-presets'
import { shownSetting } from '@contract/load-headers'
import { loadFlags } from '@contract/load-text'
import type { z } from 'zod'
import { sayIssue, type Problem } from './load-field-errors'
import {
  FORM_GROUPS,
  isSwitch,
  OF_TLS,
  SWITCHES,
  TEXT_FLAGS,
  type Draft,
  type Switch,
  type TextFlag,
} from './load-form'

const EMPTY: Draft = {
  ...(Object.fromEntries(TEXT_FLAGS.map((f) => [f, ''])) as Record<TextFlag, string>),
  ...(Object.fromEntries(SWITCHES.map((s) => [s, false])) as Record<Switch, boolean>),
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

/** Parts of the form that a preset fills in; target, login and thresholds stay as they are. */
const OF_PRESET = [
  ...FORM_GROUPS.clients,
  ...FORM_GROUPS.executor,
  'protocol',
  'keepAlive',
  'connectTimeout',
  'population',
] as const

/** What each preset puts into the form. */
export const PRESET_DRAFTS: ReadonlyMap<string, Partial<Draft>> = new Map(
  PRESET_NAMES.map((name) => {
    const draft = draftOfConfig(loadSchema.parse(presetInput(name)))
    return [name, Object.fromEntries(OF_PRESET.map((flag) => [flag, draft[flag]]))]
  }),
)

/** The preset that the form holds; null where it holds none. */
export const presetOf = (draft: Draft): string | null =>
  PRESET_NAMES.find((name) =>
    Object.entries(PRESET_DRAFTS.get(name) ?? {}).every(([flag, v]) => draft[flag as TextFlag] === v),
  ) ?? null

/** Texts of the form that may hold a secret beside its name. */
const WITH_SECRETS = ['url', 'wsHeader', 'userProperty', 'population'] as const satisfies readonly TextFlag[]

/** The form as the browser keeps it: secrets in headers, in user properties and in the query of the address are left out of it. */
export const keptDraft = (draft: Draft): string =>
  JSON.stringify({
    ...draft,
    ...Object.fromEntries(WITH_SECRETS.map((flag) => [flag, shownSetting(flag, draft[flag])])),
  })

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
  const texts = TEXT_FLAGS.filter((f) => draft[f].trim() !== '' && isOfExecutor(f, draft.executor))
  return {
    ...Object.fromEntries(texts.map((f) => [f, draft[f].trim()])),
    ...Object.fromEntries(SWITCHES.filter((s) => draft[s]).map((s) => [s, true])),
  }
}

/** What is wrong, by the flag it stands at. */
type Problems = Partial<Record<TextFlag | Switch, Problem>>
/** Why a setting does nothing beside the others and is left out of the test. */
type Unused = Partial<Record<TextFlag | Switch, IdleReason>>

function parse(flags: LoadFlags): { config: LoadConfig } | { config: null; issues: z.core.$ZodIssue[] } {
  const input = loadInput(flags)
  const { data, error } = loadSchema.safeParse(input, { reportInput: true })
  return error === undefined ? { config: data } : { config: null, issues: loadFaults(input, error) }
}

/** The first fault of each flag. */
function problemsOf(issues: readonly z.core.$ZodIssue[], draft: Draft): Problems {
  const problems: Problems = {}
  for (const issue of issues) {
    const flag = flagOfPath(issue.path) as TextFlag
    problems[flag] ??= sayIssue(flag, issue, draft)
  }
  return problems
}

/**
 * The load test a form describes, or what keeps it from being one. What would do nothing in it is not in it: it is `unused`, but
 * for the files and names of TLS, which are problems, since whoever gives them wants an address with it.
 */
export function readDraft(
  draft: Draft,
):
  | { config: LoadConfig; problems: null; unused: Unused }
  | { config: null; problems: Problems; unused: Unused } {
  const flags = flagsOf(draft)
  const parsed = parse(flags)
  if (parsed.config === null) return { config: null, problems: problemsOf(parsed.issues, draft), unused: {} }
  const idle = idleFlags(flags, parsed.config).map((i) => ({ ...i, flag: i.flag as TextFlag | Switch }))
  const refused = idle.filter(({ flag }) => OF_TLS.includes(flag) && !isSwitch(flag))
  const unused: Unused = Object.fromEntries(
    idle.filter((i) => !refused.includes(i)).map(({ flag, why }) => [flag, why]),
  )
  if (refused.length > 0) {
    const problems: Problems = {}
    for (const { flag } of refused) problems[flag] = { key: 'needsTls', values: {} }
    return { config: null, problems, unused }
  }
  const used = Object.fromEntries(Object.entries(flags).filter(([flag]) => !Object.hasOwn(unused, flag)))
  const without = parse(used)
  if (without.config === null) return { config: null, problems: problemsOf(without.issues, draft), unused }
  return { config: without.config, problems: null, unused }
}

/** One step of an arrow key on a text that begins with a number; its unit stays. Null where there is none. */
export function nudged(text: string, by: number): string | null {
  const found = /^(\d+(?:\.\d+)?)(.*)$/.exec(text.trim())
  if (!found) return null
  const next = Math.max(0, Number(found[1]) + by)
  return `${Number(next.toPrecision(10))}${found[2]}`
}
