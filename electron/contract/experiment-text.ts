import { formatDuration } from './duration'
import {
  EXPERIMENT_VALUES,
  LATENCY_FIGURES,
  experimentSchema,
  type ExperimentConfig,
  type ExperimentPoint,
  type ExperimentValue,
  type LatencyFigure,
} from './experiment'

const DEFAULTS = experimentSchema.parse({})

/** Flag of `fleetlab experiment` and how a setting is spelled there, in the order of the help text. */
const FLAGS: readonly (readonly [flag: string, spell: (c: ExperimentConfig) => string])[] = [
  ['--qos', (c) => c.qos.join(',')],
  ['--loss', (c) => c.loss.join(',')],
  ['--link', (c) => c.link],
  ['--recovery', (c) => c.recovery],
  ['--retry-timeout', (c) => formatDuration(c.retryTimeout)],
  ['--max-retries', (c) => String(c.maxRetries)],
  ['--messages', (c) => String(c.messages)],
  ['--publishers', (c) => String(c.publishers)],
  ['--subscribers', (c) => String(c.subscribers)],
  ['--rate', (c) => String(c.rate)],
  ['--direction', (c) => c.direction],
  ['--delay', (c) => formatDuration(c.delay)],
  ['--qos2', (c) => c.qos2],
  ['--seed', (c) => String(c.seed)],
]
/** Spelled out even at their default, since they say what the experiment is about. */
const ALWAYS = ['--qos', '--loss', '--seed']

/** The command line that repeats an experiment; settings at their default are left out. */
export function experimentCommandLine(config: ExperimentConfig): string {
  const words = FLAGS.flatMap(([flag, spell]) => {
    const spelled = spell(config)
    return ALWAYS.includes(flag) || spelled !== spell(DEFAULTS) ? [flag, spelled] : []
  })
  return ['fleetlab experiment', ...words].join(' ')
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)

const theoryColumns = (v: ExperimentValue) => [
  [`${snake(v)}_theory`, (p: ExperimentPoint) => p.theory[v]] as const,
  [`${snake(v)}_low99`, (p: ExperimentPoint) => p.interval99[v]?.[0] ?? null] as const,
  [`${snake(v)}_high99`, (p: ExperimentPoint) => p.interval99[v]?.[1] ?? null] as const,
]

const latencyColumns = (f: LatencyFigure) => [
  [`latency_${f}_ms_theory`, (p: ExperimentPoint) => p.latencyTheoryMs?.expected[f] ?? null] as const,
  [`latency_${f}_ms_low99`, (p: ExperimentPoint) => p.latencyTheoryMs?.interval99[f][0] ?? null] as const,
  [`latency_${f}_ms_high99`, (p: ExperimentPoint) => p.latencyTheoryMs?.interval99[f][1] ?? null] as const,
]

const COLUMNS: readonly (readonly [string, (p: ExperimentPoint) => number | null])[] = [
  ['qos', (p) => p.qos],
  ['loss', (p) => p.loss],
  ['offered', (p) => p.offered],
  ['expected', (p) => p.expected],
  ['delivered', (p) => p.delivered],
  ['duplicates', (p) => p.duplicates],
  ...EXPERIMENT_VALUES.flatMap((v) => [
    [snake(v), (p: ExperimentPoint) => p[v]] as const,
    ...theoryColumns(v),
  ]),
  ...LATENCY_FIGURES.flatMap((f) => [
    [`latency_${f}_ms`, (p: ExperimentPoint) => p.latencyMs[f]] as const,
    ...latencyColumns(f),
  ]),
  ['latency_max_ms', (p) => p.latencyMs.max],
  ['sent_bytes_per_message', (p) => p.wireBytesPerMessage.sent],
  ['received_bytes_per_message', (p) => p.wireBytesPerMessage.received],
  ['reconnects', (p) => p.reconnects],
]

/** Points as CSV (RFC 4180) with a header line; an empty field where there is no value. */
export function experimentCsv(points: readonly ExperimentPoint[]): string {
  const lines = points.map((p) => COLUMNS.map(([, value]) => value(p) ?? '').join(','))
  return [COLUMNS.map(([name]) => name).join(','), ...lines].map((l) => `${l}\r\n`).join('')
}

/** Whether a measured value is where 99 of 100 runs fall; null where there is no closed form. */
export function insideInterval(p: ExperimentPoint, value: ExperimentValue): boolean | null {
  const interval = p.interval99[value]
  // Sums of fractions do not come out even.
  return interval === null ? null : p[value] >= interval[0] - 1e-9 && p[value] <= interval[1] + 1e-9
}

/** A measured latency has three digits. */
const DIGITS = 0.006

/** The same for a latency. */
export function latencyInside(p: ExperimentPoint, figure: LatencyFigure): boolean | null {
  const [interval, measured] = [p.latencyTheoryMs?.interval99[figure], p.latencyMs[figure]]
  if (interval === undefined || measured === null) return null
  return measured >= interval[0] * (1 - DIGITS) && measured <= interval[1] * (1 + DIGITS)
}
