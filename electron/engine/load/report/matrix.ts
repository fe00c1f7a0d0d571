import { count } from '../../../contract/counted'
import type { LoadReport, RunEnvironment } from '../../../contract/load-report'
import { markdownTable } from './markdown'
import { limitedByGenerator } from './saturation'
import { millis } from './text'

/** A mean with the interval in which it lies at 95 %; without the interval where there is one value only. */
export interface Estimate {
  mean: number
  low: number | null
  high: number | null
}

/** One combination of settings, over all its runs. Latencies in ms, rates in messages per second. */
export interface MatrixRow {
  settings: Readonly<Record<string, string>>
  /** Addresses of the broker. */
  url: string
  /** Of its first run. */
  environment: RunEnvironment | null
  runs: number
  /** Runs whose generator was the limit. Their figures are in the estimates. */
  inconclusive: number
  /** Runs that broke a threshold, or were aborted. */
  failed: number
  publishRate: Estimate | null
  receiveRate: Estimate | null
  ackP50Ms: Estimate | null
  ackP99Ms: Estimate | null
  endToEndP50Ms: Estimate | null
  endToEndP99Ms: Estimate | null
  /** Of all runs together; null where nobody received. */
  lost: number | null
  /** Messages that failed or were in flight at the end, of all runs together. */
  failedMessages: number
}

/** Student's t at 97.5 % for 1 to 19 degrees of freedom. */
const T = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093,
]
/** Runs of each combination, at most: as many as there are values of t. */
export const MOST_REPEATS = T.length + 1

/** Of what is never below 0, so that the interval is cut there. Null without values. At most `MOST_REPEATS` of them. */
export function estimate(values: readonly number[]): Estimate | null {
  if (values.length === 0) return null
  const n = values.length
  const mean = values.reduce((a, b) => a + b, 0) / n
  const t = T[n - 2]
  if (t === undefined) return { mean, low: null, high: null }
  const deviation = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / (n - 1))
  const half = (t * deviation) / Math.sqrt(n)
  return { mean, low: Math.max(0, mean - half), high: mean + half }
}

/** One row from the reports of its runs, of which there is at least one. */
export function matrixRow(
  settings: Readonly<Record<string, string>>,
  reports: readonly LoadReport[],
): MatrixRow {
  const of = (f: (r: LoadReport) => number | null): Estimate | null =>
    estimate(reports.map(f).filter((v) => v !== null))
  const received = (r: LoadReport): boolean => r.config.subscribers > 0
  return {
    settings,
    url: reports[0]?.config.url ?? '',
    environment: reports[0]?.environment ?? null,
    runs: reports.length,
    inconclusive: reports.filter(limitedByGenerator).length,
    failed: reports.filter((r) => r.aborted !== null || r.verdict.checks.some((c) => !c.passed)).length,
    publishRate: of((r) => r.publishRate),
    receiveRate: of((r) => (received(r) ? r.receiveRate : null)),
    ackP50Ms: of((r) => r.ackMs.p50),
    ackP99Ms: of((r) => r.ackMs.p99),
    endToEndP50Ms: of((r) => r.endToEndMs.p50),
    endToEndP99Ms: of((r) => r.endToEndMs.p99),
    lost: reports.some(received) ? reports.reduce((n, r) => n + (r.lost ?? 0), 0) : null,
    failedMessages: reports.reduce((n, r) => n + r.failed + r.inFlight, 0),
  }
}

/** `12.3 ±0.4`. */
export function estimateText(e: Estimate | null, text: (v: number) => string): string {
  if (e === null) return '-'
  return e.high === null ? text(e.mean) : `${text(e.mean)} ±${text(e.high - e.mean)}`
}

/** A figure that rows have, and how it is written. */
export interface MatrixFigure {
  name: string
  of(r: MatrixRow): Estimate | null
  text(v: number): string
}

const FIGURES: readonly MatrixFigure[] = [
  { name: 'sent /s', of: (r) => r.publishRate, text: count },
  { name: 'received /s', of: (r) => r.receiveRate, text: count },
  { name: 'ack p50, ms', of: (r) => r.ackP50Ms, text: millis },
  { name: 'ack p99, ms', of: (r) => r.ackP99Ms, text: millis },
  { name: 'e2e p50, ms', of: (r) => r.endToEndP50Ms, text: millis },
  { name: 'e2e p99, ms', of: (r) => r.endToEndP99Ms, text: millis },
]

/** The figures that were measured in some row. */
export const matrixFigures = (rows: readonly MatrixRow[]): MatrixFigure[] =>
  FIGURES.filter(({ of }) => rows.some((r) => of(r) !== null))

/** Head and cells; columns that nothing was measured for are left out. */
export function matrixTable(rows: readonly MatrixRow[]): { head: string[]; cells: string[][] } {
  const names = Object.keys(rows[0]?.settings ?? {})
  const shown = matrixFigures(rows)
  return {
    head: [...names, 'runs', ...shown.map((f) => f.name), 'lost', 'failed or in flight', ''],
    cells: rows.map((r) => [
      ...names.map((n) => r.settings[n] ?? ''),
      count(r.runs),
      ...shown.map(({ of, text }) => estimateText(of(r), text)),
      r.lost === null ? '-' : count(r.lost),
      count(r.failedMessages),
      remark(r),
    ]),
  }
}

function remark({ runs, inconclusive, failed }: MatrixRow): string {
  const parts = [
    ...(failed > 0 ? [`thresholds broken in ${failed} of ${runs}`] : []),
    ...(inconclusive > 0 ? [`inconclusive in ${inconclusive} of ${runs}`] : []),
  ]
  return parts.join('; ')
}

/** What is said of the table: ±, and inconclusive where a row is. */
export function matrixLegend(rows: readonly MatrixRow[]): string {
  const parts = [
    ...(rows.some((r) => r.runs > 1) ? ['± is the 95% interval of the mean of the runs'] : []),
    ...(rows.some((r) => r.inconclusive > 0)
      ? ['inconclusive: the generator, not the broker, was the limit']
      : []),
  ]
  return parts.length === 0 ? '' : `${parts.join('; ')}.`
}

/** The broker that all combinations share, and the settings in which they differ. */
export function matrixTitle(rows: readonly MatrixRow[]): string {
  const urls = new Set(rows.map((r) => r.url))
  const varying = Object.keys(rows[0]?.settings ?? {}).filter(
    (name) => new Set(rows.map((r) => r.settings[name])).size > 1,
  )
  const of = urls.size === 1 ? ` of ${[...urls].join('')}` : ''
  return `Load tests${of}${varying.length === 0 ? '' : ` by ${varying.join(', ')}`}`
}

export function matrixMarkdown(rows: readonly MatrixRow[]): string {
  const { head, cells } = matrixTable(rows)
  return `### ${matrixTitle(rows)}\n\n${markdownTable(head, cells)}\n${matrixLegend(rows)}\n`
}
