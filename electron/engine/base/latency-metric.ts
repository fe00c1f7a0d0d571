import { Histogram, type Registry } from 'prom-client'
import type { ExponentialCounts, LatencyCounts } from './latency-histogram'

/** Upper bounds of the buckets, seconds. The same for all commands, shards and runs, so that buckets can be added. */
const BOUNDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
]

/** Of exponential histograms: each bucket is 2^(1/8), 9 %, wider than the one before. */
const SCALE = 3

/** A histogram once more, in buckets that grow by the same factor. */
export interface ExponentialFigure {
  name: string
  scale: number
  /** The label that tells its histograms apart. */
  label: string
  /** By the value of that label; null for one that there is not. */
  of(value: string): ExponentialCounts | null
}

export interface LatencyMetricOptions {
  /** Without its ending: `_histogram_seconds` is added, and of the exponential form `_native_histogram_seconds`. */
  name: string
  help: string
  /** The label that tells its histograms apart. */
  label: string
  registry: Registry
  /** The latencies so far by the value of the label, asked for whenever the figure is. */
  read(): Iterable<readonly [value: string, latencies: LatencyCounts]>
}

/**
 * A classic histogram, seconds, whose values come from HdrHistograms, and its exponential form. It is made when it is read, and
 * whoever measures only records: a value costs nothing here.
 */
export class LatencyMetric extends Histogram {
  constructor(private readonly source: LatencyMetricOptions) {
    const { name, help, label, registry } = source
    super({
      name: `${name}_histogram_seconds`,
      help,
      labelNames: [label],
      buckets: BOUNDS,
      registers: [registry],
    })
  }

  /** What the registry writes of a histogram; `get` is made from it. It has no form for the exponential ones. */
  getForPromString() {
    const { name, help, label, read } = this.source
    const all = [...read()]
    const own = `${name}_histogram_seconds`
    const exponential: ExponentialFigure = {
      name: `${name}_native_histogram_seconds`,
      scale: SCALE,
      label,
      of: (value) => all.find(([v]) => v === value)?.[1].exponential(SCALE) ?? null,
    }
    const values = all.flatMap(([value, latencies]) => valuesOf(own, { [label]: value }, latencies))
    return Promise.resolve({
      name: own,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values,
      exponential,
    })
  }
}

/** A histogram as Prometheus has it: counts up to each bound, their sum in seconds, and their count. */
function valuesOf(name: string, labels: Readonly<Record<string, string>>, latencies: LatencyCounts) {
  const counts = latencies.countsUpTo(BOUNDS.map((b) => b * 1000))
  const buckets = [
    ...BOUNDS.map((le, i) => [le, counts[i] ?? 0] as const),
    ['+Inf', latencies.count] as const,
  ]
  return [
    ...buckets.map(([le, value]) => ({ metricName: `${name}_bucket`, labels: { ...labels, le }, value })),
    { metricName: `${name}_sum`, labels, value: latencies.sumMs / 1000 },
    { metricName: `${name}_count`, labels, value: latencies.count },
  ].map((value) => ({ ...value, labels: { ...value.labels }, sharedLabels: {} }))
}
