import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { LoadProgress } from '../../../contract/load-report'
import { LatencyHistogram, type ExponentialCounts } from '../measure/histogram'
import type { StepLatencies } from '../measure/series'

type CountKey =
  'offered' | 'acknowledged' | 'failed' | 'received' | 'errors' | 'expected' | 'delivered' | 'duplicated'

const COUNTERS: readonly (readonly [CountKey, string])[] = [
  ['offered', 'Messages that were due to be sent'],
  ['acknowledged', 'Messages acknowledged, or sent at QoS 0'],
  ['failed', 'Messages refused or lost with their connection'],
  ['received', 'PUBLISH packets received, further copies included'],
  ['errors', 'Errors of all kinds'],
  ['expected', 'Acknowledged messages times their receivers'],
  ['delivered', 'Messages received, first copies only'],
  ['duplicated', 'Further copies of messages that had been received'],
]

/** Upper bounds of the buckets, seconds. The same for all shards and runs, so that buckets can be added. */
const BOUNDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
]

const LATENCY = {
  name: 'fleetlab_load_latency_histogram_seconds',
  help: 'Latencies from the intended send time, to acknowledgement and end to end',
}

/** Of exponential histograms: each bucket is 2^(1/8), 9 %, wider than the one before. */
const SCALE = 3

/** A histogram once more, in buckets that grow by the same factor. */
export interface ExponentialFigure {
  name: string
  scale: number
  /** By the label `kind`; null for one that there is not. */
  of(kind: string): ExponentialCounts | null
}

const LEGS = ['ack', 'end_to_end'] as const
type Leg = (typeof LEGS)[number]

/** A classic histogram whose values come from HdrHistograms: adding one costs as much for a million values as for one. */
class LatencyMetric extends Histogram<'kind'> {
  private readonly sums: Record<Leg, LatencyHistogram> = {
    ack: new LatencyHistogram(),
    end_to_end: new LatencyHistogram(),
  }

  add(leg: Leg, h: LatencyHistogram | null): void {
    if (h !== null) this.sums[leg].add(h)
  }

  /** What the registry writes of a histogram; `get` is made from it. It has no form for the exponential ones. */
  getForPromString() {
    const values = LEGS.flatMap((k) => this.valuesOf(k))
    const exponential: ExponentialFigure = {
      name: 'fleetlab_load_latency_native_histogram_seconds',
      scale: SCALE,
      of: (kind) => (kind === 'ack' || kind === 'end_to_end' ? this.sums[kind].exponential(SCALE) : null),
    }
    return Promise.resolve({ ...LATENCY, type: 'histogram', aggregator: 'sum', values, exponential })
  }

  private valuesOf(kind: Leg) {
    const sum = this.sums[kind]
    const { name } = LATENCY
    const counts = sum.countsUpTo(BOUNDS.map((b) => b * 1000))
    const buckets = [...BOUNDS.map((le, i) => [le, counts[i] ?? 0] as const), ['+Inf', sum.count] as const]
    return [
      ...buckets.map(([le, value]) => ({ metricName: `${name}_bucket`, labels: { kind, le }, value })),
      { metricName: `${name}_sum`, labels: { kind }, value: sum.sumMs / 1000 },
      { metricName: `${name}_count`, labels: { kind }, value: sum.count },
    ].map((value) => ({ ...value, sharedLabels: {} }))
  }
}

/** Is told what a load test measures while it goes on. */
export interface LoadListener {
  update(p: LoadProgress): void
  step(latencies: StepLatencies): void
}

/** What a run shows to Prometheus while it goes on. */
export class LoadMetrics implements LoadListener {
  private readonly registry = new Registry()
  private readonly counters: { key: CountKey; counter: Counter; last: number }[]
  private readonly connected: Gauge
  private readonly saturated: Gauge
  private readonly latency: Gauge
  private readonly notArrived: Gauge
  private readonly histogram: LatencyMetric
  /** What has not arrived, of this run and of those before it. */
  private missing = 0
  private missingBefore = 0

  constructor(labels: Readonly<Record<string, string>>) {
    this.registry.setDefaultLabels(labels)
    const registers = [this.registry]
    this.counters = COUNTERS.map(([key, help]) => ({
      key,
      counter: new Counter({ name: `fleetlab_load_${key}_total`, help, registers }),
      last: 0,
    }))
    this.connected = new Gauge({ name: 'fleetlab_load_connected', help: 'Connected clients', registers })
    this.saturated = new Gauge({
      name: 'fleetlab_load_saturated',
      help: '1 while the generator, not the broker, is the limit',
      registers,
    })
    this.latency = new Gauge({
      name: 'fleetlab_load_latency_seconds',
      help: 'Percentiles of the last step of the series; use the histogram to put shards together',
      labelNames: ['kind', 'quantile'],
      registers,
    })
    this.notArrived = new Gauge({
      name: 'fleetlab_load_not_arrived',
      help: 'Messages expected and not delivered: on their way or, when the run has ended, lost',
      registers,
    })
    this.histogram = new LatencyMetric({
      ...LATENCY,
      labelNames: ['kind'],
      buckets: BOUNDS,
      registers,
    })
  }

  /** Another run begins: what it counts is added to what those before it counted. */
  next(): void {
    for (const c of this.counters) c.last = 0
    this.missingBefore += this.missing
    this.missing = 0
  }

  update(p: LoadProgress): void {
    const { expected = 0, delivered = 0 } = p
    const counts = { ...p, expected, delivered, duplicated: p.received - delivered }
    this.missing = Math.max(0, expected - delivered)
    this.notArrived.set(this.missingBefore + this.missing)
    for (const c of this.counters) {
      const now = counts[c.key]
      c.counter.inc(Math.max(0, now - c.last))
      c.last = Math.max(c.last, now)
    }
    this.connected.set(p.connected)
    this.saturated.set(p.generator?.saturated === true ? 1 : 0)
    for (const [kind, values] of [
      ['ack', p.last?.ack],
      ['end_to_end', p.last?.endToEnd],
    ] as const) {
      for (const [quantile, v] of [
        ['0.5', values?.p50],
        ['0.95', values?.p95],
        ['0.99', values?.p99],
      ] as const) {
        if (typeof v === 'number') this.latency.set({ kind, quantile }, v / 1000)
      }
    }
  }

  /** Adds what was measured in one step. */
  step({ ack, endToEnd }: StepLatencies): void {
    this.histogram.add('ack', ack)
    this.histogram.add('end_to_end', endToEnd)
  }

  get contentType(): string {
    return this.registry.contentType
  }

  metrics(): Promise<string> {
    return this.registry.metrics()
  }

  getMetricsAsJSON(): ReturnType<Registry['getMetricsAsJSON']> {
    return this.registry.getMetricsAsJSON()
  }
}
