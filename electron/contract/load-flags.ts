import { thresholdsSchema } from './load-thresholds'
import { isOfExecutor } from './load-executor-flags'
import type { ExecutorKind } from './load-fields'

/** Settings of a load test as text, by the camel-case name of their flag: as commander gives them, and as the page's form holds them. */
export type LoadFlags = Partial<Record<string, string | boolean>>

/** Flags that become a field of the same name, by how their text is read. */
const FIELDS = {
  url: String,
  protocol: protocolNumber,
  clientId: String,
  clients: String,
  alpn: list,
  wsHeader: lines,
  userProperty: lines,
  population: populations,
  messageExpiry: String,
  username: String,
  willTopic: String,
  willPayload: String,
  willQos: number,
  arrivals: String,
  passwordEnv: String,
  caFile: String,
  certFile: String,
  keyFile: String,
  serverName: String,
  publishers: number,
  subscribers: number,
  topology: String,
  qos: number,
  subscribeQos: number,
  size: number,
  payload: String,
  payloadFile: String,
  dataFile: String,
  topics: (t) => t.split(','),
  duration: String,
  messages: number,
  ramp: String,
  warmup: String,
  drain: String,
  thinkTime: String,
  startWait: String,
  disconnectEvery: String,
  disconnectKind: String,
  awayFor: String,
  churnEvery: String,
  window: number,
  receiveMaximum: number,
  topicAliases: number,
  workers: (t: string) => (t === 'auto' ? t : number(t)),
  keepAlive: String,
  connectTimeout: String,
  minConnected: share,
  topic: String,
  localAddress: list,
  seed: number,
} as const satisfies Readonly<Record<string, (text: string) => unknown>>

/** A flag that becomes a field of the same name, or of the name that `RENAMED` has. */
export type FieldFlag = keyof typeof FIELDS
export const FIELD_FLAGS = Object.keys(FIELDS) as FieldFlag[]

/** Files whose contents a load test sends: the command line alone takes them, see docs/security.md. */
export const SENT_FILES = ['clients', 'payloadFile', 'dataFile'] as const satisfies readonly FieldFlag[]

/** Flags whose field has another name. */
const RENAMED: Readonly<Record<string, string>> = {
  localAddress: 'localAddresses',
  wsHeader: 'wsHeaders',
  userProperty: 'userProperties',
  population: 'populations',
}

function list(text: string): string[] {
  return text.split(',')
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

/** A population on each line as JSON, with the names of flags or of fields; a line that is no JSON stays a text, which none is. */
function populations(text: string): unknown[] {
  return lines(text).map((line) => {
    try {
      return inputOfPopulation(JSON.parse(line))
    } catch {
      return line
    }
  })
}

function number(text: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}

/** `0.95` or `95%`. */
function share(text: string): number | string {
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text)
  return percent === null ? number(text) : Number(percent[1]) / 100
}

function protocolNumber(text: string): number | string {
  const levels: Readonly<Record<string, number>> = { '3.1.1': 4, '5.0': 5 }
  return levels[text] ?? number(text)
}

function rate(text: string): number | string {
  const perHour = /^(\d+(?:\.\d+)?)\/(h|min|s)$/.exec(text)
  if (perHour === null) return number(text)
  return Number(perHour[1]) / { h: 3600, min: 60, s: 1 }[perHour[2] as 'h' | 'min' | 's']
}

/** `10s:5,30s:50`: over 10 s to 5 messages per second, then over 30 s to 50. */
function stages(text: string): { over: string; rate: number | string }[] {
  return text.split(',').map((part) => {
    const [over = '', to = ''] = part.split(':')
    return { over, rate: rate(to) }
  })
}

type Executor = Record<string, unknown>

