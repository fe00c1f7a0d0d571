import { fc, test } from '@fast-check/vitest'
import { afterEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { serveWatch, type WatchServer } from '../../../electron/cli/load-watch-server'
import { loadSchema } from '../../../electron/contract/load-config'
import type { LoadReport } from '../../../electron/contract/load-report'
import { LatencyHistogram } from '../../../electron/engine/base/latency-histogram'
import { mergeReports } from '../../../electron/engine/load/report/merge'
import { reportText } from '../../../electron/engine/load/report/text'
import { ClockWatch, clockSample } from '../../../electron/engine/load/watch/clock-sync'
import { Collector, type ShardLink } from '../../../electron/engine/load/watch/collector'
import { CollectorLink } from '../../../electron/engine/load/watch/collector-link'
import type { FromShard, ToShard } from '../../../electron/engine/load/watch/protocol'
import { loadReportDouble } from '../../helpers/load-report-double'
import { until } from '../../helpers/until'

const config = loadSchema.parse({ publishers: 10, subscribers: 2, qos: 1, duration: '10s' })
const encoded = (ms: number[]): string => {
  const h = new LatencyHistogram()
  for (const v of ms) h.record(v)
  return h.encode()
}

/** The report of one of `count` shards, with latencies of 2 and 8 ms. */
function shardReport(index: number, count: number, over: Partial<LoadReport['shard']> = {}): LoadReport {
  return loadReportDouble(
    {},
    {
      config,
      runId: 'r1',
      shard: {
        index,
        count,
        startedAtMs: 1000,
        startAtMs: null,
        endedAtMs: 11_000,
        hostname: `host-${index}`,
        histograms: { connect: encoded([1]), ack: encoded([2, 8]), endToEnd: encoded([2, 8]) },
        identity: { publishers: [], flows: [], forgotten: 0 },
        ...over,
      },
    },
  )
}

describe('clocks', () => {
  test.prop([
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: 0, max: 500, noNaN: true }),
    fc.double({ min: 0, max: 500, noNaN: true }),
    fc.double({ min: 0, max: 50, noNaN: true }),
  ])(
    'the true offset is never outside the error, however uneven the two ways are',
    (offset, out, back, work) => {
      const sentMs = 1000
      const takenMs = sentMs + out + offset
      const sample = clockSample({
        sentMs,
        takenMs,
        answeredMs: takenMs + work,
        receivedMs: sentMs + out + work + back,
      })
      expect(Math.abs(sample.offsetMs - offset)).toBeLessThanOrEqual(sample.errorMs + 1e-6)
      // a clock that has drifted since it was set is off by more than a good exchange alone says
      const watch = new ClockWatch(sample.offsetMs, sample)
      watch.add({ offsetMs: sample.offsetMs + 3, errorMs: 0.1 })
      expect(watch.errorMs).toBeGreaterThanOrEqual(3)
    },
  )

  it('refuse end-to-end figures that they cannot know, beside their error, and one computer has none', () => {
    const clock = (machine: string, errorMs: number) => ({ clock: { machine, offsetMs: 250, errorMs } })
    const r = mergeReports([shardReport(0, 2, clock('a', 1)), shardReport(1, 2, clock('b', 2))])
    expect(r.endToEndMs).toMatchObject({ count: 4, min: null, p50: null })
    expect(r.endToEndMs.p99).toBeCloseTo(8, 1)
    expect(r.ackMs.p50).toBeCloseTo(2, 1)
    expect(r.merged?.clockErrorMs).toBe(3)
    const text = reportText(r)
    expect(text).toMatch(/^end to end \(± 3\.00\) +- +8\.00/m)
    expect(text).toMatch(/host-0 \+250\.00 ± 1\.00 ms, host-1 \+250\.00 ± 2\.00 ms; .* exact to ± 3\.00 ms/)
    const one = mergeReports([shardReport(0, 2, clock('a', 1)), shardReport(1, 2, clock('a', 2))])
    expect(one.endToEndMs.p50).toBeCloseTo(2, 1)
    expect(one.merged?.clockErrorMs).toBe(0)
  })
})

