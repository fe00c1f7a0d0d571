import type { LatencySummary, LoadReport, SeriesPoint } from '@contract/load-report'
import { draftOfConfig } from '../../stores/load-draft'
import { SWITCHES, TEXT_FLAGS, type Switch, type TextFlag } from '../../stores/load-form'
import { linearScale, logScale, runSeries, type Line, type Scale } from './series'

/** How a figure is written. */
export type Unit = 'rate' | 'count' | 'ms' | 'micros' | 'percent'

/** One figure of both runs. */
export interface CompareRow {
  /** End of its text's key `load.figure.…`; a latency has its kind before a colon. */
  key: string
  unit: Unit
  a: number | null
  b: number | null
  /** b less a; null where either is missing. */
  change: number | null
  /** Change as a share of a; null where there is none. */
  share: number | null
  /** Whether b is better than a; null: the same, or neither way is better. */
  better: boolean | null
}

/** A change that is written as 0 % is neither better nor worse. */
const LEAST_SHARE = 0.005

function row(
  key: string,
  unit: Unit,
  a: number | null,
  b: number | null,
  good: 'less' | 'more' | null,
): CompareRow {
  const change = a === null || b === null ? null : b - a
  const share = change === null || a === null || a === 0 ? null : change / a
  const same = change === null || change === 0 || (share !== null && Math.abs(share) < LEAST_SHARE)
  const better = same || good === null ? null : change < 0 === (good === 'less')
  return { key, unit, a, b, change, share, better }
}

const sum = (record: Record<string, number>): number => Object.values(record).reduce((n, v) => n + v, 0)

const KINDS = ['connect', 'ack', 'endToEnd'] as const
type Kind = (typeof KINDS)[number]
const summary = (r: LoadReport, kind: Kind): LatencySummary => r[`${kind}Ms`]
const PERCENTILES = ['p50', 'p95', 'p99', 'p999', 'max'] as const

/** The figures of two runs side by side, without those that neither has. */
export function compareRows(a: LoadReport, b: LoadReport): CompareRow[] {
  const both = (
    key: string,
    unit: Unit,
    of: (r: LoadReport) => number | null,
    good: 'less' | 'more' | null,
  ): CompareRow => row(key, unit, of(a), of(b), good)
  const received = a.config.subscribers + b.config.subscribers > 0
  const latencies = KINDS.filter((k) => summary(a, k).count + summary(b, k).count > 0)
  return [
    both('publishRate', 'rate', (r) => r.publishRate, 'more'),
    ...(received ? [both('receiveRate', 'rate', (r) => r.receiveRate, 'more')] : []),
    ...latencies.flatMap((k) =>
      PERCENTILES.map((q) => both(`${k}:${q}`, 'ms', (r) => summary(r, k)[q], 'less')),
    ),
    both('offered', 'count', (r) => r.offered, null),
    both('failed', 'count', (r) => r.failed, 'less'),
    both('inFlight', 'count', (r) => r.inFlight, 'less'),
    ...(received
      ? [
          both('lost', 'count', (r) => r.lost, 'less'),
          both('duplicated', 'count', (r) => r.duplicated, 'less'),
          both('outOfOrder', 'count', (r) => r.outOfOrder, 'less'),
        ]
      : []),
    both('errors', 'count', (r) => sum(r.errors), 'less'),
    both('cpu', 'micros', (r) => r.generator.cpuMicrosPerMessage, 'less'),
    both('busiest', 'percent', (r) => r.generator.busiestWorker, null),
  ]
}

/** A setting that differs between two runs, by its flag; an absent one is null. */
export interface Difference {
  flag: TextFlag | Switch
  a: string | null
  b: string | null
}

export function differences(a: LoadReport, b: LoadReport): Difference[] {
  const [x, y] = [draftOfConfig(a.config), draftOfConfig(b.config)]
  const texts = TEXT_FLAGS.filter((f) => x[f] !== y[f]).map((flag) => ({
    flag,
    a: x[flag] === '' ? null : x[flag],
    b: y[flag] === '' ? null : y[flag],
  }))
  const switches = SWITCHES.filter((s) => x[s] !== y[s]).map((flag) => ({
    flag,
    a: x[flag] ? 'on' : null,
    b: y[flag] ? 'on' : null,
  }))
  return [...texts, ...switches]
}

/** The two runs in one chart: the first solid, the second dashed. */
export interface Overlay {
  id: 'percentiles' | 'p99' | 'throughput'
  xs: number[]
  /** Names of the places on the x axis, where they are no numbers. */
  names: string[] | null
  lines: Line[]
  scale: Scale
}

const LOOKS = [
  { id: 'a', color: '--color-packet-publish', dash: [], width: 2 },
  { id: 'b', color: '--color-packet-pubrec', dash: [9, 3, 2, 3], width: 2 },
] as const

const CURVE = ['min', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const
const CURVE_NAMES = ['min', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'max']

/** The latency both runs have and that tells most. */
export function commonLatency(a: LoadReport, b: LoadReport): 'endToEnd' | 'ack' | 'connect' | null {
  const order = ['endToEnd', 'ack', 'connect'] as const
  return order.find((k) => summary(a, k).count > 0 && summary(b, k).count > 0) ?? null
}

/** Values of both runs at the times of either. */
function aligned(a: LoadReport, b: LoadReport, of: (p: SeriesPoint, r: LoadReport) => number | null) {
  const at = (p: SeriesPoint, r: LoadReport): number => (p.atMs + r.seriesStepMs) / 1000
  const known = [a, b].map((r) => new Map(runSeries(r).points.map((p) => [at(p, r), of(p, r)])))
  const xs = [...new Set(known.flatMap((k) => [...k.keys()]))].sort((x, y) => x - y)
  const lines = known.map((k, i): Line => ({
    ...(LOOKS[i] ?? LOOKS[0]),
    values: xs.map((x) => k.get(x) ?? null),
  }))
  return { xs, lines }
}

/** Percentile curves and series of both runs, one over the other. */
export function overlays(a: LoadReport, b: LoadReport): Overlay[] {
  const kind = commonLatency(a, b)
  const curve = [a, b].map((r, i): Line => ({
    ...(LOOKS[i] ?? LOOKS[0]),
    values: CURVE.map((q) => (kind ? summary(r, kind)[q] : null)),
  }))
  const places = CURVE.map((_q, i) => i)
  const percentiles = { xs: places, names: CURVE_NAMES, lines: curve, scale: logScale(curve, null) }
  const byStep = kind === 'connect' ? null : kind
  const p99 = aligned(a, b, (p) => (byStep ? p[byStep].p99 : null))
  const received = a.config.subscribers > 0 && b.config.subscribers > 0
  const rate = aligned(a, b, (p, r) => {
    const cutShort = p.atMs + r.seriesStepMs > (runSeries(r).untilMs ?? Infinity) + r.seriesStepMs * 0.02
    return cutShort ? null : ((received ? p.received : p.acknowledged) * 1000) / r.seriesStepMs
  })
  return [
    ...(kind ? [{ id: 'percentiles' as const, ...percentiles }] : []),
    ...(byStep ? [{ id: 'p99' as const, ...p99, names: null, scale: logScale(p99.lines, null) }] : []),
    { id: 'throughput', ...rate, names: null, scale: linearScale(rate.lines) },
  ]
}
