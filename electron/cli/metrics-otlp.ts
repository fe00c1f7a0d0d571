import { randomUUID } from 'node:crypto'
import type { ExponentialFigure } from '../engine/base/latency-metric'
import type { MetricObjectWithValues, MetricValue } from 'prom-client'

/** A figure as prom-client has it: its values by their labels. */
export type Figure = MetricObjectWithValues<MetricValue<string> & { metricName?: string }> & {
  exponential?: ExponentialFigure
}

type Labels = Partial<Record<string, string | number>>

/** One histogram of a figure: counts up to each bound, as Prometheus has them. */
export interface Buckets {
  labels: Labels
  /** Upper bound as it is written, and the count of all values up to it; +Inf last. */
  upTo: [le: string, count: number][]
  sum: number
  count: number
}

/** The histograms of a figure, one for each set of labels. */
export function bucketsOf(figure: Figure): Buckets[] {
  const found = new Map<string, Buckets>()
  for (const { metricName = '', labels, value } of figure.values) {
    const { le, ...own } = labels
    const key = JSON.stringify(Object.entries(own).sort())
    const one = found.get(key) ?? { labels: own, upTo: [], sum: 0, count: 0 }
    found.set(key, one)
    if (metricName.endsWith('_bucket')) one.upTo.push([String(le), value])
    else if (metricName.endsWith('_sum')) one.sum = value
    else one.count = value
  }
  return [...found.values()]
}

/** Who sends: the same in all requests of a process. */
export interface OtlpSource {
  version: string
  /** Unix ms at which the counters began. */
  startMs: number
  /** Tells processes apart. */
  instance: string
}

export const otlpSource = (version: string, startMs: number): OtlpSource => ({
  version,
  startMs,
  instance: randomUUID(),
})

/** Nanoseconds as the JSON form of a 64-bit number: a text. */
const nanos = (ms: number): string => `${Math.round(ms)}000000`
const attributes = (labels: Labels) =>
  Object.entries(labels).map(([key, value]) => ({ key, value: { stringValue: String(value) } }))
/** AGGREGATION_TEMPORALITY_CUMULATIVE: values count from the start. */
const CUMULATIVE = 2

function dataOf(figure: Figure, times: { startTimeUnixNano: string; timeUnixNano: string }) {
  const type = String(figure.type)
  if (type === 'histogram') {
    const dataPoints = bucketsOf(figure).map(({ labels, upTo, sum, count }) => ({
      ...times,
      attributes: attributes(labels),
      count: String(count),
      sum,
      // OTLP counts each bucket alone
      bucketCounts: upTo.map(([, n], i) => String(n - (upTo[i - 1]?.[1] ?? 0))),
      explicitBounds: upTo.map(([le]) => Number(le)).filter((bound) => Number.isFinite(bound)),
    }))
    return { histogram: { aggregationTemporality: CUMULATIVE, dataPoints } }
  }
  const dataPoints = figure.values
    .filter(({ value }) => Number.isFinite(value))
    .map(({ labels, value }) => ({ ...times, attributes: attributes(labels), asDouble: value }))
  return type === 'counter'
    ? { sum: { isMonotonic: true, aggregationTemporality: CUMULATIVE, dataPoints } }
    : { gauge: { dataPoints } }
}

/** A histogram once more as OTLP's exponential one, which Prometheus takes as a native histogram. */
function exponentialOf(figure: Figure, times: { startTimeUnixNano: string; timeUnixNano: string }) {
  const { exponential } = figure
  if (exponential === undefined) return []
  const { name, scale, label } = exponential
  const dataPoints = bucketsOf(figure).flatMap(({ labels, sum, count }) => {
    const found = exponential.of(String(labels[label]))
    if (found === null) return []
    const positive = { offset: found.offset, bucketCounts: found.counts.map(String) }
    const own = { count: String(count), sum, scale, zeroCount: String(found.zeros), positive }
    return [{ ...times, attributes: attributes(labels), ...own }]
  })
  const data = { aggregationTemporality: CUMULATIVE, dataPoints }
  return [{ name, description: figure.help, unit: 's', exponentialHistogram: data }]
}

/**
 * An ExportMetricsServiceRequest in the JSON form of OTLP 1.x, under the names that `/metrics` has.
 * @param atMs Unix ms
 */
export function otlpRequest(figures: readonly Figure[], source: OtlpSource, atMs: number): string {
  const times = { startTimeUnixNano: nanos(source.startMs), timeUnixNano: nanos(atMs) }
  const metrics = figures.flatMap((figure) => [
    {
      name: figure.name,
      description: figure.help,
      unit: figure.name.endsWith('_seconds') ? 's' : '1',
      ...dataOf(figure, times),
    },
    ...exponentialOf(figure, times),
  ])
  const resource = {
    attributes: attributes({
      'service.name': 'fleetlab',
      'service.version': source.version,
      'service.instance.id': source.instance,
    }),
  }
  const scope = { name: 'fleetlab', version: source.version }
  return JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] })
}

/** What an answer with status 200 says of data that was not taken; null when all of it was. */
export function otlpRefused(answer: string): string | null {
  try {
    const { partialSuccess: p } = JSON.parse(answer) as {
      partialSuccess?: { rejectedDataPoints?: string | number; errorMessage?: string }
    }
    const n = Number(p?.rejectedDataPoints ?? 0)
    return n > 0 ? `${n} values were refused: ${p?.errorMessage ?? 'no reason given'}` : null
  } catch {
    return null
  }
}
