import { describe, expect, it } from 'vitest'
import { loadSchema } from '../../../electron/contract/load-config'
import type { LoadReport } from '../../../electron/contract/load-report'
import { mergeReports } from '../../../electron/engine/load/report/merge'
import { readReport } from '../../../electron/engine/load/report/read'
import { makeReport, type RunOutcome } from '../../../electron/engine/load/report/result'
import { summaryLine } from '../../../electron/engine/load/report/text'
import type { WorkerResult } from '../../../electron/engine/load/run/messages'
import { arrived, histogram, outcome, worker } from './report-rig'

describe('merging', () => {
  const shard = (index: number, over: Partial<RunOutcome> = {}): LoadReport =>
    makeReport(outcome({ shard: { index, count: 2 }, isShard: true, ...over }))
  const other = worker({
    identity: {
      publishers: [],
      flows: [{ receiver: 0, publisher: 0, got: [9, 10], duplicated: 0, outOfOrder: 0 }],
      forgotten: 0,
    },
    counts: {
      connected: 1,
      offered: 0,
      acknowledged: 0,
      failed: 0,
      received: 1,
      expected: 1,
      delivered: 1,
      errors: 0,
    },
    histograms: { connect: histogram([9]), ack: histogram([]), endToEnd: histogram([900]) },
  })

  it('adds histograms and accounts by identity; a file survives the way through JSON', () => {
    const files = [shard(0), shard(1, { results: [other], startedAtMs: 1250 })].map((r) =>
      readReport(JSON.stringify(r), 'x.json'),
    )
    const r = mergeReports(files)
    expect([r.endToEndMs.count, r.connectMs.count]).toEqual([3, 2])
    expect(r.endToEndMs.max).toBeGreaterThanOrEqual(900)
    expect([r.offered, r.received, r.lost, r.duplicated]).toEqual([10, 10, 0, 1])
    expect(r.merged).toEqual({ shards: 2, startSpreadMs: 250 })
    expect(r.verdict.checks.map((c) => c.name)).toEqual(['max-p99', 'max-lost', 'min-rate'])
    expect(r.notes.join(' ')).toMatch(/: their clocks agree/)
    // a file with a message that came before it was sent tells otherwise
    const early = worker({ negative: { count: 1, mostMs: 2000 } })
    const skewed = mergeReports([shard(0, { results: [early] }), shard(1, { results: [other] })])
    expect(skewed.negative.count).toBe(1)
    expect(skewed.notes.join(' ')).not.toMatch(/clocks agree/)
    expect(skewed.notes.join(' ')).toMatch(/their clocks do not agree: with --report-to/)
    // a collector compared them already, and could not tell two computers from each other
    const clock = { machine: 'm', offsetMs: 0, errorMs: 0 }
    const compared = [early, other].map((results, index): LoadReport => {
      const r = shard(index, { results: [results] })
      if (r.shard === undefined) throw new Error('no shard')
      return { ...r, shard: { ...r.shard, clock } }
    })
    const same = mergeReports(compared).notes.join(' ')
    expect(same).toMatch(/their clocks do not agree: two computers may have one name/)
    expect(same).not.toMatch(/--report-to/)
  })

  it('without a shard says what is missing, and knows nothing of what its subscribers got', () => {
    const config = loadSchema.parse({ publishers: 2, subscribers: 2, qos: 1, duration: '2s' })
    const two = { publishers: [{ publisher: 0, offered: 10, failed: [], inFlight: [] }], forgotten: 0 }
    const got = { receiver: 0, publisher: 0, got: [0, 9], duplicated: 0, outOfOrder: 0 }
    const results = [worker({ identity: { ...two, flows: [got] } })]
    const r = mergeReports([shard(0, { config, results })])
    expect([r.complete, r.aborted]).toEqual([false, 'no report of shard 1 of 0 to 1'])
    expect([r.verdict.passed, r.expected, r.lost]).toEqual([false, 10, 1])
    expect(r.merged).toEqual({ shards: 1, startSpreadMs: 0, missing: [1] })
    expect(r.notes[0]).toMatch(/^without 1 of 2 publishers and 1 of 2 subscribers: /)
    expect(summaryLine(r)).toMatch(/^Without shard 1: .* 1 publisher and 1 subscriber/)
    // a receiver of the missing shard is no loss
    const fanOut = loadSchema.parse({ publishers: 1, subscribers: 2, qos: 1, duration: '2s' })
    expect(mergeReports([shard(0, { config: fanOut, results })]).expected).toBe(10)
    const shared = loadSchema.parse({ ...fanOut, topology: 'shared-subscription' })
    expect(mergeReports([shard(0, { config: shared, results })]).lost).toBeNull()
  })

  it('puts populations together as one process would have them', () => {
    const config = loadSchema.parse({
      qos: 1,
      duration: '2s',
      thresholds: { maxLost: 0 },
      populations: [
        { name: 'a', publishers: 2, subscribers: 2 },
        { name: 'b', publishers: 2, subscribers: 1, thresholds: { maxLost: 1, maxP99: '5s' } },
      ],
    })
    const sent = (n: number, offered: number) => [{ publisher: n, offered, failed: [], inFlight: [] }]
    const flow = (receiver: number, n: number, got: number[]) => ({
      receiver,
      publisher: n,
      got,
      duplicated: 0,
      outOfOrder: 0,
    })
    // each thread here has what a shard has there; of population b the second has no subscriber
    const thread = (n: number): WorkerResult => {
      const [a] = worker({
        identity: { publishers: sent(n, 10), flows: [flow(n, n, [0, 10])], forgotten: 0 },
      }).groups
      const flows = n === 0 ? [flow(0, 0, [0, 5]), flow(0, 1, [0, 4])] : []
      const [b] = worker({ identity: { publishers: sent(n, 5), flows, forgotten: 0 } }).groups
      return { ...worker(), groups: [a!, b!] }
    }
    const one = makeReport(outcome({ config, results: [thread(0), thread(1)], planned: 7 }))
    const parts = [0, 1].map((n) =>
      readReport(
        JSON.stringify(shard(n, { config, results: [thread(n)], planned: n === 0 ? 4 : 3 })),
        's.json',
      ),
    )
    const merged = mergeReports(parts)
    expect(merged.populations).toEqual(one.populations)
    expect(merged.populations?.map((p) => [p.name, p.expected, p.lost])).toEqual([
      ['a', 20, 0],
      ['b', 10, 1],
    ])
    expect(merged.verdict.checks).toEqual(one.verdict.checks)
    expect(merged.verdict.checks.map((c) => [c.name, c.passed])).toEqual([
      ['max-lost', false],
      ['b: max-p99', true],
      ['b: max-lost', true],
    ])
    const figures = [
      'offered',
      'expected',
      'lost',
      'publishRate',
      'ackMs',
      'endToEndMs',
      'connections',
    ] as const
    for (const name of figures) expect(merged[name]).toEqual(one[name])
    expect(mergeReports(parts.slice(0, 1)).notes[0]).toMatch(
      /^without 2 of 4 publishers and 1 of 3 subscribers/,
    )
    delete parts[0]!.shard!.others
    expect(() => mergeReports(parts)).toThrow('shard 0 does not say what each population measured')
  })

  it.each([
    ['another run', () => [shard(0), shard(1, { runId: 'r2' })], /different runs: r1 and r2/],
    [
      'a different configuration',
      () => [shard(0), { ...shard(1), config: loadSchema.parse({ qos: 2 }) }],
      /a different configuration/,
    ],
    ['a shard twice', () => [shard(0), shard(0)], /listed twice/],
    ['no shard', () => [makeReport(outcome())], /not from a shard/],
  ])('refuses %s', (_what, reports, message) => {
    expect(() => mergeReports(reports())).toThrow(message)
  })

  it('a run of one shard is a shard, and the merge weighs it as the run without a collector does', () => {
    const one = makeReport(outcome({ isShard: true, results: [arrived()] }))
    const merged = mergeReports([readReport(JSON.stringify(one), 's.json')])
    expect(merged.complete).toBe(true)
    expect(merged.verdict).toEqual(one.verdict)
    expect(one.verdict.checks.map((c) => c.name)).toEqual(['max-p99', 'max-lost', 'min-rate'])
    expect(merged.connections).toEqual(one.connections)
  })

  it('refuses a broken file with its name and the place', () => {
    const broken = structuredClone(shard(0))
    broken.shard!.identity.flows[0]!.got = [5, 3]
    expect(() => readReport(JSON.stringify(broken), 's.json')).toThrow(
      /s\.json: is not a load report: shard\.identity\.flows\.0\.got/,
    )
    const { aborted, ...earlier } = makeReport(outcome({ aborted: 'gone' }))
    const old = JSON.stringify({ ...earlier, brokenOff: aborted })
    expect(readReport(old, 's.json')).toEqual({ ...earlier, aborted: 'gone' })
    expect(() => readReport('{', 's.json')).toThrow('s.json: is not JSON')
  })
})
