import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import mqtt from 'mqtt'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runCli } from '../../electron/cli/program'
import { createEngine } from '../../electron/engine/engine'
import { scenarioOf, testEngine, type OpenedEngine } from '../helpers/lab-run'
import { until } from '../helpers/until'

let folder = ''
let stop: AbortController
const closing: (() => unknown)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetlab-latency-'))
  stop = new AbortController()
  closing.push(() => rm(folder, { recursive: true }))
})
afterEach(async () => {
  stop.abort()
  for (const close of closing.splice(0).reverse()) await close()
})

/** A command with a real engine that goes on until it is told to stop, and how its metrics are fetched. */
async function running(args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  let said = ''
  for (const stream of [stdout, stderr]) stream.on('data', (d: Buffer) => (said += d.toString()))
  const code = runCli([...args, '--metrics', '0'], {
    root: '/nowhere',
    version: '1.2.3',
    env: { XDG_DATA_HOME: folder },
    locale: 'en-US',
    stdout,
    stderr,
    interrupt: stop.signal,
    createEngine,
  })
  closing.push(() => code)
  const address = (what: RegExp): string | undefined => what.exec(said)?.[1]
  await until(() => address(/^metrics (\S+)/m) !== undefined, 'the metrics')
  const metrics = async (): Promise<string> => (await fetch(address(/^metrics (\S+)/m) ?? '')).text()
  return { code, address, metrics }
}

/** A figure with these labels. */
const valueOf = (text: string, figure: string): number =>
  Number(
    text
      .split('\n')
      .find((l) => l.startsWith(`${figure} `))
      ?.split(' ')[1],
  )

/** The counts of a histogram are those of its buckets, which only grow. */
function expectWhole(text: string, name: string, labels: string): void {
  const found = [...text.matchAll(/^(\w+_bucket)\{(.*),le="[^"]+"\} (\d+)$/gm)]
  const counts = found.filter((m) => m[1] === `${name}_bucket` && m[2] === labels).map((m) => Number(m[3]))
  expect(counts).toHaveLength(19)
  expect(counts).toEqual([...counts].sort((a, b) => a - b))
  expect(counts.at(-1)).toBe(valueOf(text, `${name}_count{${labels}}`))
}

/** A collector that keeps the last request of each of its senders. */
async function collector() {
  let last = ''
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => (body += part))
    request.on('end', () => {
      last = body
      response.end('{}')
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closing.push(() => server.close())
  interface Point {
    count: string
    bucketCounts?: string[]
    positive?: { bucketCounts: string[] }
    zeroCount?: string
  }
  interface Metric {
    name: string
    histogram?: { dataPoints: Point[] }
    exponentialHistogram?: { dataPoints: Point[] }
  }
  const named = (name: string): Metric | undefined =>
    (
      JSON.parse(last) as { resourceMetrics: { scopeMetrics: { metrics: Metric[] }[] }[] }
    ).resourceMetrics[0]?.scopeMetrics[0]?.metrics.find((m) => m.name === name)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, named }
}

const sum = (counts: readonly string[] = []): number => counts.reduce((n, c) => n + Number(c), 0)

it('run: the histogram has as many latencies as messages were delivered, and OTLP has both forms of it', async () => {
  const file = join(folder, 'a.yaml')
  await writeFile(
    file,
    `version: 1
name: A
link: { kind: radio, delay: 30ms }
groups:
  - { name: p, publishes: [{ topic: t, qos: 1, rate: 20 }] }
  - { name: s, count: 2, subscribes: [{ filter: t, qos: 1 }] }
`,
  )
  const { url, named } = await collector()
  const { code, metrics } = await running(['run', file, '--otlp', url])
  let text = ''
  const delivered = (): number => valueOf(text, 'fleetlab_messages_delivered_total{group="p"}')
  const count = (le: string): number =>
    valueOf(text, `fleetlab_latency_histogram_seconds_bucket{group="p",le="${le}"}`)
  await until(async () => {
    text = await metrics()
    return delivered() >= 10
  }, 'messages')
  expectWhole(text, 'fleetlab_latency_histogram_seconds', 'group="p"')
  expect(valueOf(text, 'fleetlab_latency_histogram_seconds_count{group="p"}')).toBe(delivered())
  // Each of the two links takes 30 ms.
  expect(count('0.05')).toBe(0)
  expect(count('+Inf')).toBe(delivered())
  expect(text).toContain('fleetlab_latency_seconds{group="p",quantile="0.5"}')
  stop.abort()
  await code
  const classic = named('fleetlab_latency_histogram_seconds')?.histogram?.dataPoints[0]
  const native = named('fleetlab_latency_native_histogram_seconds')?.exponentialHistogram?.dataPoints[0]
  expect(Number(classic?.count)).toBeGreaterThanOrEqual(delivered())
  expect(sum(classic?.bucketCounts)).toBe(Number(classic?.count))
  expect(sum(native?.positive?.bucketCounts)).toBe(Number(classic?.count))
})

/** The engine's own broker at a port, for a proxy. */
async function broker(): Promise<string> {
  const { engine }: OpenedEngine = testEngine()
  closing.push(() => engine.close())
  await engine.open(scenarioOf({}), null)
  return engine.status().broker.listeners[0]?.url ?? ''
}

it.each([
  ['without a link', []],
  ['over a link of 30 ms each way', ['--delay', '30ms']],
])('proxy %s: a histogram of the handshakes of each side', async (_name, flags) => {
  const { url, named } = await collector()
  const proxy = await running(['proxy', '--listen', '0', '--target', await broker(), '--otlp', url, ...flags])
  await until(() => proxy.address(/^proxy +(mqtt\S+)/m) !== undefined, 'the proxy')
  const client = await mqtt.connectAsync(proxy.address(/^proxy +(mqtt\S+)/m) ?? '', { clientId: 'c' })
  closing.push(() => client.endAsync(true))
  const got: string[] = []
  client.on('message', (_topic, payload) => void got.push(payload.toString()))
  await client.subscribeAsync('t', { qos: 1 })
  for (const qos of [0, 1, 1, 2] as const) await client.publishAsync('t', `at ${qos}`, { qos })
  let text = ''
  const name = 'fleetlab_proxy_handshake_latency_histogram_seconds'
  const counts = (): number[] =>
    ['client', 'broker'].map((sender) => valueOf(text, `${name}_count{sender="${sender}"}`))
  // The subscription lowers the last one to QoS 1.
  await until(async () => {
    text = await proxy.metrics()
    return got.length === 4 && counts().join() === '3,3'
  }, 'all answers')
  for (const sender of ['client', 'broker']) expectWhole(text, name, `sender="${sender}"`)
  const within50ms = valueOf(text, `${name}_bucket{sender="client",le="0.05"}`)
  if (flags.length > 0) expect(within50ms).toBe(0)
  stop.abort()
  await proxy.code
  const native = named('fleetlab_proxy_handshake_latency_native_histogram_seconds')
  for (const point of native?.exponentialHistogram?.dataPoints ?? []) {
    expect(point.count).toBe('3')
    expect(sum(point.positive?.bucketCounts) + Number(point.zeroCount)).toBe(3)
  }
  expect(native?.exponentialHistogram?.dataPoints).toHaveLength(2)
  expect(named(name)?.histogram?.dataPoints.map((p) => p.count)).toEqual(['3', '3'])
})