/** The executor that only these flags belong to. */
function impliedKind(
  stages: string | undefined,
  connectRate: string | undefined,
  asked: string | undefined,
): ExecutorKind | undefined {
  if (stages !== undefined) return 'ramping'
  if (asked === undefined) return connectRate === undefined ? undefined : 'connection-storm'
  return asked === 'max' ? 'max' : undefined
}

/** Flags that change an executor as it is; all others of `EXECUTOR_FLAGS` name another. */
const CHANGES: readonly string[] = ['rate', 'startRate', 'reconnectEvery', 'reconnectShare']

/**
 * The executor the flags speak of, or undefined when they leave it to the file or the default.
 * @param before the executor that they change; of another than they name the rate is kept
 */
function executorOf(flags: LoadFlags, before: unknown): Executor | undefined {
  const text = (name: string): string | undefined => {
    const v = flags[name]
    return typeof v === 'string' ? v : undefined
  }
  const asked = text('rate')
  const known: Executor = typeof before === 'object' && before !== null ? { ...before } : {}
  const was = typeof known['kind'] === 'string' ? known['kind'] : ''
  const changed = CHANGES.filter((flag) => text(flag) !== undefined)
  const keeps = changed.length > 0 && changed.every((flag) => isOfExecutor(flag, was))
  const named = text('executor') ?? impliedKind(text('stages'), text('connectRate'), asked)
  const kind = named ?? (keeps ? was : asked === undefined ? undefined : 'constant-rate')
  if (kind === undefined) return undefined
  const rateBefore = 'rate' in known && isOfExecutor('rate', kind) ? { rate: known['rate'] } : {}
  const own: Executor = { ...(was === kind ? known : rateBefore), kind }
  const put = (flag: string, field: string, read: (text: string) => unknown): void => {
    const value = text(flag)
    if (value !== undefined && isOfExecutor(flag, kind)) own[field] = read(value)
  }
  if (asked !== 'max') put('rate', 'rate', rate)
  put('stages', 'stages', stages)
  put('startRate', 'startRate', rate)
  put('connectRate', 'connectRate', rate)
  put('reconnectEvery', 'every', String)
  put('reconnectShare', 'share', share)
  return own
}

/** Flags without a value. */
export const LOAD_SWITCHES = ['insecure', 'resume', 'tlsResume', 'retain', 'request'] as const

function fieldsOf(flags: LoadFlags): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, read] of Object.entries(FIELDS)) {
    const text = flags[name]
    if (typeof text === 'string') out[RENAMED[name] ?? name] = read(text)
  }
  for (const name of LOAD_SWITCHES) if (flags[name] === true) out[name] = true
  return out
}

function thresholdsOf(flags: LoadFlags): Record<string, string | number | string[]> {
  const out: Record<string, string | number | string[]> = {}
  for (const name of Object.keys(thresholdsSchema.shape)) {
    const text = flags[name]
    if (typeof text === 'string' && name !== 'expressions')
      out[name] = /P99$/.test(name) ? text : name === 'minRate' ? rate(text) : number(text)
  }
  const written = flags['threshold']
  if (typeof written === 'string') out['expressions'] = written.split(',')
  return out
}

/**
 * What the flags say, for `loadSchema` to check; a field without a flag is left out.
 * @param before the executor that they change
 */
export function loadInput(
  flags: LoadFlags,
  before?: unknown,
): Record<string, unknown> & { thresholds: ReturnType<typeof thresholdsOf> } {
  const executor = executorOf(flags, before)
  return { ...fieldsOf(flags), ...(executor ? { executor } : {}), thresholds: thresholdsOf(flags) }
}

/** Fields of an executor whose flag has another name. */
const OF_EXECUTOR: Readonly<Record<string, string>> = {
  kind: 'executor',
  every: 'reconnectEvery',
  share: 'reconnectShare',
}

