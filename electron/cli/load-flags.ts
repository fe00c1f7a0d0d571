import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { parseDuration } from '../contract/duration'
import { loadFaults, loadSchema, type LoadConfig, type LoadInput } from '../contract/load-config'
import type { Thresholds } from '../contract/load-thresholds'
import { EXECUTOR_FLAGS, flagKey, inputOfFile, loadInput, type LoadFlags } from '../contract/load-flags'
import { PRESET_NAMES, presetInput } from '../contract/load-presets'
import { bareTimes } from '../contract/load-times'
import type { Part } from '../engine/load/run/slice'
import { UsageError } from './failure'
import { problemLines } from './load-problems'

async function fileInput(path: string): Promise<Record<string, unknown>> {
  const [{ parse }, { plainTree }] = await Promise.all([import('yaml'), import('../contract/scenario-file')])
  try {
    const value = plainTree(parse(await readFile(path, 'utf8'), { maxAliasCount: 100, logLevel: 'error' }))
    return z.record(z.string(), z.unknown()).parse(value)
  } catch (thrown) {
    const why = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '').replace(/:$/, '') : ''
    throw new UsageError(
      `--config ${path}: ${thrown instanceof z.ZodError ? 'is not a list of fields' : why}`,
    )
  }
}

function presetOf(name: unknown, from: string): LoadInput {
  const preset = typeof name === 'string' ? presetInput(name) : undefined
  if (preset !== undefined) return preset
  throw new UsageError(
    `${from}: found ${typeof name === 'string' ? name : JSON.stringify(name)}; expected one of ${PRESET_NAMES.join(', ')}`,
  )
}

type Input = Readonly<Record<string, unknown>>

/** A load test as it was asked for. */
export interface Asked {
  config: LoadConfig
  preset: string | null
  /** Its executor's flags as the file has them, where no flag is about the executor. */
  ofFile: LoadFlags
}

/** What a file says of the executor that has the name of a flag. */
const executorFlags = (written: Input): LoadFlags =>
  Object.fromEntries(
    Object.entries(written).flatMap(([key, value]) => {
      const flag = flagKey(key)
      const isText = typeof value === 'string' || typeof value === 'number'
      const isOne = (EXECUTOR_FLAGS as readonly string[]).includes(flag)
      return isOne && isText ? [[flag, String(value)]] : []
    }),
  )

/**
 * The configuration of a load test: the preset, if any, the file of `--config` over it, and the flags over both.
 * @throws UsageError that names the flag or the file, what was found and what is allowed
 */
export async function loadConfig(flags: LoadFlags): Promise<Asked> {
  const path = typeof flags['config'] === 'string' ? flags['config'] : undefined
  const { preset: inFile, ...written } = path === undefined ? {} : await fileInput(path)
  // a number without a unit would be milliseconds in a configuration, and nothing at all as a flag
  const file = inputOfFile(bareTimes(written) as Input)
  const preset = flags['preset'] ?? inFile ?? null
  const from = flags['preset'] === undefined && path !== undefined ? `--config ${path}: preset` : '--preset'
  const base = preset === null ? {} : presetOf(preset, from)
  // what the file says of its executor goes over to another that a flag names, where that has the same settings
  const asked = typeof flags['executor'] === 'string' ? { ...executorFlags(written), ...flags } : flags
  const own = loadInput(asked, file['executor'] ?? base.executor)
  if (own['populations'] !== undefined) own['populations'] = bareTimes(own['populations'])
  const thresholds = { ...(file['thresholds'] as Thresholds | undefined), ...own.thresholds }
  const all = { ...base, ...file, ...own, thresholds }
  const parsed = loadSchema.safeParse(all, { reportInput: true })
  if (parsed.success) {
    const ofFile = own['executor'] === undefined ? executorFlags(written) : {}
    return { config: parsed.data, preset: typeof preset === 'string' ? preset : null, ofFile }
  }
  throw new UsageError(
    ...problemLines(
      loadFaults(all, parsed.error),
      own,
      path === undefined ? undefined : { path, written, input: file },
    ),
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
      `--start-at: ${text} is in the past (${Math.round((nowMs - at) / 1000)} s ago); use a later time`,
    )
  }
  return at
}
