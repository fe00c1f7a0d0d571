import { headlines, UNCONFIRMED } from '../../../../electron/contract/load-headlines'
import { describe, expect, it } from 'vitest'
import type { LoadEvent, LoadNow } from '../../../../electron/contract/load'
import type { LoadProgress } from '../../../../electron/contract/load-report'
import { saturationReasons } from '../../../../electron/engine/load/report/saturation'
import { loadSchema, type LoadConfig, type LoadInput } from '../../../../electron/contract/load-config'
import { endedText, explain, tooFewText } from '../../../../electron/engine/load/run/failures'
import { refusalHint, refusedText } from '../../../../electron/engine/load/run/hints'
import { lacking } from '../../../../electron/engine/load/run/lacking'
import { loadBrief } from '../../../../renderer/features/load/checks'
import { commonLatency, compareRows, differences, overlays } from '../../../../renderer/features/load/compare'
import { LINE_KEYS, readLine } from '../../../../renderer/features/load/engine-lines'
import { checksSoFar, figuresNow, fractionOf, joinPoints } from '../../../../renderer/stores/load-live'
import { resultFigures } from '../../../../renderer/features/load/result'
import { chartsOf, logScale, runSeries, splits125, spread } from '../../../../renderer/features/load/series'
import { loadEnglish } from '../../../../renderer/features/load/texts.en'
import { loadReportDouble, NOTHING, pointDouble } from '../../../helpers/load-report-double'

const config = loadSchema.parse({ publishers: 10, duration: '10s' })
const now: LoadNow = {
  runId: 'r1',
  number: 1,
  startedAtMs: 0,
  config,
  state: 'running',
  error: null,
  progress: null,
}
const event = (from: number, seconds: number[], runId = 'r1'): LoadEvent => ({
  now: { ...now, runId },
  from,
  points: seconds.map((s) => pointDouble(s)),
  history: 0,
})
const progress: LoadProgress = {
  phase: 'publishing',
  elapsedMs: 2500,
  plannedMs: 10_000,
  clients: 11,
  connected: 11,
  offered: 250,
  acknowledged: 250,
  failed: 0,
  received: 250,
  errors: 3,
  last: null,
  generator: null,
}

describe('the running test', () => {
  it('joins points, and forgets those of another run or after a gap', () => {
    const two = joinPoints(null, event(0, [0, 1]))
    expect(joinPoints(two, event(2, [2]))?.points.map((p) => p.atMs)).toEqual([0, 1000, 2000])
    expect(joinPoints(two, event(1, [7]))?.points.map((p) => p.atMs)).toEqual([0, 7000])
    expect(joinPoints(two, event(5, [5]))).toMatchObject({ first: 5, points: [{ atMs: 5000 }] })
    expect(joinPoints(two, event(0, [9], 'r2'))).toMatchObject({ runId: 'r2', points: [{ atMs: 9000 }] })
    expect(joinPoints(two, { ...event(0, []), now: null })).toBeNull()
  })

  it('is as far as its time or its messages say', () => {
    expect(fractionOf(progress, config)).toBe(0.25)
    const counted = loadSchema.parse({ messages: 1000 })
    expect(fractionOf({ ...progress, plannedMs: null }, counted)).toBe(0.25)
    expect(fractionOf({ ...progress, phase: 'connecting', connected: 1, clients: 4 }, config)).toBe(0.25)
    expect(fractionOf({ ...progress, phase: 'waiting' }, config)).toBeNull()
    expect(fractionOf(null, config)).toBeNull()
  })

  it('calls failed only what cannot recover any more', () => {
    const strict = loadSchema.parse({
      ...config,
      warmup: 1000,
      thresholds: { maxP99: 20, maxErrors: 2, maxFailed: 0, maxLost: 0, minRate: 50 },
    })
    const slow = { p50: 5, p95: 20, p99: 30 }
    const points = [
      pointDouble(0, { endToEnd: { ...slow, p99: 900 } }),
      pointDouble(1),
      pointDouble(2, { endToEnd: slow }),
    ]
    const checks = Object.fromEntries(checksSoFar(strict, points, 1000, progress).map((c) => [c.name, c]))
    expect(checks['max-p99']).toMatchObject({ state: 'beyond', actual: 30 })
    expect(checks['max-errors']).toMatchObject({ state: 'failed', actual: 3 })
    expect(checks['max-failed']).toMatchObject({ state: 'passed', actual: 0 })
    expect(checks['max-lost']).toMatchObject({ state: 'end', actual: null })
    expect(checks['min-rate']).toMatchObject({ state: 'passed', actual: 100 })
  })

  it('tells messages in flight from failed ones until the end decides', () => {
    const strict = loadSchema.parse({ ...config, thresholds: { maxFailed: 2 } })
    const waiting = { ...progress, acknowledged: 245, failed: 1 }
    expect(checksSoFar(strict, [], 1000, waiting)).toEqual([
      { name: 'max-failed', limit: 2, actual: 5, state: 'unanswered' },
    ])
  })

  it('counts what arrives where there are subscribers, else what is acknowledged', () => {
    const points = [pointDouble(0, { received: 80, acknowledged: 60 })]
    expect(figuresNow(config, points, 2000)).toMatchObject({ rate: 40, arrived: true, latency: { p99: 12 } })
    const alone = loadSchema.parse({ subscribers: 0, qos: 1 })
    expect(figuresNow(alone, points, 1000)).toMatchObject({
      rate: 60,
      arrived: false,
      latency: { p99: null },
    })
  })
})

