import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { parseDuration } from '../contract/duration'
import {
  loadSchema,
  thresholdsSchema,
  type ExecutorKind,
  type LoadConfig,
  type Thresholds,
} from '../contract/load-config'
import { issueDetails } from '../contract/rpc'
import type { Part } from '../engine/load/run/slice'
import { UsageError } from './failure'

/** Flags of `fleetlab load` as commander gives them: text, checked by the load schema. */
export type LoadFlags = Partial<Record<string, string | boolean>>

/** Flags that become a field of the same name, by how their text is read. */
const FIELDS: Readonly<Record<string, (text: string) => unknown>> = {
  url: String,
  protocol: protocolNumber,
  username: String,
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
  duration: String,
  messages: number,
  ramp: String,
  warmup: String,
  drain: String,
  window: number,
  receiveMaximum: number,
  workers: (t) => (t === 'auto' ? t : number(t)),
  keepAlive: String,
  connectTimeout: String,
  topic: String,
  localAddress: (t) => t.split(','),
  seed: number,
}

/** Flags whose field has another name. */
const RENAMED: Readonly<Record<string, string>> = { localAddress: 'localAddresses' }

function number(text: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
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

/** `10s:5,30s:50`: over 10 s to 5 messages a second, then over 30 s to 50. */
function stages(text: string): { over: string; rate: number | string }[] {
  return text.split(',').map((part) => {
    const [over = '', to = ''] = part.split(':')
    return { over, rate: number(to) }
  })
}

type Executor = Record<string, unknown>

/** The executor the flags speak of, or undefined when they leave it to the file or the default. */
export function executorOf(flags: LoadFlags): Executor | undefined {
  const text = (name: string): string | undefined => {
    const v = flags[name]
    return typeof v === 'string' ? v : undefined
  }
  const given = text('executor')
  const asked = text('rate')
  const kind = given ?? (text('stages') !== undefined ? 'ramping' : asked === 'max' ? 'max' : undefined)
  if (kind === undefined && asked === undefined) return undefined
  const own: Executor = { kind: kind ?? 'constant-rate' }
  const put = (names: ExecutorKind[], field: string, value: unknown): void => {
    if (value === undefined) return
    if (names.includes(own['kind'] as ExecutorKind)) own[field] = value
  }
  if (asked !== undefined && asked !== 'max') {
    put(['constant-rate', 'reconnect-storm', 'soak'], 'rate', rate(asked))
  }
  const list = text('stages')
  put(['ramping'], 'stages', list === undefined ? undefined : stages(list))
  put(['ramping'], 'startRate', text('startRate') === undefined ? undefined : number(text('startRate') ?? ''))
  const connectRate = text('connectRate')
  put(['connection-storm'], 'connectRate', connectRate === undefined ? undefined : number(connectRate))
  put(['reconnect-storm'], 'every', text('reconnectEvery'))
  const share = text('reconnectShare')
  put(['reconnect-storm'], 'share', share === undefined ? undefined : number(share))
  return own
}

async function fileInput(path: string): Promise<Record<string, unknown>> {
  try {
    const value: unknown = parse(await readFile(path, 'utf8'))
    return z.record(z.string(), z.unknown()).parse(value)
  } catch (thrown) {
    const why = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : ''
    throw new UsageError(
      `--config ${path}: ${thrown instanceof z.ZodError ? 'is not a list of fields' : why}`,
    )
  }
}

function fieldsOf(flags: LoadFlags): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, read] of Object.entries(FIELDS)) {
    const text = flags[name]
    if (typeof text === 'string') out[RENAMED[name] ?? name] = read(text)
  }
  for (const name of ['insecure', 'resume']) if (flags[name] === true) out[name] = true
  return out
}

function thresholdsOf(flags: LoadFlags): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const name of Object.keys(thresholdsSchema.shape)) {
    const text = flags[name]
    if (typeof text === 'string') out[name] = /P99$/.test(name) ? text : number(text)
  }
  return out
}

const flagName = (field: string): string => `--${field.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`

/**
 * The configuration of a load test: the file of `--config`, if any, and the flags over it.
 * @throws UsageError that names the flag, what was found and what is allowed
 */
export async function loadConfig(flags: LoadFlags): Promise<LoadConfig> {
  const file = typeof flags['config'] === 'string' ? await fileInput(flags['config']) : {}
  const executor = executorOf(flags)
  const thresholds = { ...(file['thresholds'] as Thresholds | undefined), ...thresholdsOf(flags) }
  const input = { ...file, ...fieldsOf(flags), ...(executor ? { executor } : {}), thresholds }
  const parsed = loadSchema.safeParse(input, { reportInput: true })
  if (parsed.success) return parsed.data
  const first = issueDetails(parsed.error.issues)[0]
  const path = (first?.path ?? '').split('.')
  const field = path[0] === 'thresholds' || path[0] === 'executor' ? (path[1] ?? path[0]) : (path[0] ?? '')
  const named = field === 'kind' ? 'executor' : field === 'localAddresses' ? 'localAddress' : field
  throw new UsageError(
    `${flagName(named)}: found ${first?.found ?? 'nothing'}; ${first?.expected ?? 'not valid'}`,
  )
}

/** Environment variables from which a shard learns its place: Kubernetes sets the first in an Indexed Job. */
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX'
const COUNT_VARIABLE = 'FLEETLAB_SHARD_COUNT'

/**
 * Which shard this process is: `--shard 0/4`, or the environment of an Indexed Job.
 * @throws UsageError
 */
export function shardOf(
  text: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Part | undefined {
  const fromEnv =
    env[COUNT_VARIABLE] === undefined ? undefined : `${env[INDEX_VARIABLE] ?? ''}/${env[COUNT_VARIABLE]}`
  const spec = text ?? fromEnv
  if (spec === undefined) return undefined
  const found = /^(\d{1,6})\/(\d{1,6})$/.exec(spec)
  const part = found ? { index: Number(found[1]), count: Number(found[2]) } : { index: 0, count: 0 }
  if (part.count >= 1 && part.index < part.count) return part
  const where = text === undefined ? `${INDEX_VARIABLE} and ${COUNT_VARIABLE}` : '--shard'
  throw new UsageError(`${where}: found ${spec}; expected i/n with i from 0 to n - 1, such as 0/4`)
}

/**
 * A point in time: ISO 8601, Unix seconds or milliseconds, or `+30s` from now. Unix ms.
 * @throws UsageError also when it has passed
 */
export function startTime(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined || text === '') return undefined
  const relative = text.startsWith('+') ? parseDuration(text.slice(1)) : undefined
  const unix = /^\d{10}$/.test(text) ? Number(text) * 1000 : /^\d{13}$/.test(text) ? Number(text) : undefined
  const at = relative !== undefined ? nowMs + relative : (unix ?? Date.parse(text))
  if (Number.isNaN(at)) {
    throw new UsageError(
      `--start-at: found ${text}; expected a time such as 2030-01-31T12:00:00Z, Unix seconds, or +30s`,
    )
  }
  if (at < nowMs) {
    throw new UsageError(
      `--start-at: ${text} has passed (${Math.round((nowMs - at) / 1000)} s ago); give a later time`,
    )
  }
  return at
}
