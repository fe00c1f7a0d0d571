import fc from 'fast-check'
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { describe, expect, it } from 'vitest'
import { LatencyHistogram } from '../../../electron/engine/base/latency-histogram'
import { BitFlow, GapFlow } from '../../../electron/engine/load/measure/flow'
import { balance, joinAccounts } from '../../../electron/engine/load/measure/identity'
import {
  addRange,
  areRanges,
  countOf,
  rangesOf,
  subtract,
  union,
} from '../../../electron/engine/load/measure/ranges'
import { Recorder } from '../../../electron/engine/load/measure/recorder'
import { TOPOLOGY } from '../../../electron/engine/load/run/topologies'
import type { Arrival } from '../../../electron/engine/load/wire/incoming'
import { PublishTemplate } from '../../../electron/engine/load/wire/template'

const message = (bytes: Buffer, payloadAt: number, end: number, atMs: number, topicEnd = 0): Arrival => ({
  bytes,
  payloadAt,
  end,
  atMs,
  topicEnd,
  propertiesAt: 0,
})

const numbers = fc.array(fc.nat(60), { maxLength: 80 })
const asRanges = (n: number[]) => rangesOf([...new Set(n)].sort((a, b) => a - b))
const members = (r: readonly number[]) => {
  const out: number[] = []
  for (let i = 0; i < r.length; i += 2) for (let k = r[i]!; k < r[i + 1]!; k++) out.push(k)
  return out
}

describe('ranges', () => {
  it('union, subtraction and count are those of sets', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const [ra, rb] = [asRanges(a), asRanges(b)]
        const u = union(ra, rb)
        const s = subtract(ra, rb)
        expect(members(u)).toEqual([...new Set([...a, ...b])].sort((x, y) => x - y))
        expect(members(s)).toEqual([...new Set(a)].filter((x) => !b.includes(x)).sort((x, y) => x - y))
        expect(countOf(u)).toBe(new Set([...a, ...b]).size)
        expect(areRanges(u) && areRanges(s)).toBe(true)
      }),
    )
  })

  it('joins what touches', () => {
    const r: number[] = []
    addRange(r, 1, 3)
    addRange(r, 3, 4)
    addRange(r, 6, 7)
    expect(r).toEqual([1, 4, 6, 7])
  })
})

describe.each([
  ['gaps', () => new GapFlow()],
  ['bits', () => new BitFlow()],
])('a flow that remembers %s', (_name, make) => {
  it('knows distinct, repeated and late messages in any order of arrival', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 150 }), (arrivals) => {
        const flow = make()
        const seen = new Set<number>()
        let repeats = 0
        for (const s of arrivals) {
          expect(flow.add(s)).toBe(!seen.has(s))
          if (seen.has(s)) repeats++
          seen.add(s)
        }
        expect(flow.duplicated).toBe(repeats)
        expect(members(flow.got())).toEqual([...seen].sort((a, b) => a - b))
      }),
    )
  })

  it('counts a message overtaken by a later one as out of order', () => {
    const flow = make()
    for (const s of [0, 1, 3, 2, 4, 2]) flow.add(s)
    expect([flow.outOfOrder, flow.duplicated]).toEqual([1, 1])
  })
})

it('a flow with too many gaps stays bounded and still counts them as missing', () => {
  const flow = new GapFlow(10)
  for (let s = 1; s < 100; s += 2) flow.add(s)
  const missing = 100 - countOf(flow.got()) + flow.forgotten
  expect(flow.forgotten).toBeGreaterThan(0)
  expect(missing).toBe(50)
})

