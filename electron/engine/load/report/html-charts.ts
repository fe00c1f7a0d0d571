import type { LatencySummary, LoadReport, SeriesPoint } from '../../../contract/load-report'
import { formatDuration } from '../../../contract/duration'
import { latencies } from './text'

/** One chart as the report's script draws it. */
export interface Chart {
  id: string
  title: string
  names: string[]
  /** Where the values stand on the horizontal axis. */
  at: number[]
  /** Texts at these places; without them the axis is seconds. */
  labels?: string[]
  values: (number | null)[][]
  /** Vertical axis in powers of ten; all values are above 0. */
  log: boolean
}

/** A step after the planned end is drawn where at least this share of a usual one happened in it. */
const WORTH = 0.5

const handled = (p: SeriesPoint): number => p.acknowledged + p.received

/**
 * The steps that are whole: the last one was cut short by the end of the run and would look as if the broker had
 * collapsed, and while the last answers come in less happens by design.
 */
export function wholeSteps(r: LoadReport): SeriesPoint[] {
  const endMs = r.config.duration ?? r.elapsedMs
  const mean = r.series.reduce((n, p) => n + handled(p), 0) / Math.max(1, r.series.length)
  const whole = r.series.filter(
    (p) => p.atMs + r.seriesStepMs <= endMs || (p.atMs >= endMs && handled(p) >= WORTH * mean),
  )
  return whole.length > 0 ? whole : r.series
}

const QUANTILES = [
  ['p50', '50%', 0.5],
  ['p90', '90%', 0.9],
  ['p95', '95%', 0.95],
  ['p99', '99%', 0.99],
  ['p999', '99.9%', 0.999],
] as const

/** Percentiles of the whole run over the number of nines, and the maximum at the number of messages. */
function percentileChart(r: LoadReport): Chart[] {
  const shown = latencies(r).filter((l) => l.name !== 'connect')
  const most = Math.max(0, ...shown.map((l) => l.summary.count))
  const lines = shown.map((l) => [...QUANTILES.map(([key]) => l.summary[key]), l.summary.max])
  if (!drawable(lines)) return []
  return [
    {
      id: 'c-percentiles',
      title: 'Latency by percentile, ms',
      names: shown.map((l) => l.name),
      at: [...QUANTILES.map(([, , q]) => -Math.log10(1 - q)), Math.max(3.5, Math.log10(most))],
      labels: [...QUANTILES.map(([, label]) => label), 'max'],
      values: lines,
      log: true,
    },
  ]
}

/** Something to draw on an axis of powers of ten. */
const drawable = (lines: readonly (number | null)[][]): boolean =>
  lines.some((l) => l.some((v) => v !== null)) && lines.every((l) => l.every((v) => v === null || v > 0))

function latencyTimeline(r: LoadReport, steps: SeriesPoint[], kind: 'ack' | 'endToEnd'): Chart[] {
  const names = ['p50', 'p95', 'p99'] as const
  const values = names.map((q) => steps.map((p) => p[kind][q]))
  const summary: LatencySummary = r[`${kind}Ms`]
  if (summary.count === 0 || !drawable(values)) return []
  return [
    {
      id: `c-${kind === 'ack' ? 'ack' : 'e2e'}`,
      title: kind === 'ack' ? 'Latency to acknowledgement, ms' : 'End-to-end latency, ms',
      names: [...names],
      at: steps.map((p) => p.atMs / 1000),
      values,
      log: true,
    },
  ]
}

/** Percentiles first, then what happened over time; empty for a run without a series. */
export function chartsOf(r: LoadReport): Chart[] {
  if (r.series.length === 0) return []
  const steps = wholeSteps(r)
  const perSecond = 1000 / r.seriesStepMs
  const over = (id: string, title: string, lines: [string, (p: SeriesPoint) => number][]): Chart => ({
    id,
    title,
    names: lines.map(([name]) => name),
    at: steps.map((p) => p.atMs / 1000),
    values: lines.map(([, of]) => steps.map(of)),
    log: false,
  })
  const sent = r.config.qos === 0 ? 'sent' : 'acknowledged'
  const received: [string, (p: SeriesPoint) => number][] =
    r.config.subscribers > 0 ? [['received', (p) => p.received * perSecond]] : []
  return [
    ...percentileChart(r),
    ...latencyTimeline(r, steps, 'endToEnd'),
    ...latencyTimeline(r, steps, 'ack'),
    over('c-rate', 'Messages per second', [
      ['offered', (p) => p.offered * perSecond],
      [sent, (p) => p.acknowledged * perSecond],
      ...received,
    ]),
    over('c-state', `Connected clients, and errors in each ${formatDuration(r.seriesStepMs)}`, [
      ['connected', (p) => p.connected],
      ['errors', (p) => p.errors],
    ]),
  ]
}