/** A collector whose time the test moves, and its shards. */
function rig(waitMs = 60_000) {
  let nowMs = 1_000_000
  const lines: string[] = []
  const collector = new Collector({
    now: () => nowMs,
    runId: 'r1',
    machine: 'here',
    clockOffsetMs: 5,
    waitMs,
    say: (line) => void lines.push(line),
  })
  const shard = (index: number, over: Partial<Extract<FromShard, { type: 'hello' }>> = {}) => {
    const got: ToShard[] = []
    const link: ShardLink = { send: (m) => void got.push(m), close: () => undefined }
    const end = collector.connect(link)
    const clock = { offsetMs: 10 + index, errorMs: 0.1 }
    const name = { instance: `i${index}`, host: `host-${index}`, machine: 'm' }
    end.take({ type: 'hello', version: 1, index, count: 3, ...name, config, runId: null, clock, ...over })
    return { ...end, got, last: () => got.at(-1) }
  }
  const pass = (ms: number): void => {
    for (let left = ms; left > 0; left -= 100) {
      nowMs += 100
      collector.tick()
    }
  }
  return { collector, lines, shard, pass, now: () => nowMs }
}

describe('the collector', () => {
  it('begins when the last shard is ready, at one time for all; shards of one machine have one clock', () => {
    const { collector, shard, pass, lines, now } = rig()
    const shards = [shard(0), shard(1)]
    for (const s of shards) s.take({ type: 'ready' })
    pass(1000)
    expect(shards[0]?.last()).toEqual({ type: 'welcome', runId: 'r1', clockOffsetMs: 10, exact: false })
    const late = shard(2)
    late.take({ type: 'ready' })
    collector.tick()
    for (const s of [...shards, late]) expect(s.last()).toEqual({ type: 'start', atMs: now() + 1000 })
    expect(late.got[0]).toMatchObject({ clockOffsetMs: 10 })
    // the collector's own clock is known without any exchange
    expect(rig().shard(0, { machine: 'here' }).got[0]).toMatchObject({ clockOffsetMs: 5, exact: true })
    expect(lines.at(-1)).toBe('shards 0, 1, 2 of 0 to 2 begin together')
    for (const [i, s] of [...shards, late].entries())
      s.take({ type: 'report', report: JSON.stringify(shardReport(i, 3)) })
    expect([collector.over, collector.merged()?.merged?.shards]).toEqual([true, 3])
  })

  it('begins without who does not come, and says what that means', () => {
    const { collector, shard, pass, lines } = rig(5000)
    const there = shard(0)
    there.take({ type: 'ready' })
    const slow = shard(1)
    pass(4900)
    slow.take({ type: 'time', sentMs: 0 })
    there.take({ type: 'time', sentMs: 0 })
    expect(there.last()?.type).toBe('time')
    pass(300)
    expect([there.last()?.type, slow.last()?.type]).toEqual(['start', 'refused'])
    expect(lines.join('\n')).toMatch(/shard 2 did not come; the run begins without/)
    expect(shard(2).last()).toEqual({ type: 'refused', text: 'the run has begun without it' })
    there.take({ type: 'report', report: JSON.stringify(shardReport(0, 3)) })
    expect(collector.over).toBe(true)
    expect(collector.merged()?.aborted).toBe('no report of shards 1, 2 of 0 to 2')
  })

  it('says within two seconds that a shard is silent or lost, and what its figures miss', () => {
    const { collector, shard, pass, lines } = rig()
    const shards = [shard(0), shard(1), shard(2)]
    for (const s of shards) s.take({ type: 'ready' })
    pass(100)
    for (const [i, s] of shards.slice(0, 2).entries()) {
      const told = { acknowledged: 9, failed: 0, received: 9, errors: 0, last: null, generator: null }
      const progress = {
        clients: 4,
        connected: 4,
        offered: 10,
        plannedMs: null,
        elapsedMs: 800 + 100 * i,
        ...told,
      }
      s.take({ type: 'progress', progress: { phase: 'publishing', ...progress } })
    }
    shards[1]?.ended()
    expect(lines).toContain('shard 1 on host-1 is lost: its connection has ended')
    expect(collector.live?.total).toMatchObject({
      phase: 'publishing',
      connected: 4,
      offered: 20,
      elapsedMs: 900,
    })
    expect(lines.join('\n')).toMatch(
      /clients: without 3 of 10 publishers and 1 of 2 subscribers; until then .*\n.*lower bounds/,
    )
    // it comes back, as the same process
    expect(shard(1, { instance: 'another' }).last()?.type).toBe('refused')
    const back = shard(1)
    expect(back.last()?.type).toBe('start')
    pass(1600)
    expect(lines.filter((l) => /is silent: nothing was heard of it for 1\.5 s/.test(l))).toHaveLength(3)
    back.take({ type: 'time', sentMs: 0 })
    expect(lines.at(-1)).toBe('shard 1 can be heard again')
    pass(12_000)
    expect(collector.views.map((s) => s.state)).toEqual(['lost', 'lost', 'lost'])
    pass(11_000)
    expect([collector.over, collector.merged()]).toEqual([true, null])
  })

  it.each([
    [{ version: 2 }, /use the same version/],
    [{ runId: 'r2' }, /belongs to run r2, and this is run r1/],
    [{ count: 4 }, /one of 4 shards, and this run has 3/],
    [{ config: loadSchema.parse({ publishers: 11 }) }, /configuration is another/],
    [{ index: 0, instance: 'x' }, /shard 0 is there already, from host-0/],
  ])('turns away %j', (over, why) => {
    const { shard } = rig()
    shard(0)
    expect(shard(1, over).got).toEqual([{ type: 'refused', text: expect.stringMatching(why) as string }])
  })
})

