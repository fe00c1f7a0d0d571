import { Counter, Gauge, Registry } from 'prom-client'
import type { LoadProgress } from '../../../contract/load-report'
import { LatencyHistogram } from '../../base/latency-histogram'
import { LatencyMetric } from '../../base/latency-metric'
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
  private readonly ack = new LatencyHistogram()
  private readonly endToEnd = new LatencyHistogram()
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
    new LatencyMetric({
      name: 'fleetlab_load_latency',
      help: 'Latencies from the intended send time, to acknowledgement and end to end',
      label: 'kind',
      registry: this.registry,
      read: () => [
        ['ack', this.ack],
        ['end_to_end', this.endToEnd],
      ],
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
    if (ack !== null) this.ack.add(ack)
    if (endToEnd !== null) this.endToEnd.add(endToEnd)
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
