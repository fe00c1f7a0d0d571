import { Counter, Gauge, Registry } from 'prom-client'
import type { LoadProgress } from '../../../contract/load-report'

type CountKey = 'offered' | 'acknowledged' | 'failed' | 'received' | 'errors'

const COUNTERS: readonly (readonly [CountKey, string])[] = [
  ['offered', 'Messages that were due to be sent'],
  ['acknowledged', 'Messages acknowledged, or sent at QoS 0'],
  ['failed', 'Messages refused or lost with their connection'],
  ['received', 'PUBLISH packets received'],
  ['errors', 'Errors of all kinds'],
]

/** What a run shows to Prometheus while it goes on. */
export class LoadMetrics {
  private readonly registry = new Registry()
  private readonly counters: { key: CountKey; counter: Counter; last: number }[]
  private readonly connected: Gauge
  private readonly saturated: Gauge
  private readonly latency: Gauge

  constructor(runId: string) {
    this.registry.setDefaultLabels({ run: runId })
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
      help: 'Percentiles of the last step of the series',
      labelNames: ['kind', 'quantile'],
      registers,
    })
  }

  update(p: LoadProgress): void {
    for (const c of this.counters) {
      c.counter.inc(Math.max(0, p[c.key] - c.last))
      c.last = Math.max(c.last, p[c.key])
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

  get contentType(): string {
    return this.registry.contentType
  }

  text(): Promise<string> {
    return this.registry.metrics()
  }
}
