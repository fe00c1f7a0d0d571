import { expect, it } from 'vitest'
import { loadSchema } from '../../../electron/contract/load-config'
import { HIDDEN_PROPERTY } from '../../../electron/contract/load-headers'
import { inputOfFile } from '../../../electron/contract/load-flags'
import { populationsOf } from '../../../electron/contract/load-config'
import { readReport } from '../../../electron/engine/load/report/read'
import { reportText } from '../../../electron/engine/load/report/text'
import { freshRunId } from '../../../electron/engine/load/run/run-id'
import { totalRate, withTotalRate } from '../../../electron/engine/load/run/total-rate'
import { describeExecutor } from '../../../electron/engine/load/run/executors'
import { runLoad } from '../../../electron/engine/load/run/run-load'

const problem = (input: object): [string, string] | null => {
  const issue = loadSchema.safeParse(input).error?.issues[0]
  return issue === undefined ? null : [issue.path.join('.'), issue.message]
}

it('shares the clients out without rest, and each population has what it does not say from the run', () => {
  const file = {
    publishers: 10,
    subscribers: 3,
    topology: 'fan-in',
    'keep-alive': '30s',
    populations: [
      { name: 'a', share: '33%', qos: 1, rate: '6/min' },
      { name: 'b', share: 0.33, 'keep-alive': '5s', protocol: '5.0' },
      { name: 'c', share: '34%', subscribers: 0 },
    ],
  }
  const config = loadSchema.parse(inputOfFile(file))
  const runs = populationsOf(config)
  expect(runs.map((p) => [p.name, p.config.publishers, p.config.subscribers, p.before.publishers])).toEqual([
    ['a', 3, 1, 0],
    ['b', 4, 1, 3],
    ['c', 3, 0, 7],
  ])
  expect([config.publishers, config.subscribers, config.qos]).toEqual([10, 2, 1])
  expect(runs[0]?.config).toMatchObject({
    qos: 1,
    keepAlive: 30_000,
    executor: { rate: 0.1 },
    topic: 'fleetlab/a',
  })
  expect(runs[1]?.config).toMatchObject({ qos: 0, keepAlive: 5000, protocol: 5, executor: { rate: 10 } })
  expect(loadSchema.parse(config)).toEqual(config)
})

it.each([
  [0.000_04, '0.004%'],
  [0.29, '29%'],
  [0.999_99, '99.999%'],
])('a reconnect storm of the share %d says %s', (share, text) => {
  const executor = { kind: 'reconnect-storm', rate: 1, every: '10s', share }
  expect(describeExecutor(loadSchema.parse({ executor }))).toContain(
    ` ${text} of the connections cut every 10s`,
  )
})

it('says where a population is wrong', () => {
  const one = { name: 'a', publishers: 2 }
  expect(problem({ populations: [one, one] })).toEqual(['populations.1.name', 'expected each name once'])
  expect(problem({ populations: [{ ...one, topology: 'pairs' }] })).toEqual([
    'populations.0.subscribers',
    'expected 2, one for each publisher (topology pairs) (population a)',
  ])
  // what is wrong with settings of the run alone is said once, and of no population
  const three = [1, 2, 3].map((n) => ({ name: `p${n}`, publishers: n }))
  const ofRun = { url: 'mqtt://h', alpn: ['mqtt'], protocol: 5 as const, userProperties: ['token=***'] }
  const issues = loadSchema.safeParse({ ...ofRun, populations: three }).error?.issues ?? []
  expect(issues.map((i) => [i.path.join('.'), i.message])).toEqual([
    ['alpn', 'expected an address with mqtts:// for ALPN'],
    ['userProperties', HIDDEN_PROPERTY],
  ])
  const churning = three.map((p, i) => ({ ...p, subscribers: i }))
  expect(problem({ churnEvery: '5s', populations: churning })).toEqual([
    'churnEvery',
    'expected at least one subscriber (population p1)',
  ])
  expect(problem({ messages: 5, populations: [one] })).toEqual([
    'messages',
    'expected messages in each population',
  ])
  expect(problem({ populations: [{ ...one, executor: { kind: 'soak' } }] })?.[0]).toBe(
    'populations.0.executor',
  )
  expect(problem({ populations: [{ name: 'a', share: 2 }] })?.[0]).toBe('populations.0.share')
})

it('raises the rates of all populations alike', () => {
  const populations = [
    { name: 'a', publishers: 2, executor: { kind: 'constant-rate', rate: 3 } },
    { name: 'b', publishers: 4 },
    { name: 'c', publishers: 0, subscribers: 1, executor: { kind: 'max' } },
  ] as const
  const config = loadSchema.parse({ populations })
  expect(totalRate(config)).toBe(46)
  const raised = withTotalRate(config, 460)
  expect(totalRate(raised)).toBeCloseTo(460)
  expect(populationsOf(raised).map((p) => p.config.executor)).toMatchObject([
    { rate: 30 },
    { rate: 100 },
    { kind: 'max' },
  ])
  expect(totalRate(withTotalRate(loadSchema.parse({ publishers: 7 }), 21))).toBeCloseTo(21)
  expect(totalRate(loadSchema.parse({ executor: { kind: 'max' } }))).toBeNull()
})

