import type { LoadRunInfo } from '@contract/load'
import { latencyKind } from '@contract/load'
import type { LoadConfig } from '@contract/load-config'
import { linearScale, logScale, type Line, type Scale } from './series'

/** Runs drawn at most, the newest. */
const MOST_RUNS = 20
/** Fewer runs have no trend. */
const LEAST_RUNS = 3

/** One figure of several runs, oldest first. */
export interface TrendChart {
  id: 'p99' | 'rate'
  xs: number[]
  /** Numbers of the runs. */
  places: string[]
  lines: Line[]
  scale: Scale
}

/** What a run does, without the chance in it and what its figures are compared with. */
const work = (config: LoadConfig): string => JSON.stringify({ ...config, seed: 0, thresholds: {} })

/**
 * Runs of the history with the settings of one of them, up to it, oldest first: what was measured the same way, so that a
 * difference is the broker's, the network's or the computer's. Runs that were stopped or aborted, or that the generator limited,
 * are left out.
 */
export function alikeRuns(runs: readonly LoadRunInfo[], runId: string): LoadRunInfo[] {
  const own = runs.find((r) => r.runId === runId)
  if (own === undefined) return []
  const asked = work(own.config)
  return runs
    .filter(
      (r) => r.number <= own.number && !r.saturated && r.outcome !== 'stopped' && r.outcome !== 'aborted',
    )
    .filter((r) => work(r.config) === asked)
    .toSorted((a, b) => a.number - b.number)
    .slice(-MOST_RUNS)
}

/** p99 and rate over the runs with the same settings; empty where there are too few. */
export function trendCharts(runs: readonly LoadRunInfo[], runId: string): TrendChart[] {
  const alike = alikeRuns(runs, runId)
  const [first] = alike
  if (first === undefined || alike.length < LEAST_RUNS) return []
  const common = { xs: alike.map((_r, i) => i), places: alike.map((r) => String(r.number)) }
  const line = (id: string, values: (number | null)[]): Line => ({
    id,
    color: '--color-ink-1',
    dash: [],
    width: 1.5,
    values,
  })
  const p99 = [
    line(
      'p99',
      alike.map((r) => r.p99),
    ),
  ]
  const rate = [
    line(
      'rate',
      alike.map((r) => r.rate),
    ),
  ]
  return [
    ...(latencyKind(first.config) === null
      ? []
      : [{ id: 'p99' as const, ...common, lines: p99, scale: logScale(p99, null) }]),
    { id: 'rate' as const, ...common, lines: rate, scale: linearScale(rate) },
  ]
}