describe('charts of a run', () => {
  it('has a chart for each thing that can be measured', () => {
    const ids = (r: Parameters<typeof loadReportDouble>[0]) =>
      chartsOf(runSeries(loadReportDouble(r))).map((c) => [c.id, ...c.lines.map((l) => l.id)].join(' '))
    expect(ids({ qos: 1 })).toEqual([
      'latency p50 p95 p99',
      'throughput offered acknowledged received',
      'connected connected',
      'errors errors',
    ])
    expect(ids({ subscribers: 0 })).toEqual([
      'throughput offered sent',
      'connected connected',
      'errors errors',
    ])
    expect(ids({ executor: { kind: 'connection-storm' } })).toEqual(['connected connected', 'errors errors'])
  })

  it('says nothing of the rate of a step that was cut short, and drops an empty tail', () => {
    const series = [0, 1, 2].map((s) => pointDouble(s))
    const r = loadReportDouble(
      {},
      { series: [...series, pointDouble(10, { acknowledged: 1, received: 0 })], elapsedMs: 2500 },
    )
    const [, throughput] = chartsOf(runSeries(r))
    expect(throughput?.xs).toEqual([1, 2, 3])
    expect(throughput?.lines[2]?.values).toEqual([100, 100, null])
  })

  it('scales by steps of 1, 2, 5 that hold all values and the limit', () => {
    expect(logScale([{ values: [3, null, 70] }], 120)).toEqual({ log: true, min: 2, max: 200 })
    expect(logScale([{ values: [1, 1] }], null)).toEqual({ log: true, min: 1, max: 10 })
    expect(logScale([{ values: [] }], null)).toEqual({ log: true, min: 0.1, max: 10 })
    expect(splits125(0.5, 20)).toEqual([0.5, 1, 2, 5, 10, 20])
  })

  it('keeps names of lines apart and within the chart', () => {
    expect(spread([10, 11, 50], 10, 0, 60)).toEqual([10, 20, 50])
    expect(spread([59, 58], 10, 0, 60)).toEqual([60, 50])
  })
})

describe('a finished run', () => {
  it('is summed up by the latency that tells most and by what went wrong', () => {
    const figures = resultFigures(loadReportDouble({}, { lost: 4, errors: { a: 2, b: 1 } }))
    expect(figures.map((f) => [f.id, f.value, f.bad])).toEqual([
      ['receiveRate', 100, false],
      ['p50', 2, false],
      ['p95', expect.closeTo(8.67, 1), false],
      ['p99', 12, false],
      ['lost', 4, true],
      ['errors', 3, true],
    ])
    const storm = resultFigures(loadReportDouble({ executor: { kind: 'connection-storm' } }))
    expect(storm.map((f) => f.id)).toEqual([
      'established',
      'p50',
      'p95',
      'p99',
      'refusedConnections',
      'errors',
    ])
  })

  it('is told briefly', () => {
    expect(loadBrief(config)).toEqual({ key: 'constant-rate', values: { publishers: 10, rate: 10 } })
  })
})