it('runs populations of different QoS, versions and executors side by side, with a row for each', async () => {
  const config = loadSchema.parse({
    url: 'embedded',
    workers: 2,
    drain: '5s',
    populations: [
      { name: 'sensors', publishers: 6, subscribers: 1, messages: 60, executor: { kind: 'max' } },
      {
        name: 'valves',
        publishers: 2,
        subscribers: 2,
        messages: 20,
        qos: 2,
        protocol: 5,
        executor: { kind: 'max' },
      },
      {
        name: 'meters',
        publishers: 3,
        subscribers: 0,
        messages: 9,
        qos: 1,
        executor: { kind: 'constant-rate', rate: 30 },
        thresholds: { maxFailed: 0, expressions: ['rate>=1000'] },
      },
      {
        name: 'boards',
        publishers: 1,
        subscribers: 3,
        messages: 5,
        qos: 1,
        size: 12,
        executor: { kind: 'max' },
      },
      {
        name: 'visitors',
        publishers: 2,
        subscribers: 1,
        messages: 30,
        qos: 2,
        resume: true,
        executor: { kind: 'max' },
        thinkTime: 10,
        startWait: 20,
        disconnectEvery: 60,
        disconnectKind: 'mixed',
        awayFor: 20,
        churnEvery: 30,
      },
      {
        name: 'asking',
        publishers: 4,
        subscribers: 2,
        messages: 20,
        qos: 1,
        protocol: 5,
        request: true,
        executor: { kind: 'max' },
      },
      {
        name: 'older',
        publishers: 2,
        subscribers: 2,
        messages: 10,
        request: true,
        payload: '{"question":%n}',
        executor: { kind: 'constant-rate', rate: 50 },
      },
      {
        name: 'plant',
        publishers: 3,
        subscribers: 1,
        messages: 6,
        qos: 1,
        size: 12,
        topic: 'plant/%c/%i',
        topics: ['temperature', 'state'],
        executor: { kind: 'max' },
      },
      {
        name: 'neighbours',
        publishers: 1,
        subscribers: 2,
        messages: 3,
        payload: '{"n":%n}',
        topic: 'plant/%c/%i',
        topics: ['state'],
        executor: { kind: 'max' },
      },
    ],
  })
  const r = await runLoad(config, { runId: freshRunId() })
  const rows = r.populations?.map((p) => [
    p.name,
    p.offered,
    p.acknowledged,
    p.expected,
    p.lost,
    p.duplicated,
  ])
  expect(rows).toEqual([
    ['sensors', 60, 60, 60, 0, 0],
    ['valves', 20, 20, 20, 0, 0],
    ['meters', 9, 9, 0, 0, 0],
    ['boards', 5, 5, 15, 0, 0],
    ['visitors', 30, 30, 30, 0, 0],
    ['asking', 20, 20, 20, 0, 0],
    ['older', 10, 10, 10, 0, 0],
    // these two hear each other and count their own
    ['plant', 6, 6, 6, 0, 0],
    ['neighbours', 3, 3, 6, 0, 0],
  ])
  expect(r.verdict.checks.map((c) => [c.name, c.passed])).toEqual([
    ['meters: max-failed', true],
    ['meters: rate>=1000', false],
  ])
  const asked = r.populations?.slice(5, 7)
  expect(asked?.map((p) => [p.roundTripMs?.count, p.roundTripMs?.unanswered])).toEqual([
    [20, 0],
    [10, 0],
  ])
  expect(asked?.[0]?.roundTripMs?.mean).toBeGreaterThan(asked?.[0]?.endToEndMs.mean ?? Infinity)
  const { established, reconnected, left = 0, lost } = r.connections
  expect([r.offered, r.expected, r.received, established - reconnected]).toEqual([163, 167, 167, 38])
  // who left last may not have come back before the end
  expect([lost, left >= reconnected, reconnected > 0]).toEqual([0, true, true])
  expect(r.populations?.map((p) => p.ackMs.count)).toEqual([0, 20, 9, 5, 30, 20, 0, 6, 0])
  expect(r.populations?.map((p) => p.endToEndMs.count)).toEqual([60, 20, 0, 15, 30, 20, 10, 6, 6])
  expect(r.populations?.flatMap((p) => ((p.churnMs?.count ?? 0) > 0 ? [p.name] : []))).toEqual(['visitors'])
  expect(readReport(JSON.stringify(r), 'r.json').populations).toEqual(r.populations)
  expect(reportText(r)).toMatch(/\nvalves +2 +2 +2 +20 /)
})
