import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { shareMetrics, type MetricsFlags } from '../../electron/cli/metrics-output'
import { PageLoads } from '../../electron/cli/page-loads'
import { LatencyHistogram } from '../../electron/engine/base/latency-histogram'
import { LoadMetrics } from '../../electron/engine/load/report/metrics'

const attributes = z.array(
  z.strictObject({ key: z.string(), value: z.strictObject({ stringValue: z.string() }) }),
)
const nanos = z.string().regex(/^\d{19}$/)
const times = { attributes, startTimeUnixNano: nanos, timeUnixNano: nanos }
const numbers = z.array(z.strictObject({ ...times, asDouble: z.number() }))
const count = z.string().regex(/^\d+$/)
const histogram = z.strictObject({
  ...times,
  count,
  sum: z.number(),
  bucketCounts: z.array(count),
  explicitBounds: z.array(z.number()),
})
const cumulative = z.literal(2)
const exponential = z.strictObject({
  ...times,
  count,
  sum: z.number(),
  scale: z.int(),
  zeroCount: count,
  positive: z.strictObject({ offset: z.int(), bucketCounts: z.array(count) }),
})
const metric = z.strictObject({
  name: z.string(),
  description: z.string(),
  unit: z.string(),
  sum: z
    .strictObject({ isMonotonic: z.literal(true), aggregationTemporality: cumulative, dataPoints: numbers })
    .optional(),
  gauge: z.strictObject({ dataPoints: numbers }).optional(),
  histogram: z
    .strictObject({ aggregationTemporality: cumulative, dataPoints: z.array(histogram) })
    .optional(),
  exponentialHistogram: z
    .strictObject({ aggregationTemporality: cumulative, dataPoints: z.array(exponential) })
    .optional(),
})
/** ExportMetricsServiceRequest of OTLP 1.x, as far as it is used. */
const request = z.strictObject({
  resourceMetrics: z.tuple([
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeMetrics: z.tuple([
        z.strictObject({
          scope: z.strictObject({ name: z.string(), version: z.string() }),
          metrics: z.array(metric),
        }),
      ]),
    }),
  ]),
})

interface Got {
  path: string
  headers: IncomingHttpHeaders
  body: string
}
const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