/** The flag that sets what a path of the configuration leads to: `['thresholds', 'maxP99']` is `maxP99`. */
export function flagOfPath(path: readonly PropertyKey[]): string {
  const [first = '', second] = path.map(String)
  if (first === 'executor') return second === undefined ? first : (OF_EXECUTOR[second] ?? second)
  if (first === 'thresholds') return second === 'expressions' ? 'threshold' : (second ?? first)
  return Object.entries(RENAMED).find(([, field]) => field === first)?.[0] ?? first
}

/** Flags of executors, whose fields lie a level deeper. */
export const EXECUTOR_FLAGS = [
  'executor',
  'rate',
  'stages',
  'startRate',
  'connectRate',
  'reconnectEvery',
  'reconnectShare',
] as const
export type ExecutorFlag = (typeof EXECUTOR_FLAGS)[number]

/** Whether a flag with this camel-case name sets something of the load itself, and has a value. */
export const isLoadFlag = (flag: string): boolean =>
  Object.hasOwn(FIELDS, flag) || (EXECUTOR_FLAGS as readonly string[]).includes(flag) || flag === 'preset'

/** `max-p99` as the name of a property: `maxP99`. */
export const flagKey = (name: string): string =>
  name.replace(/-([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())

/** `maxP99` in dashes: `max-p99`. */
export const flagName = (flag: string): string => flag.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)

/** `maxP99` as it is typed: `--max-p99`. */
export const flagWord = (flag: string): string => `--${flagName(flag)}`

/** Names of flags that are no field of a configuration: `rate` is part of the executor. */
const ONLY_FLAGS: ReadonlySet<string> = new Set([
  ...EXECUTOR_FLAGS,
  'threshold',
  ...Object.keys(thresholdsSchema.shape),
])

/** A value of a file as its flag would have it; undefined for one that no flag has. */
function flagText(name: string, value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  if (name === 'threshold' && Array.isArray(value)) return value.join(',')
  return typeof value === 'string' ? value : undefined
}

/**
 * What a file says that has the names of flags, as they are typed (`max-p99`) or together (`maxP99`), beside or instead
 * of a configuration's fields: the same as those fields. What has no flag is left for `loadSchema` to refuse.
 */
export function inputOfFile(file: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  const flags: LoadFlags = {}
  for (const [key, value] of Object.entries(file)) {
    const name = flagKey(key)
    const text = flagText(name, value)
    if (text !== undefined && ONLY_FLAGS.has(name)) flags[name] = text
    else if (name === 'url' && Array.isArray(value)) fields[name] = value.join(',')
    else if (Object.hasOwn(FIELDS, name))
      fields[RENAMED[name] ?? name] = typeof value === 'string' ? FIELDS[name as FieldFlag](value) : value
    else fields[name] = name === 'executor' ? executorOfFile(value) : value
  }
  if (Array.isArray(fields['populations']))
    fields['populations'] = fields['populations'].map(inputOfPopulation)
  const own = loadInput(flags, fields['executor'])
  const thresholds = { ...(fields['thresholds'] as object | undefined), ...own.thresholds }
  return { ...fields, ...own, thresholds }
}

/** The rates and shares of an executor, which a file may write as a flag has them. */
function executorOfFile(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const own: Record<string, unknown> = { ...value }
  for (const [name, read] of [
    ...['rate', 'startRate', 'connectRate'].map((n) => [n, rate] as const),
    ['share', share] as const,
  ])
    if (typeof own[name] === 'string') own[name] = read(own[name])
  if (Array.isArray(own['stages']))
    own['stages'] = own['stages'].map((s: unknown) =>
      typeof s === 'object' && s !== null && 'rate' in s && typeof s.rate === 'string'
        ? { ...s, rate: rate(s.rate) }
        : s,
    )
  return own
}

/** The same for one population. */
function inputOfPopulation(population: unknown): unknown {
  if (typeof population !== 'object' || population === null || Array.isArray(population)) return population
  const { thresholds, ...own } = inputOfFile(population as Record<string, unknown>)
  return Object.keys(thresholds as object).length > 0 ? { ...own, thresholds } : own
}
