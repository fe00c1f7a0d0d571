import type { LoadReport } from '../../../contract/load-report'
import { rankTest } from './rank-test'

/** Below this chance a difference is not taken for noise. */
export const NOISE = 0.01

/** One figure of two runs. */
export interface Compared {
  metric: string
  unit: 'ms' | 'rate' | 'count'
  a: number | null
  b: number | null
  /** b less a; null where either is missing. */
  change: number | null
  /** Percent of a; null where a is 0 or missing. */
  percent: number | null
  /** Chance that the seconds of both runs come from the same distribution; null where it is not tested. */
  p: number | null
}

interface Metric {
  unit: Compared['unit']
  of(r: LoadReport): number | null
  /** The same for one step of the series. */
  each?(p: LoadReport['series'][number], stepMs: number): number | null
}

type Kind = 'ack' | 'endToEnd'
const arrives = (r: LoadReport): boolean => r.endToEndMs.count > 0

function metricsOf(kind: Kind): Record<string, Metric> {
  const latency = (q: 'p50' | 'p95' | 'p99'): Metric => ({
    unit: 'ms',
    of: (r) => r[`${kind}Ms`][q],
    each: (p) => p[kind][q],
  })
  const count = (of: Metric['of']): Metric => ({ unit: 'count', of })
  return {
    rate: { unit: 'rate', of: (r) => r.publishRate, each: (p, step) => (p.acknowledged * 1000) / step },
    p50: latency('p50'),
    p95: latency('p95'),
    p99: latency('p99'),
    lost: count((r) => r.lost),
    duplicated: count((r) => r.duplicated),
    failed: count((r) => r.failed),
    errors: count((r) => Object.values(r.errors).reduce((x, y) => x + y, 0)),
  }
}

/** The steps that were measured: after the warm-up, and without the last, which is not a whole one. */
function measured(r: LoadReport): LoadReport['series'] {
  const last = r.series.length - 1
  return r.series.filter((p, i) => p.atMs >= r.config.warmup && i < last && p.offered > 0)
}

/**
 * Two runs side by side. Rates and latencies (end to end where both have them, else to acknowledgement) are tested
 * second by second for whether their difference is noise.
 */
export function compareReports(a: LoadReport, b: LoadReport): Compared[] {
  const kind: Kind = arrives(a) && arrives(b) ? 'endToEnd' : 'ack'
  return Object.entries(metricsOf(kind)).flatMap(([metric, m]) => {
    const [of, to] = [m.of(a), m.of(b)]
    if (of === null && to === null) return []
    const change = of === null || to === null ? null : to - of
    const percent = change === null || of === null || of === 0 ? null : (change / of) * 100
    const { each } = m
    const values = (r: LoadReport): number[] =>
      measured(r).flatMap((p) => (each === undefined ? [] : (each(p, r.seriesStepMs) ?? [])))
    const p = each === undefined ? null : rankTest(values(a), values(b))
    return [{ metric, unit: m.unit, a: of, b: to, change, percent, p }]
  })
}

/** When a comparison fails, as it is written: `p99>+10%`, `rate<-5%`, `p50>+2ms`, `lost>+0`. */
export interface FailRule {
  text: string
  metric: string
  /** True: fails when the change is above the limit, false: below. */
  above: boolean
  limit: number
  percent: boolean
}

const FORM = 'expected a change such as p99>+10%, rate<-5%, p50>+2ms or lost>+0'

/** Reads a rule; a text is what is wrong with it. */
export function parseFailRule(written: string): FailRule | string {
  const text = written.replace(/\s+/g, '')
  const found = /^([a-z]\w*)([<>])([+-]\d+(?:\.\d+)?)(%|ms|s|\/s)?$/.exec(text)
  if (found === null) return FORM
  const [, metric = '', sign, number, unit] = found
  const kind = metricsOf('ack')[metric]?.unit
  if (kind === undefined) return `expected one of ${Object.keys(metricsOf('ack')).join(', ')}`
  if (kind === 'ms' && unit !== '%' && unit !== 'ms' && unit !== 's')
    return `${FORM}: a time needs % or its unit`
  if (kind !== 'ms' && (unit === 'ms' || unit === 's')) return `${FORM}: ${metric} is no time`
  return {
    text,
    metric,
    above: sign === '>',
    limit: Number(number) * (unit === 's' ? 1000 : 1),
    percent: unit === '%',
  }
}

/** What fails without rules: worse by a tenth, or anything lost. */
export const USUAL_RULES = ['p50>+10%', 'p99>+10%', 'rate<-10%', 'lost>+0']

/** How a rule came out; noise: beyond the limit, but two equal runs could differ as much. */
export type RuleState = 'passed' | 'failed' | 'noise' | 'not measured'

export function judge(rule: FailRule, rows: readonly Compared[]): RuleState {
  const row = rows.find((r) => r.metric === rule.metric)
  if (row === undefined || row.change === null) return 'not measured'
  // a share of nothing: any change is beyond it
  const change = rule.percent ? (row.percent ?? Math.sign(row.change) * Infinity) : row.change
  const beyond = row.change !== 0 && (rule.above ? change > rule.limit : change < rule.limit)
  if (!beyond) return 'passed'
  return row.p !== null && row.p >= NOISE ? 'noise' : 'failed'
}

/** In what the load of two runs differed, without where it went; empty where it was the same. */
export function differences(a: LoadReport, b: LoadReport): string[] {
  const [of, to] = [a.config, b.config] as unknown as Record<string, unknown>[]
  const names = Object.keys({ ...of, ...to }).filter((k) => k !== 'url' && k !== 'thresholds')
  return names.filter((k) => JSON.stringify(of?.[k]) !== JSON.stringify(to?.[k]))
}