/** A receiver on a free port that keeps what it gets. */
async function receiver(status = 200, answer = '{}') {
  const got: Got[] = []
  const server = createServer((req, res) => {
    let body = ''
    req.setEncoding('utf8').on('data', (part: string) => (body += part))
    req.on('end', () => {
      got.push({ path: req.url ?? '', headers: req.headers, body })
      res.writeHead(status, { 'content-type': 'application/json' }).end(answer)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const COUNTS = { acknowledged: 0, failed: 0, received: 0, errors: 0, last: null, generator: null }
const ENV = { FLEETLAB_OTLP_TOKEN: 'otlp-secret', FLEETLAB_INFLUX_TOKEN: 'influx-secret' }
const stderrOf = () => new PassThrough({ encoding: 'utf8' })

/** A load test with three latencies of 3 ms and one of 40 s, shown as the flags ask until it ends. */
async function share(flags: MetricsFlags, stderr = stderrOf()): Promise<string> {
  const metrics = new LoadMetrics({ run: 'r 1', shard: '0' })
  const ack = new LatencyHistogram()
  for (const ms of [3, 3, 3, 40_000]) ack.add(histogramOf(ms))
  metrics.step({ ack, endToEnd: null })
  const shared = await shareMetrics({ env: ENV, stderr, version: '1.2.3' }, flags, metrics)
  await shared.close()
  return String(stderr.read() ?? '')
}
function histogramOf(ms: number): LatencyHistogram {
  const h = new LatencyHistogram()
  h.record(ms)
  return h
}

it('OTLP: a collector gets all figures, each with its type, labels and buckets of their own', async () => {
  const { got, url } = await receiver()
  expect(await share({ otlp: url })).toBe('')
  expect(got.map((g) => [g.path, g.headers.authorization, g.headers['content-type']])).toEqual([
    ['/v1/metrics', 'Bearer otlp-secret', 'application/json'],
  ])
  const [sent] = request.parse(JSON.parse(got[0]?.body ?? '')).resourceMetrics
  expect(sent.resource.attributes.map((a) => a.key)).toEqual([
    'service.name',
    'service.version',
    'service.instance.id',
  ])
  const named = (name: string) => sent.scopeMetrics[0].metrics.find((m) => m.name === name)
  expect(named('fleetlab_load_offered_total')?.sum?.dataPoints[0]?.asDouble).toBe(0)
  expect(named('fleetlab_load_connected')?.gauge?.dataPoints).toHaveLength(1)
  const latency = named('fleetlab_load_latency_histogram_seconds')
  expect(latency?.unit).toBe('s')
  const point = latency?.histogram?.dataPoints.find((p) =>
    p.attributes.some((a) => a.key === 'kind' && a.value.stringValue === 'ack'),
  )
  expect(point?.attributes).toContainEqual({ key: 'run', value: { stringValue: 'r 1' } })
  expect(point?.count).toBe('4')
  expect(point?.sum).toBeCloseTo(40.009, 1)
  const bounds = point?.explicitBounds ?? []
  expect(point?.bucketCounts).toHaveLength(bounds.length + 1)
  const filled = (point?.bucketCounts ?? []).flatMap((n, i) => (n === '0' ? [] : [[bounds[i], n]]))
  expect(filled).toEqual([
    [0.005, '3'],
    [60, '1'],
  ])
  const native = named('fleetlab_load_latency_native_histogram_seconds')?.exponentialHistogram?.dataPoints
  const [ack, endToEnd] = native ?? []
  expect([ack?.count, ack?.zeroCount, endToEnd?.positive.bucketCounts]).toEqual(['4', '0', []])
  const { offset = 0, bucketCounts = [] } = ack?.positive ?? {}
  const ranges = bucketCounts.flatMap((n, i) =>
    n === '0' ? [] : [[2 ** ((offset + i) / 8), n, 2 ** ((offset + i + 1) / 8)] as const],
  )
  expect(
    ranges.map(([above, n, upTo]) => [n, above < 0.003 && upTo >= 0.003, above < 40 && upTo >= 40]),
  ).toEqual([
    ['3', true, false],
    ['1', false, true],
  ])
})

it('InfluxDB: line protocol with labels as tags and times in milliseconds', async () => {
  const { got, url } = await receiver(204, '')
  expect(await share({ influx: `${url}/api/v2/write?org=o&bucket=b` })).toBe('')
  expect(got[0]?.path).toBe('/api/v2/write?org=o&bucket=b&precision=ms')
  expect(got[0]?.headers.authorization).toBe('Token influx-secret')
  const lines = (got[0]?.body ?? '').trimEnd().split('\n')
  for (const line of lines)
    expect(line).toMatch(/^\w+(,\w+=(\\.|[^ ,\\])+)* [^ =]+=[\d.e-]+(,[^ =]+=[\d.e-]+)* \d{13}$/)
  expect(lines.some((l) => /^fleetlab_load_offered_total,run=r\\ 1,shard=0 counter=0 /.test(l))).toBe(true)
  expect(lines.some((l) => l.includes('kind=ack') && l.includes(',0.005=3,') && l.includes('+Inf=4'))).toBe(
    true,
  )
})

it('goes on when the sink fails, and says so once, without the token', async () => {
  const { got, url } = await receiver(503, 'full')
  const stderr = stderrOf()
  const metrics = new LoadMetrics({ run: 'r' })
  const flags = { otlp: url, pushEvery: '100ms' }
  const shared = await shareMetrics({ env: ENV, stderr, version: '1' }, flags, metrics)
  await expect.poll(() => got.length, { timeout: 20_000 }).toBeGreaterThan(2)
  await shared.close()
  expect(String(stderr.read())).toBe(
    `warning: --otlp: ${url}: 503 full; the run goes on without, and this is not said again\n`,
  )
  const partial = await receiver(
    200,
    '{"partialSuccess":{"rejectedDataPoints":"7","errorMessage":"too old"}}',
  )
  expect(await share({ otlp: partial.url })).toContain('7 values were refused: too old')
  expect(await share({ influx: 'http://127.0.0.1:1' })).toMatch(
    /^warning: --influx: http:\/\/127\.0\.0\.1:1: /,
  )
})

it('shows the load test that a page began last beside the engine, and adds up the runs of a series', async () => {
  const loads = new PageLoads()
  const shown = loads.beside(new LoadMetrics({ run: 'engine' }))
  expect(await shown.metrics()).not.toContain('run="second"')
  loads.begin('first').step({ ack: histogramOf(3), endToEnd: null })
  const second = loads.begin('second')
  const progress = {
    phase: 'publishing',
    elapsedMs: 1,
    plannedMs: null,
    clients: 1,
    connected: 1,
    ...COUNTS,
  } as const
  second.update({ ...progress, offered: 7 })
  second.next()
  second.update({ ...progress, offered: 2 })
  const text = await shown.metrics()
  expect(text).toMatch(/\nfleetlab_load_offered_total\{run="second"\} 9\n/)
  expect(text).toContain('run="engine"')
  expect(text).not.toContain('run="first"')
  expect(await shown.getMetricsAsJSON()).toHaveLength(2 * (await second.getMetricsAsJSON()).length)
})

it('says in one line what is wrong with a flag', async () => {
  await expect(share({ otlp: 'localhost:4318' })).rejects.toThrow(
    /^--otlp: found localhost:4318; expected an/,
  )
  await expect(share({ influx: 'http://me:pw@h/' })).rejects.toThrow(/set FLEETLAB_INFLUX_TOKEN instead$/)
  await expect(share({ otlp: 'http://h', pushEvery: '1' })).rejects.toThrow(
    /^--push-every: found 1; expected/,
  )
  await expect(share({ pushEvery: '1s' })).rejects.toThrow('--push-every: only with --otlp or --influx')
})
