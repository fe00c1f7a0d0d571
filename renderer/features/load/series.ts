import type { LoadConfig } from '@contract/load-config'
import { plannedMs } from '@contract/load-duration'
import type { LoadReport, SeriesPoint } from '@contract/load-report'
import { latencyKind } from '@contract/load'

/** One line of a chart. Colours are custom properties; `dash` is in CSS pixels. */
export interface Line {
  id: string
  color: string
  dash: readonly number[]
  width: number
  values: (number | null)[]
}

/** One chart of a run over its time. */
export interface ChartModel {
  id: 'latency' | 'throughput' | 'connected' | 'errors'
  /** Seconds since publishing began, ascending. */
  xs: number[]
  lines: Line[]
  scale: Scale
  /** A threshold drawn across. */
  limit: number | null
}

export interface Scale {
  log: boolean
  min: number
  max: number
}

/** A run as its charts need it. */
export interface RunSeries {
  config: LoadConfig
  points: readonly SeriesPoint[]
  stepMs: number
  /** A step that ends later was cut short: its counts say nothing of the rate. Null while the run goes on. */
  untilMs: number | null
}

const ROUND = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]

/** The smallest round number that is not below `value`; 1 for nothing. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1
  const unit = 10 ** Math.floor(Math.log10(value))
  const found = ROUND.find((n) => n * unit >= value * (1 - 1e-9)) ?? 10
  return Number((found * unit).toPrecision(6))
}

const all = (lines: readonly { values: readonly (number | null)[] }[]): number[] =>
  lines.flatMap((l) => l.values.filter((v) => v !== null))

/** From 0 to a round number above everything. */
export const linearScale = (lines: readonly Pick<Line, 'values'>[]): Scale => ({
  log: false,
  min: 0,
  max: roundUp(Math.max(0, ...all(lines)) * 1.02),
})

/** Steps of 1, 2 and 5 from below the least to above the greatest; a decade at least. */
export function logScale(lines: readonly Pick<Line, 'values'>[], limit: number | null): Scale {
  const values = [...all(lines), ...(limit === null ? [] : [limit])].filter((v) => v > 0)
  if (values.length === 0) return { log: true, min: 0.1, max: 10 }
  const min = step125(Math.min(...values), -1)
  const max = step125(Math.max(...values), 1)
  return { log: true, min, max: Math.max(max, Number((min * 10).toPrecision(6))) }
}

/** The nearest of …, 0.1, 0.2, 0.5, 1, 2, 5, 10, … at or beyond `value`: below it (-1) or above (1). */
function step125(value: number, way: -1 | 1): number {
  const unit = 10 ** Math.floor(Math.log10(value) + 1e-9)
  const steps = [1, 2, 5, 10].map((n) => Number((n * unit).toPrecision(3)))
  const found =
    way === 1 ? steps.find((s) => s >= value * (1 - 1e-9)) : steps.findLast((s) => s <= value * (1 + 1e-9))
  return found ?? value
}

/** Where a logarithmic axis has its lines. */
export function splits125(min: number, max: number): number[] {
  const out: number[] = []
  for (let v = min; v <= max * 1.0001; v = step125(v * 1.01, 1)) out.push(v)
  return out
}

/** Step of points that carry none: the distance of the first two. */
export const stepOf = (points: readonly SeriesPoint[]): number => {
  const [a, b] = points
  return a && b ? b.atMs - a.atMs : 1000
}

/** Share of the mean step's messages that a step after the end needs to be worth a point. */
const WORTH = 0.05

/** Steps of the publishing, and those after it in which much still came. */
function worthy(r: LoadReport, planned: number): SeriesPoint[] {
  const handled = (p: SeriesPoint): number => p.acknowledged + p.received
  const mean = r.series.reduce((n, p) => n + handled(p), 0) / Math.max(1, r.series.length)
  return r.series.filter((p) => p.atMs < planned || handled(p) >= WORTH * mean)
}

/** A finished run as its charts need it. */
export function runSeries(r: LoadReport): RunSeries {
  const planned = plannedMs(r.config) ?? Infinity
  return {
    config: r.config,
    points: worthy(r, planned),
    stepMs: r.seriesStepMs,
    untilMs: Math.min(r.elapsedMs, planned),
  }
}

const line = (
  id: string,
  color: string,
  values: (number | null)[],
  dash: readonly number[] = [],
  width = 1.5,
): Line => ({ id, color, dash, width, values })

const xsOf = (r: RunSeries): number[] => r.points.map((p) => (p.atMs + r.stepMs) / 1000)

/** Counts a second; null for a step that was cut short. */
function perSecond(r: RunSeries, pick: (p: SeriesPoint) => number): (number | null)[] {
  const until = (r.untilMs ?? Infinity) + r.stepMs * 0.02
  return r.points.map((p) => (p.atMs + r.stepMs > until ? null : (pick(p) * 1000) / r.stepMs))
}

function latencyChart(r: RunSeries): ChartModel | null {
  const kind = latencyKind(r.config)
  if (kind === null) return null
  const values = (q: 'p50' | 'p95' | 'p99'): (number | null)[] => r.points.map((p) => p[kind][q])
  const lines = [
    line('p50', '--color-ink-2', values('p50')),
    line('p95', '--color-ink-2', values('p95'), [6, 3]),
    line('p99', '--color-ink-1', values('p99'), [], 2),
  ]
  const limit = r.config.thresholds.maxP99 ?? null
  return { id: 'latency', xs: xsOf(r), lines, scale: logScale(lines, limit), limit }
}

function throughputChart(r: RunSeries): ChartModel | null {
  if (r.config.publishers === 0 || r.config.executor.kind === 'connection-storm') return null
  const settled = r.config.qos === 0 ? 'sent' : 'acknowledged'
  const lines = [
    line(
      'offered',
      '--color-ink-2',
      perSecond(r, (p) => p.offered),
      [2, 3],
    ),
    line(
      settled,
      '--color-packet-puback',
      perSecond(r, (p) => p.acknowledged),
      [6, 3],
    ),
    ...(r.config.subscribers > 0
      ? [
          line(
            'received',
            '--color-packet-publish',
            perSecond(r, (p) => p.received),
          ),
        ]
      : []),
  ]
  return { id: 'throughput', xs: xsOf(r), lines, scale: linearScale(lines), limit: null }
}

/** All charts of a run; one that could only be empty is left out. */
export function chartsOf(r: RunSeries): ChartModel[] {
  const connected = [
    line(
      'connected',
      '--color-ink-1',
      r.points.map((p) => p.connected),
    ),
  ]
  const errors = [
    line(
      'errors',
      '--color-loss',
      perSecond(r, (p) => p.errors),
    ),
  ]
  const plain = (id: ChartModel['id'], lines: Line[]): ChartModel => ({
    id,
    xs: xsOf(r),
    lines,
    scale: linearScale(lines),
    limit: null,
  })
  return [latencyChart(r), throughputChart(r), plain('connected', connected), plain('errors', errors)].filter(
    (c) => c !== null,
  )
}

/** Moves labels apart so that none lies on another; order is kept. */
export function spread(ys: readonly number[], gap: number, min: number, max: number): number[] {
  const order = ys.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y)
  let at = min - gap
  for (const o of order) {
    o.y = Math.max(o.y, at + gap)
    at = o.y
  }
  let below = max + gap
  for (const o of order.toReversed()) {
    o.y = Math.min(o.y, below - gap)
    below = o.y
  }
  const out = [...ys]
  for (const o of order) out[o.i] = o.y
  return out
}