describe('two runs', () => {
  const a = loadReportDouble({ qos: 0 })
  const b = loadReportDouble(
    { qos: 1, insecure: true },
    { lost: 5, publishRate: 150, endToEndMs: { ...a.endToEndMs, p99: 6 } },
  )
  const row = (key: string) => compareRows(a, b).find((r) => r.key === key)

  it('has every figure with its difference and which way is better', () => {
    expect(row('publishRate')).toMatchObject({ a: 100, b: 150, change: 50, share: 0.5, better: true })
    expect(row('endToEnd:p99')).toMatchObject({ change: -6, share: -0.5, better: true })
    expect(row('lost')).toMatchObject({ change: 5, share: null, better: false })
    expect(row('duplicated')).toMatchObject({ change: 0, better: null })
    expect(row('ack:p99')).toBeUndefined()
  })

  it('names the settings that differ', () => {
    expect(differences(a, b)).toEqual([
      { flag: 'qos', a: '0', b: '1' },
      { flag: 'insecure', a: null, b: 'on' },
    ])
    expect(differences(a, a)).toEqual([])
  })

  it('lays curves over one another at their own times', () => {
    const short = loadReportDouble({}, { series: [pointDouble(0), pointDouble(1)], elapsedMs: 2000 })
    const [curve, p99, rate] = overlays(a, short)
    expect(curve?.names).toContain('p99.9')
    expect(curve?.lines[0]?.values).toHaveLength(7)
    expect(p99?.xs).toHaveLength(10)
    expect(p99?.lines[1]?.values.slice(0, 3)).toEqual([12, 12, null])
    expect(rate?.id).toBe('throughput')
    expect(commonLatency(a, b)).toBe('endToEnd')
  })
})

