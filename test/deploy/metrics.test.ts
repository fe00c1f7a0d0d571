import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { engineMetrics, proxyMetrics } from '../../electron/cli/engine-metrics'
import { serveMetrics } from '../../electron/cli/metrics-server'
import { LatencyHistogram } from '../../electron/engine/base/latency-histogram'
import { HandshakeTimes } from '../../electron/engine/proxy/handshake-times'
import { LoadMetrics } from '../../electron/engine/load/report/metrics'
import { statusDouble } from '../helpers/engine-double'

const deploy = join(import.meta.dirname, '../../deploy')
const row = {
  group: 'sensors',
  qos: 1 as const,
  offered: 10,
  expected: 10,
  delivered: 8,
  lost: 1,
  inFlight: 1,
  duplicated: 2,
  outOfOrder: 0,
  latencyMs: { p50: 5, p95: null, p99: 20, max: 30 },
}
const latencies = new LatencyHistogram()
for (const ms of [3, 3, 3, 4, 4, 5, 20, 400]) latencies.record(ms)
const engine = engineMetrics({
  status: () => statusDouble(),
  messages: () => [row],
  latencies: () => [['sensors', latencies]],
})
const times = new HandshakeTimes()
const packet = { client: 1, packetId: 9 }
times.came({ ...packet, direction: 'uplink', first: 0x32, atMs: 100 })
times.went({ ...packet, direction: 'downlink', first: 0x40, atMs: 107 })
const proxy = proxyMetrics({
  report: () => ({
    packets: { PUBLISH: { sent: 7, lost: 3 } },
    clients: ['a', 'b'],
    exchanges: { complete: 4, unfinished: 0 },
    altered: { duplicate: 1, corrupt: 0 },
  }),
  times,
})

describe('metrics', () => {
  it('of run and serve name each group, with what was lost and duplicated; those of the proxy each type', async () => {
    const text = await engine.metrics()
    expect(await engine.metrics()).toBe(text)
    expect(text).toContain('fleetlab_messages_lost_total{group="sensors"} 1')
    expect(text).toContain('fleetlab_messages_duplicated_total{group="sensors"} 2')
    expect(text).toContain('fleetlab_latency_seconds{group="sensors",quantile="0.99"} 0.02')
    expect(text).not.toContain('quantile="0.95"')
    expect(text).toContain('fleetlab_latency_histogram_seconds_bucket{group="sensors",le="0.005"} 6')
    expect(text).toContain('fleetlab_latency_histogram_seconds_count{group="sensors"} 8')
    const passed = await proxy.metrics()
    expect(passed).toContain('fleetlab_proxy_packets_lost_total{type="PUBLISH"} 3')
    expect(passed).toContain('fleetlab_proxy_altered_total{how="duplicate"} 1')
    const bucket = 'fleetlab_proxy_handshake_latency_histogram_seconds_bucket'
    expect(passed).toContain(`${bucket}{sender="client",le="0.005"} 0`)
    expect(passed).toContain(`${bucket}{sender="client",le="0.01"} 1`)
    expect(passed).toContain(`${bucket}{sender="broker",le="+Inf"} 0`)
  })

  it('are served at the address that was given', async () => {
    const stderr = new PassThrough()
    const server = await serveMetrics({ stderr }, '0', proxy)
    const url = /^metrics (http:\S+)/.exec(String(stderr.read()))?.[1] ?? ''
    expect(await (await fetch(url)).text()).toContain('fleetlab_proxy_clients 2')
    expect((await fetch(url.replace('/metrics', '/other'))).status).toBe(404)
    server?.close()
    expect(await serveMetrics({ stderr }, undefined, proxy)).toBeUndefined()
    await expect(serveMetrics({ stderr }, '192.0.2.1:0', proxy)).rejects.toThrow(
      /expected an address of this/,
    )
  })
})

describe('deploy', () => {
  it('the dashboard asks only for metrics that there are', async () => {
    const texts = await Promise.all([new LoadMetrics({ run: 'r' }), engine, proxy].map((m) => m.metrics()))
    const names = new Set(texts.join('\n').match(/^fleetlab_\w+/gm))
    for (const n of texts.join('\n').matchAll(/^# TYPE (\w+)/gm)) names.add(n[1] ?? '')
    const dashboard = JSON.parse(readFileSync(join(deploy, 'grafana-dashboard.json'), 'utf8')) as {
      panels: { targets: { expr: string }[] }[]
    }
    const asked = dashboard.panels.flatMap((p) =>
      p.targets.flatMap((t) => t.expr.match(/fleetlab_\w+/g) ?? []),
    )
    expect(asked.length).toBeGreaterThan(20)
    expect([...new Set(asked)].filter((name) => !names.has(name))).toEqual([])
  })

  it('compose has as many shards as they are told, and a collector that they report to', () => {
    const { services } = parse(readFileSync(join(deploy, 'compose.yaml'), 'utf8'), { merge: true }) as {
      services: Record<
        string,
        { command?: string[]; environment?: Record<string, string>; depends_on?: string[] }
      >
    }
    const shards = Object.entries(services).filter(([name]) => name.startsWith('shard-'))
    expect(shards.map(([, s]) => s.environment?.['JOB_COMPLETION_INDEX'])).toEqual(['0', '1', '2', '3'])
    for (const [, s] of shards) {
      expect(s.environment?.['FLEETLAB_SHARD_COUNT']).toBe('4')
      expect(s.command).toContain('ws://collector:7400')
      expect(s.depends_on).toEqual(['broker', 'collector'])
    }
    expect(services['collector']?.command?.slice(0, 4)).toEqual(['load', 'watch', '--listen', '0.0.0.0:7400'])
  })
})
