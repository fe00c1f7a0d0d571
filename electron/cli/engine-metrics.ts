import type { EngineStatus } from '../contract/model'
import { Counter, Gauge, Registry } from 'prom-client'
import { LatencyMetric } from '../engine/base/latency-metric'
import type { Proxy } from '../engine/proxy/proxy'
import type { Engine } from '../engine/types'
import type { FigureSource } from './metrics-output'

type Labels = Record<string, string>
type Values = () => Iterable<readonly [Labels, number]>

/** A figure that is read when it is asked for. Its type follows from its name, as Prometheus has it: `_total` grows. */
function figure(registry: Registry, name: string, help: string, labelNames: string[], values: Values): void {
  const options = {
    name,
    help,
    labelNames,
    registers: [registry],
    collect(this: Pick<Gauge, 'reset' | 'inc'>) {
      this.reset()
      for (const [labels, n] of values()) this.inc(labels, n)
    },
  }
  if (name.endsWith('_total')) new Counter(options)
  else new Gauge(options)
}

const STATUS: readonly (readonly [string, string, (s: EngineStatus) => number])[] = [
  ['devices', 'Simulated devices', (s) => s.devices.total],
  ['devices_connected', 'Simulated devices with a connection', (s) => s.devices.connected],
  ['external_clients', 'Clients at the listeners of the embedded broker', (s) => s.externalClients],
  ['run_seconds', 'Clock time of the run', (s) => s.nowMs / 1000],
  ['packets_total', 'Packets seen', (s) => s.captured.seen],
  ['packets_lost_total', 'Packets lost on the simulated links', (s) => s.lostPackets],
  ['lag_seconds', 'How far simulated time is behind its pace', (s) => s.lagMs / 1000],
  [
    'loop_delay_p99_seconds',
    '99th percentile of the delay of the event loop',
    (s) => s.loopDelayP99Ms / 1000,
  ],
]

const MESSAGES = [
  ['offered', 'Messages published'],
  ['expected', 'Messages published times their subscribers'],
  ['delivered', 'Messages that arrived, first copies only'],
  ['lost', 'Messages expected that are neither delivered nor on their way'],
  ['duplicated', 'Further copies'],
] as const

const QUANTILES = [
  ['0.5', 'p50'],
  ['0.95', 'p95'],
  ['0.99', 'p99'],
] as const

/** What `run` and `serve` show to Prometheus: figures of the running scenario. */
export function engineMetrics(engine: Pick<Engine, 'status' | 'messages' | 'latencies'>): FigureSource {
  const registry = new Registry()
  for (const [name, help, of] of STATUS) {
    figure(registry, `fleetlab_${name}`, help, [], () => [[{}, of(engine.status())]])
  }
  for (const [name, help] of MESSAGES) {
    figure(registry, `fleetlab_messages_${name}_total`, help, ['group'], () =>
      engine.messages().map((row) => [{ group: row.group }, row[name]] as const),
    )
  }
  figure(
    registry,
    'fleetlab_latency_seconds',
    'Percentiles from publisher to subscriber',
    ['group', 'quantile'],
    () =>
      engine.messages().flatMap(({ group, latencyMs }) =>
        QUANTILES.flatMap(([quantile, key]) => {
          const ms = latencyMs[key]
          return ms === null ? [] : [[{ group, quantile }, ms / 1000] as const]
        }),
      ),
  )
  new LatencyMetric({
    name: 'fleetlab_latency',
    help: 'From publisher to subscriber in the clock time of the run, first copies only',
    label: 'group',
    registry,
    read: () => engine.latencies(),
  })
  return registry
}

/** What `proxy` shows to Prometheus. */
export function proxyMetrics({ report, times }: Pick<Proxy, 'report' | 'times'>): FigureSource {
  const registry = new Registry()
  const packets =
    (of: 'sent' | 'lost'): Values =>
    () =>
      Object.entries(report().packets).map(([type, counts]) => [{ type }, counts[of]] as const)
  figure(registry, 'fleetlab_proxy_packets_total', 'Packets sent into the proxy', ['type'], packets('sent'))
  figure(
    registry,
    'fleetlab_proxy_packets_lost_total',
    'Packets that the proxy lost',
    ['type'],
    packets('lost'),
  )
  figure(registry, 'fleetlab_proxy_clients', 'Client identifiers seen', [], () => [
    [{}, report().clients.length],
  ])
  figure(
    registry,
    'fleetlab_proxy_handshakes_total',
    'Handshakes of QoS 1 and 2 that are complete',
    [],
    () => [[{}, report().exchanges.complete]],
  )
  figure(
    registry,
    'fleetlab_proxy_altered_total',
    'Packets delivered twice or with a bit turned over',
    ['how'],
    () => Object.entries(report().altered ?? {}).map(([how, n]) => [{ how }, n] as const),
  )
  new LatencyMetric({
    name: 'fleetlab_proxy_handshake_latency',
    help: 'From a PUBLISH of QoS 1 or 2 that comes into the proxy to the PUBACK or PUBCOMP that leaves it, by who published',
    label: 'sender',
    registry,
    read: () => times.bySender(),
  })
  return registry
}