describe('identity', () => {
  const layout = { publishers: 2, subscribers: 1, prefix: 'x' }
  const flow = (publisher: number, got: number[], duplicated = 0) => ({
    receiver: 0,
    publisher,
    got,
    duplicated,
    outOfOrder: 0,
  })
  const publisher = (n: number, offered: number, failed: number[] = [], inFlight: number[] = []) => ({
    publisher: n,
    offered,
    failed,
    inFlight,
  })

  it('does not let a duplicate hide a loss', () => {
    const account = { publishers: [publisher(0, 10)], flows: [flow(0, [0, 9], 1)], forgotten: 0 }
    const b = balance(account, TOPOLOGY['fan-in'], layout)
    expect([b.expected, b.lost, b.duplicated]).toEqual([10, 1, 1])
  })

  it('expects neither failed messages nor those in flight, and does not mind when they come', () => {
    const account = {
      publishers: [publisher(0, 10, [2, 4], [9, 10])],
      flows: [flow(0, [0, 3, 4, 9])],
      forgotten: 0,
    }
    const b = balance(account, TOPOLOGY['fan-in'], layout)
    expect([b.expected, b.lost, b.delivered]).toEqual([7, 0, 8])
  })

  it('finds a message that two parts of a shared group got', () => {
    const parts = [
      { publishers: [publisher(0, 6)], flows: [flow(0, [0, 2, 4, 5])], forgotten: 0 },
      { publishers: [publisher(1, 2)], flows: [flow(0, [1, 4]), flow(1, [0, 2])], forgotten: 0 },
    ]
    const b = balance(joinAccounts(parts), TOPOLOGY['shared-subscription'], { ...layout, subscribers: 2 })
    expect([b.offered, b.expected, b.lost, b.duplicated]).toEqual([8, 8, 1, 1])
  })

  it('expects one copy a subscriber in a fan-out', () => {
    const account = { publishers: [publisher(0, 5)], flows: [flow(0, [0, 5])], forgotten: 0 }
    const b = balance(account, TOPOLOGY['fan-out'], { ...layout, subscribers: 3 })
    expect([b.expected, b.lost]).toEqual([15, 10])
  })
})

it('counts arrivals before their time, and by how much', () => {
  const template = new PublishTemplate({
    topic: 't',
    qos: 0,
    size: 20,
    level: 4,
    runTag: 1,
    publisher: 0,
    seed: 0,
  })
  const recorder = new Recorder(1, false, true)
  const b = Buffer.alloc(template.length)
  for (const [sequence, sentMs] of [10_000, 12_500].entries()) {
    template.write(b, 0, false, 0, sequence, sentMs, 0)
    recorder.arrive(0, 0, message(b, template.length - 20, template.length, 10_500))
  }
  expect(recorder.negative).toEqual({ count: 1, mostMs: 2000 })
})

describe('an identity of 12 bytes', () => {
  const id = () => fc.integer({ min: 0, max: 0xfffffffe })

  it.each(['short', 'topic'] as const)(
    'comes back as it was written (%s), and only of a known publisher',
    (identity) => {
      fc.assert(
        fc.property(
          id(),
          id(),
          fc.double({ min: 1.7e12, max: 1.9e12, noNaN: true }),
          fc.integer({ min: 1, max: 2_000_000 }),
          (publisher, sequence, dueMs, ageMs) => {
            const size = identity === 'short' ? 12 : 1
            const t = new PublishTemplate({
              topic: 'a/b',
              qos: 0,
              size,
              level: 4,
              runTag: 1,
              publisher,
              seed: 1,
              identity,
            })
            const b = Buffer.alloc(t.length)
            t.write(b, 0, false, 0, sequence, dueMs, 0)
            const [at, topicEnd] = [b.length - size, b.length - size]
            const known = new Recorder(1, false, true, { place: identity, publishers: publisher + 1 })
            known.measureFrom(0)
            known.arrive(0, 0, message(b, at, b.length, dueMs + ageMs, topicEnd))
            known.step()
            expect(known.flowAccounts()).toMatchObject([{ publisher, got: [sequence, sequence + 1] }])
            // three digits of the histogram
            expect(Math.abs((known.endToEnd.summary().max ?? 0) - ageMs)).toBeLessThan(0.002 + ageMs / 500)
            const other = new Recorder(2, false, true, { place: identity, publishers: 2 })
            other.arrive(0, 0, message(b, at, b.length, dueMs + ageMs, topicEnd))
            if (publisher > 3) expect(other.received).toBe(0)
            const unknown = new Recorder(1, false, true, { place: identity, publishers: publisher })
            unknown.arrive(0, 0, message(b, at, b.length, dueMs + ageMs, topicEnd))
            expect([unknown.received, unknown.foreign]).toEqual([0, 1])
          },
        ),
      )
    },
  )
})

