import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { outcomeOf } from '../../../electron/contract/load'
import { headlines } from '../../../electron/contract/load-headlines'
import { loadSchema, type LoadConfig, type LoadInput } from '../../../electron/contract/load-config'
import type { LoadReport } from '../../../electron/contract/load-report'
import { LatencyHistogram } from '../../../electron/engine/base/latency-histogram'
import { readChartLibrary } from '../../../electron/engine/load/report/chart-library'
import { seriesCsv } from '../../../electron/engine/load/report/csv'
import { reportHtml } from '../../../electron/engine/load/report/html'
import { LoadMetrics } from '../../../electron/engine/load/report/metrics'
import { makeReport } from '../../../electron/engine/load/report/result'
import { saturationReasons } from '../../../electron/engine/load/report/saturation'
import { reportText } from '../../../electron/engine/load/report/text'
import { NO_COUNTS } from '../../../electron/engine/load/run/messages'
import { arrived, histogram, outcome, worker } from './report-rig'

describe('the report of a run', () => {
  it('balances, and divides CPU time by messages sent and received', () => {
    const r = makeReport(outcome({ results: [arrived()] }))
    expect(r.offered).toBe(r.acknowledged + r.failed + r.inFlight)
    expect([r.expected, r.lost, r.duplicated]).toEqual([8, 0, 1])
    expect(r.generator.cpuMicrosPerMessage).toBe(10)
    expect([r.publishRate, r.elapsedMs]).toEqual([4, 2100])
    expect(r.verdict.passed).toBe(true)
  })

  it('does not pass a limit on arrivals where no message was due: a broker that answers nothing', () => {
    const silent = worker({
      counts: { ...NO_COUNTS, connected: 2, offered: 10 },
      identity: {
        publishers: [{ publisher: 0, offered: 10, failed: [], inFlight: [0, 10] }],
        flows: [],
        forgotten: 0,
      },
    })
    const thresholds = { maxLost: 0, maxDuplicated: 0, maxOutOfOrder: 0, maxFailed: 0 }
    const config = loadSchema.parse({ publishers: 1, subscribers: 1, qos: 1, duration: '2s', thresholds })
    const { verdict } = makeReport(outcome({ config, results: [silent] }))
    expect(verdict.checks.map((c) => [c.name, c.actual, c.passed])).toEqual([
      ['max-lost', 10, false],
      ['max-duplicated', null, false],
      ['max-out-of-order', null, false],
      ['max-failed', 10, false],
    ])
  })

  it('counts what never arrived with its age at the end, and says so first', () => {
    const half = worker({
      counts: {
        connected: 2,
        offered: 10,
        acknowledged: 10,
        failed: 0,
        received: 5,
        expected: 5,
        delivered: 5,
        errors: 0,
      },
      identity: {
        publishers: [{ publisher: 0, offered: 10, failed: [], inFlight: [] }],
        flows: [{ receiver: 0, publisher: 0, got: [0, 5], duplicated: 0, outOfOrder: 0 }],
        forgotten: 0,
      },
      histograms: { connect: histogram([3]), ack: histogram([]), endToEnd: histogram([1, 1, 1, 1, 1]) },
      unanswered: { ack: 0, connect: 0, roundTrip: 0 },
    })
    const config = loadSchema.parse({
      publishers: 1,
      subscribers: 1,
      qos: 0,
      duration: '2s',
      executor: { kind: 'constant-rate', rate: 5 },
      thresholds: { maxP99: '1s' },
    })
    const r = makeReport(outcome({ config, results: [half], endedMs: 13_000 }))
    // messages 5 to 9 were due at 1.0 to 1.8 s of a run that was watched for 12 s
    expect(r.endToEndMs).toMatchObject({ count: 10, unanswered: 5 })
    expect(r.endToEndMs.max).toBeCloseTo(11_000, -2)
    expect(r.endToEndMs.p90).toBeGreaterThan(10_000)
    expect(r.verdict.passed).toBe(false)
    expect(reportText(r).split('\n')[0]).toBe(
      '5 of the 10 messages in the end-to-end latencies never arrived: 5 lost, 0 in flight; each counts with its age at the end',
    )
  })

  it('counts with a warm-up, of all that never arrived and of what the latencies have, what was lost and what is in flight', () => {
    // 20 messages in 2 s: 3 of the warm-up and 2 later ones acknowledged and lost, 5 in flight, of which 1 of the warm-up
    const counts = { ...NO_COUNTS, connected: 2, offered: 20, acknowledged: 15, received: 10 }
    const some = worker({
      counts: { ...counts, expected: 15, delivered: 10 },
      identity: {
        publishers: [{ publisher: 0, offered: 20, failed: [], inFlight: [3, 4, 16, 20] }],
        flows: [{ receiver: 0, publisher: 0, got: [4, 14], duplicated: 0, outOfOrder: 0 }],
        forgotten: 0,
      },
      histograms: { connect: histogram([3]), ack: histogram([]), endToEnd: histogram([1, 1, 1, 1]) },
      unanswered: { ack: 0, connect: 0, roundTrip: 0 },
    })
    const config = loadSchema.parse({
      publishers: 1,
      subscribers: 1,
      qos: 1,
      duration: '2s',
      warmup: '1s',
      executor: { kind: 'constant-rate', rate: 10 },
      thresholds: { maxLost: 9, expressions: ['lost==10'] },
    })
    const r = makeReport(outcome({ config, results: [some] }))
    expect(r).toMatchObject({
      expected: 15,
      lost: 5,
      neverArrived: { inFlight: 5, timed: { lost: 2, inFlight: 4 } },
      endToEndMs: { count: 10, unanswered: 6 },
    })
    expect(r.verdict.checks.map((c) => [c.name, c.actual, c.passed])).toEqual([
      ['max-lost', 10, false],
      ['lost==10', 10, true],
    ])
  })

  it('gives no end-to-end latency where messages arrived before they were sent, and says so', () => {
    const r = makeReport(outcome({ results: [arrived({ negative: { count: 3, mostMs: 1999.2 } })] }))
    expect(r.endToEndMs).toMatchObject({ count: 0, p99: null })
    expect(reportText(r).split('\n')[1]).toMatch(
      /^3 messages arrived before they were sent, by up to 2,000 ms: the clocks/,
    )
    expect(r.verdict.checks.find((c) => c.name === 'max-p99')).toMatchObject({ actual: null, passed: false })
  })

  it('says that a soak became slower', () => {
    const slower = makeReport(
      outcome({ drift: { firstP99Ms: 54, lastP99Ms: 1211, rssGrowthBytes: 2 ** 21 } }),
    )
    expect(reportText(slower)).toContain(
      'drift: p99 54.0 ms in the first quarter, 1,211 ms in the last; memory of the generator +2 MiB',
    )
    expect(headlines(slower)).toContain('p99 rose from 54 ms in the first quarter to 1,211 ms in the last')
    const steady = makeReport(outcome({ drift: { firstP99Ms: 54, lastP99Ms: 55, rssGrowthBytes: 0 } }))
    expect(headlines(steady).join()).not.toContain('rose')
  })

  it('divides by the planned time of an open loop, unless answers lag behind what is usual', () => {
    const rate = (over: Parameters<typeof worker>[0], input: object = {}) => {
      const config = loadSchema.parse({ publishers: 1, subscribers: 1, qos: 1, duration: '2s', ...input })
      return makeReport(outcome({ config, results: [worker(over)] })).publishRate
    }
    // answers take 2 ms here, the median of 1, 2 and 3
    expect(rate({ lastAcknowledgedMs: 3002 })).toBe(4)
    expect(rate({ lastAcknowledgedMs: 5002 })).toBe(2)
    // at QoS 0 the last PINGRESP tells, some 100 ms later
    expect(rate({ lastAcknowledgedMs: 3090 }, { qos: 0 })).toBe(4)
    expect(rate({ lastAcknowledgedMs: 3002 }, { executor: { kind: 'max' } })).toBeCloseTo(8000 / 2002, 2)
  })

  it.each([
    [{ maxP99: 399 }, 'max-p99', 400],
    [{ maxDuplicated: 0 }, 'max-duplicated', 1],
    // one refused, one never answered
    [{ maxFailed: 1 }, 'max-failed', 2],
    [{ maxErrors: 0 }, 'max-errors', 1],
    [{ minRate: 5 }, 'min-rate', 4],
    [{ maxConnectP99: 2 }, 'max-connect-p99', 3],
  ])('breaks %j', (thresholds, name, actual) => {
    const config = loadSchema.parse({ publishers: 1, subscribers: 1, qos: 1, duration: '2s', thresholds })
    const { verdict } = makeReport(outcome({ config, results: [arrived()] }))
    expect(verdict.passed).toBe(false)
    expect(verdict.checks).toMatchObject([{ name, passed: false }])
    expect(verdict.checks[0]?.actual).toBeCloseTo(actual, 0)
  })

  it('breaks a latency limit when nothing was measured', () => {
    const empty = histogram([])
    const results = [arrived({ histograms: { connect: empty, ack: empty, endToEnd: empty } })]
    expect(makeReport(outcome({ results })).verdict.checks.find((c) => c.name === 'max-p99')).toMatchObject({
      actual: null,
      passed: false,
    })
  })

  it('an aborted run has not passed', () => {
    expect(makeReport(outcome({ aborted: 'gone' })).verdict.passed).toBe(false)
  })

  it('says that it was the generator, above everything else', () => {
    const asked = (thresholds: LoadInput['thresholds']): LoadConfig =>
      loadSchema.parse({ publishers: 1, subscribers: 1, qos: 1, duration: '2s', thresholds })
    const r = makeReport(outcome({ config: asked({ maxP99: 1 }), results: [worker({ lateSends: 5 })] }))
    expect(r.generator.saturated).toBe(true)
    expect(r.verdict).toMatchObject({ passed: false, inconclusive: true })
    expect(outcomeOf(r)).toBe('inconclusive')
    expect(reportText(r)).toContain('verdict: inconclusive: the generator, not the broker, was the limit')
    expect(reportText(r).split('\n')[0]).toMatch(
      /^generator saturated: the results do not measure the broker \(50% of the/,
    )
    // lost messages are the broker's where the generator was late and nothing else
    const config = asked({ maxLost: 0 })
    const lossy = (utilization: number): LoadReport =>
      makeReport(outcome({ config, results: [worker({ lateSends: 5, utilization })] }))
    expect(lossy(0.1).verdict).toMatchObject({ passed: false, inconclusive: false })
    expect(lossy(0.99).verdict).toMatchObject({ passed: false, inconclusive: true })
    const calm = { offered: 100, lateSends: 1, busiestWorker: 0.9, p99LoopDelayMs: 50, stalledShare: 0.2 }
    expect(saturationReasons(calm)).toEqual([])
    expect(saturationReasons({ ...calm, busiestWorker: 0.97 })).toHaveLength(1)
    // one late message is chance, in however short a run
    expect(saturationReasons({ ...calm, offered: 28 })).toEqual([])
    expect(saturationReasons({ ...calm, stalledShare: 0.9 })).toEqual([
      'a worker stood still for 90% of the time: this computer gave it no CPU',
    ])
  })
})

describe('files', () => {
  it('HTML lets nothing in from outside, runs only its own script, and escapes what it shows', async () => {
    const page = reportHtml(makeReport(outcome({ notes: ['<img src=x>'] })), await readChartLibrary())
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? ''
    const script = /<script>([\s\S]*)<\/script>\n<\/body>/.exec(page)?.[1] ?? ''
    const style = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? ''
    const sha = (t: string) => createHash('sha256').update(t).digest('base64')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`script-src 'sha256-${sha(script)}'`)
    expect(policy).toContain(`style-src 'sha256-${sha(style)}'`)
    expect(page.includes('<img src=x>')).toBe(false)
    expect(/(src|href)="(?!data:)/.test(page)).toBe(false)
  })

  it('CSV has one line a step', () => {
    expect(seriesCsv(makeReport(outcome())).split('\n')[1]).toBe('0,10,8,1,9,2,1,2,3,3,5,400,400')
  })

  it('Prometheus counters only grow, and histograms have every value', async () => {
    const metrics = new LoadMetrics({ run: 'r1', shard: '0' })
    const progress = {
      phase: 'publishing' as const,
      elapsedMs: 1,
      plannedMs: null,
      clients: 2,
      connected: 2,
      offered: 7,
      acknowledged: 5,
      failed: 0,
      received: 4,
      expected: 5,
      delivered: 3,
      errors: 0,
      last: makeReport(outcome()).series[0]!,
      generator: null,
    }
    metrics.update(progress)
    metrics.update({ ...progress, offered: 9 })
    const latencies = LatencyHistogram.decode(histogram([0.2, 3, 3, 70_000]))
    metrics.step({ ack: latencies, endToEnd: null })
    metrics.step({ ack: latencies, endToEnd: null })
    const text = await metrics.metrics()
    expect(text).toContain('fleetlab_load_offered_total{run="r1",shard="0"} 9')
    expect(text).toContain('fleetlab_load_saturated{run="r1",shard="0"} 0')
    expect(text).toContain('fleetlab_load_duplicated_total{run="r1",shard="0"} 1')
    expect(text).toContain('fleetlab_load_not_arrived{run="r1",shard="0"} 2')
    expect(text).toMatch(/latency_seconds\{kind="end_to_end",quantile="0.99",.*\} 0.4/)
    // buckets hold what is at or below their bound, and can be added over shards
    const bucket = (le: string): number =>
      Number(new RegExp(`histogram_seconds_bucket\\{kind="ack",le="${le}".*\\} (\\d+)`).exec(text)?.[1])
    expect(['0.0001', '0.00025', '0.0025', '0.005', '60', '\\+Inf'].map(bucket)).toEqual([0, 2, 2, 6, 6, 8])
    expect(text).toMatch(/histogram_seconds_count\{kind="ack".*\} 8/)
  })
})