describe('collector and shards over sockets', () => {
  const open: { close(): unknown }[] = []
  afterEach(async () => {
    for (const o of open.splice(0)) await o.close()
  })
  async function served(): Promise<{ server: WatchServer; collector: Collector; lines: string[] }> {
    const lines: string[] = []
    const collector = new Collector({
      now: () => Date.now(),
      machine: 'elsewhere',
      clockOffsetMs: 0,
      runId: 'r1',
      waitMs: 60_000,
      say: (l) => void lines.push(l),
    })
    const at = { host: '127.0.0.1', port: 0, runId: 'r1', token: 'open sesame' }
    const server = await serveWatch(collector, at, lines, () => undefined)
    open.push(server)
    return { server, collector, lines }
  }
  const join = async (port: number, token: string, index = 0): Promise<CollectorLink> => {
    const own = { shard: { index, count: 2 }, config, runId: null }
    const link = await CollectorLink.open({ url: `ws://127.0.0.1:${port}`, token }, own, AbortSignal.abort())
    open.unshift(link)
    return link
  }

  it('hand reports in, and the page shows it; without the token neither comes in', async () => {
    const { server, collector, lines } = await served()
    await expect(join(server.port, 'guess')).rejects.toThrow(/--report-to: .*does not know this token/)
    const [a, b] = [await join(server.port, 'open sesame'), await join(server.port, 'open sesame', 1)]
    expect([a.runId, a.clockOffsetMs]).toEqual(['r1', b.clockOffsetMs])
    const starts = Promise.all([a.rendezvous(), b.rendezvous()])
    await until(() => collector.views.every((s) => s.state === 'ready') && collector.views.length === 2)
    collector.tick()
    const [x, y] = await starts
    expect(x).toBe(y)
    const page = `http://127.0.0.1:${server.port}`
    expect((await fetch(`${page}/live`)).status).toBe(401)
    const entered = await fetch(`${page}/?key=open%20sesame`, { redirect: 'manual' })
    const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? ''
    const shown = await (await fetch(`${page}/live`, { headers: { cookie } })).text()
    expect(shown).toMatch(/shard 1<\/td>.*running/)
    const browser = new WebSocket(`ws://127.0.0.1:${server.port}/shards`, {
      origin: 'http://127.0.0.1',
      headers: { authorization: 'Bearer open sesame' },
    })
    expect(await new Promise((done) => browser.on('error', (e) => done(e.message)))).toMatch(/403/)
    expect(await Promise.all([a, b].map((l, i) => l.report(l.withClock(shardReport(i, 2)))))).toEqual([
      true,
      true,
    ])
    expect(collector.merged()?.merged).toEqual({ shards: 2, startSpreadMs: 0, clockErrorMs: 0 })
    expect(lines.filter((l) => l.includes('has come from'))).toHaveLength(2)
  })
})