describe('lines of the engine', () => {
  const errorOf = (code: string) => Object.assign(new Error(code), { code })

  it('knows what the engine really says', () => {
    const reasons = saturationReasons({
      offered: 100,
      lateSends: 50,
      busiestWorker: 0.99,
      p99LoopDelayMs: 200,
      stalledShare: 0.9,
    })
    expect(reasons.map((r) => readLine(r)?.key)).toEqual(['late', 'busy', 'heldUp', 'stoodStill'])
    // a percentage is the page's to write: without a space, as all its others
    expect(reasons.map((r) => readLine(r)?.values.n)).toEqual(['50', '99', '200', '90'])
    const silent = { ...NOTHING, count: 9, unanswered: 4 }
    const hung = loadReportDouble(
      { qos: 1 },
      {
        ackMs: silent,
        endToEndMs: silent,
        connectMs: silent,
        drift: { firstP99Ms: 54, lastP99Ms: 1211, rssGrowthBytes: 0 },
        negative: { count: 3, mostMs: 1999.5 },
        errors: { [UNCONFIRMED]: 2 },
      },
    )
    expect(headlines(hung).map((l) => readLine(l)?.key)).toEqual([
      'inFlight',
      'neverArrived',
      'clocks',
      'drifted',
      'neverConnected',
      'unconfirmed',
    ])
    const codes = {
      ECONNREFUSED: 'refused',
      ECONNRESET: 'reset',
      ETIMEDOUT: 'noAnswer',
      ENOTFOUND: 'noName',
      EMFILE: 'openFiles',
      EADDRNOTAVAIL: 'noPorts',
      DEPTH_ZERO_SELF_SIGNED_CERT: 'selfSigned',
      UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknownCa',
      CERT_HAS_EXPIRED: 'expired',
      ERR_TLS_CERT_ALTNAME_INVALID: 'otherHost',
      ERR_SSL_WRONG_VERSION_NUMBER: 'noTls',
    }
    for (const [code, key] of Object.entries(codes))
      expect(readLine(explain('connection failed', errorOf(code)))?.key, code).toBe(key)
  })

  it('takes a line apart, with the line within it', () => {
    const line = readLine(
      'cannot connect to mqtt://127.0.0.1:1: connection refused: nothing is listening there',
    )
    expect(line).toEqual({
      key: 'cannotConnect',
      values: { url: 'mqtt://127.0.0.1:1' },
      inner: 'connection refused: nothing is listening there',
    })
    expect(readLine('something new')).toBeNull()
  })

  it('knows each way in which a broker does not take the run, with the hint', () => {
    const config = (input: LoadInput): LoadConfig => loadSchema.parse(input)
    const reached = { connected: true, published: true }
    const CLOSED = 'connection closed by the broker'
    const hinted = (cause: string, input: LoadInput, at = reached): (string | undefined)[] => {
      const line = readLine(`mqtt://127.0.0.1:1: ${cause}${refusalHint(cause, config(input), at)}`)
      const hint = readLine(line?.inner ?? '')
      return [line?.key, hint?.key, readLine(hint?.inner ?? '')?.key]
    }
    const not = { connected: false, published: false }
    expect([
      hinted(CLOSED, { qos: 1 }),
      hinted(CLOSED, { retain: true, qos: 0 }),
      hinted(CLOSED, { retain: true, qos: 2 }),
      hinted(CLOSED, { size: 1 }),
      hinted(CLOSED, { payload: '{}' }),
      hinted(CLOSED, { protocol: 5 }, not),
      hinted(CLOSED, { willTopic: 'w', willQos: 2 }, not),
      hinted('an acknowledgement of the wrong kind: type 4 at QoS 2', { qos: 2 }),
    ]).toEqual([
      ['atBroker', 'atFirstQos', 'closed'],
      ['atBroker', 'atFirstRetained', 'closed'],
      ['atBroker', 'atFirstBoth', 'closed'],
      ['atBroker', 'atFirstSize', 'closed'],
      ['atBroker', 'atFirst', 'closed'],
      ['atBroker', 'tryVersion', 'closed'],
      ['atBroker', 'tryWill', 'closed'],
      ['atBroker', 'lowersQos', 'wrongKind'],
    ])
    const refused = 'CONNACK 0x9b QoS not supported'
    const willed = config({ willTopic: 'w', willQos: 2 })
    expect(readLine(refused + refusalHint(refused, willed, not))?.key).toBe('tryWillQos')
    const shared = config({ retain: false, topology: 'shared-subscription' })
    const none = { retains: false, sharedSubscriptions: false, wildcards: false }
    const said = [
      lacking(config({ retain: true }), none, []),
      lacking(shared, none, []),
      lacking(config({}), none, ['a/+']),
    ]
    expect(said.map((line) => readLine(line ?? '')?.key)).toEqual(['noRetained', 'noShared', 'noWildcards'])
    const reason = 'CONNACK 0x03 server unavailable'
    // a client that was refused: which, with which code, and what to do
    const toldOf = (cause: string): (string | undefined)[] => {
      const few = {
        connected: 1,
        wanted: '9 clients',
        enough: false,
        reason: refusedText('c 7', cause, config({})),
      }
      const outer = readLine(tooFewText(config({}), few))
      const client = readLine(outer?.inner ?? '')
      const why = readLine(client?.inner ?? '')
      return [outer?.key, client?.values.client, why?.key, why?.values.code]
    }
    for (const [cause, key] of [
      [reason, 'mayBeFull'],
      ['CONNACK 0x88 server unavailable', 'mayBeFull'],
      ['CONNACK 0x89 server busy', 'mayBeFull'],
      ['CONNACK 0x97 quota exceeded', 'noMoreClients'],
      ['CONNACK 0x9f connection rate exceeded', 'noMoreClients'],
      ['CONNACK 0x02 client identifier rejected', 'clientIdRefused'],
      ['CONNACK 0x9d server moved', 'otherServer'],
      ['CONNACK 0x05 not authorized', 'login'],
      ['SUBACK 0x87 not authorized', 'login'],
    ] as const)
      expect(toldOf(cause).slice(1)).toEqual(['c 7', key, cause])
    expect(toldOf(reason)[0]).toBe('tooFewRefused')
    const told = (cause: string) => readLine(refusedText('c: 7', cause, config({})))
    const values = { client: 'c: 7' }
    expect(
      ['CONNACK 0x8a banned', 'SUBACK 0x80 unspecified error', 'the broker supports at most QoS 1'].map(told),
    ).toMatchObject([
      { key: 'clientRefused', values: { ...values, code: 'CONNACK 0x8a banned' } },
      { key: 'subscriptionRefused', values: { ...values, code: 'SUBACK 0x80 unspecified error' } },
      { key: 'ofClient', values, inner: 'the broker supports at most QoS 1' },
    ])
    // in the table of errors, where no client is named
    expect(readLine('CONNACK 0x8a banned')?.key).toBe('connack')
    expect(readLine('SUBACK 0x80 unspecified error')?.key).toBe('suback')
    const few = { connected: 95, wanted: '100 clients', enough: true, reason }
    expect(readLine(tooFewText(config({}), few))?.inner).toBe(reason)
    expect(
      readLine(tooFewText(config({}), { ...few, wanted: '5 subscribers', reason: CLOSED })),
    ).toMatchObject({ key: 'tooFewSubscribers', inner: CLOSED })
    const ended = endedText(config({}), { planned: 1000, text: reason, refused: true })
    expect(readLine(ended)).toMatchObject({ key: 'ended', inner: reason })
  })

  it('has a text for each', () => {
    expect(Object.keys(loadEnglish.said).sort()).toEqual([...LINE_KEYS].sort())
  })
})