describe('histogram', () => {
  it('adds without averaging: the percentile of the sum, not the mean of percentiles', () => {
    const a = new LatencyHistogram()
    const b = new LatencyHistogram()
    for (let i = 0; i < 99; i++) a.record(1)
    b.record(1000)
    const sum = LatencyHistogram.decode(a.encode())
    sum.add(LatencyHistogram.decode(b.encode()))
    expect(sum.count).toBe(100)
    expect(sum.at(50)).toBeCloseTo(1, 2)
    expect(sum.at(99)).toBeCloseTo(1, 2)
    expect(sum.at(99.9)).toBeGreaterThan(999)
  })

  it('sums and adds as HdrHistogram does', () => {
    const values = [0, 0.001, 0.4, 2.047, 2.048, 61.7, 3_000_000, 4e6]
    const hdr = build({
      highestTrackableValue: 3_600_000_000,
      numberOfSignificantValueDigits: 3,
      autoResize: false,
    })
    const [one, sum] = [new LatencyHistogram(), new LatencyHistogram()]
    sum.record(0.4)
    for (const ms of values) one.record(ms)
    for (const ms of [0.4, ...values]) hdr.recordValue(Math.min(3_600_000_000, Math.round(ms * 1000)))
    sum.add(one)
    expect(sum.encode()).toBe(encodeIntoCompressedBase64(hdr))
    expect(sum.summary()).toMatchObject({ mean: Math.round(hdr.mean) / 1000, max: hdr.maxValue / 1000 })
  })

  it('has nothing to say without values', () => {
    expect(new LatencyHistogram().summary()).toMatchObject({ count: 0, p50: null, max: null, min: null })
  })
})

describe('recorder', () => {
  const payload = (runTag: number, sequence: number, timeMs: number, delayMs = 0, size = 20) => {
    const t = new PublishTemplate({ topic: 't', qos: 0, size, level: 4, runTag, publisher: 0, seed: 1 })
    const b = Buffer.alloc(t.length)
    t.write(b, 0, false, 0, sequence, timeMs, delayMs)
    return b.subarray(b.length - size)
  }

  it('leaves the warm-up out of latencies and rates, not out of the counts', () => {
    const r = new Recorder(7, false, true)
    r.measureFrom(2000)
    r.acknowledge(1999, 0, 2100)
    r.acknowledge(2000, 10, 2050)
    r.arrive(0, 0, message(payload(7, 0, 1000), 0, 20, 5000))
    r.arrive(0, 0, message(payload(7, 1, 2000), 0, 20, 2030))
    r.step()
    expect([r.acknowledged, r.measuredAcknowledged, r.ack.count]).toEqual([2, 1, 1])
    expect([r.received, r.measuredReceived, r.endToEnd.count]).toEqual([2, 1, 1])
    expect(r.endToEnd.at(50)).toBeCloseTo(30, 0)
  })

  it('tells latencies from the time a message was due from those since it was sent', () => {
    const r = new Recorder(7, false, true)
    r.measureFrom(2000)
    r.leaves(1999, 500)
    r.leaves(2000, 10)
    r.acknowledge(2000, 10, 2050)
    r.arrive(0, 0, message(payload(7, 1, 2000, 10, 24), 0, 24, 2030))
    r.arrive(0, 0, message(payload(7, 2, 2001), 0, 20, 2030))
    r.step()
    expect([r.ack.at(50), r.endToEnd.at(99)]).toEqual([50.015, 30.015])
    const { ack, endToEnd, delay } = r.sendTimes?.encode() ?? { ack: '', endToEnd: '', delay: '' }
    const of = (text: string) => LatencyHistogram.decode(text).summary()
    expect(of(ack)).toMatchObject({ count: 1, max: 40.031 })
    // a payload of 20 bytes does not say when it was sent
    expect(of(endToEnd)).toMatchObject({ count: 1, max: 20.015 })
    expect(of(delay)).toMatchObject({ count: 1, max: 10.007 })
    expect(new Recorder(7, false, false).sendTimes).toBeNull()
  })

  it('knows messages of other runs and leaves them out', () => {
    const r = new Recorder(7, false, true)
    r.arrive(0, 0, message(payload(8, 0, 1000), 0, 20, 5000))
    r.arrive(0, 0, message(Buffer.from('hello'), 0, 5, 5000))
    expect([r.foreign, r.received]).toEqual([2, 0])
  })

  it('keeps failed messages as ranges, in whatever order they failed', () => {
    const r = new Recorder(7, false, true)
    for (const n of [5, 6, 1, 2, 9]) r.fail(0, n, n + 1)
    expect(r.failedOf(0)).toEqual([1, 3, 5, 7, 9, 10])
    expect(r.failed).toBe(5)
  })
})
