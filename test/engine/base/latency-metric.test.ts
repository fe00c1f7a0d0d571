import { fc, test } from '@fast-check/vitest'
import { Registry } from 'prom-client'
import { expect } from 'vitest'
import { LatencyHistogram } from '../../../electron/engine/base/latency-histogram'
import { LatencyMetric, type ExponentialFigure } from '../../../electron/engine/base/latency-metric'

/** What a process shows that measured these latencies: the counts up to each bound in seconds, their sum, and the exponential form. */
async function shown(latenciesMs: readonly number[]) {
  const latencies = new LatencyHistogram()
  for (const ms of latenciesMs) latencies.record(ms)
  const registry = new Registry()
  new LatencyMetric({
    name: 'x_latency',
    help: 'x',
    label: 'of',
    registry,
    read: () => [['a', latencies]],
  })
  const lines = (await registry.metrics()).split('\n')
  const valueOf = (name: string): number => Number(lines.find((l) => l.startsWith(name))?.split(' ')[1])
  const upTo = lines.flatMap((l) => {
    const found = /^x_latency_histogram_seconds_bucket\{of="a",le="(.+)"\} (\d+)$/.exec(l)
    return found ? [[found[1] === '+Inf' ? Infinity : Number(found[1]), Number(found[2])] as const] : []
  })
  const [figure] = (await registry.getMetricsAsJSON()) as { exponential?: ExponentialFigure }[]
  return {
    upTo,
    sum: valueOf('x_latency_histogram_seconds_sum'),
    count: valueOf('x_latency_histogram_seconds_count'),
    exponential: figure?.exponential,
  }
}

test('each bucket counts the latencies at or below its bound, and the exponential form the same ones', async () => {
  const ms = [0.1, 0.3, 2.5, 2.6, 40, 999, 1000, 70_000]
  const { upTo, sum, count, exponential } = await shown(ms)
  expect(upTo).toHaveLength(19)
  for (const [le, n] of upTo) expect([le, n]).toEqual([le, ms.filter((v) => v <= le * 1000).length])
  expect(count).toBe(ms.length)
  expect(sum).toBeCloseTo(ms.reduce((a, b) => a + b) / 1000, 1)
  expect(exponential).toMatchObject({ name: 'x_latency_native_histogram_seconds', label: 'of', scale: 3 })
  const { offset, counts, zeros } = exponential?.of('a') ?? { offset: 0, counts: [], zeros: -1 }
  expect(zeros).toBe(0)
  counts.forEach((n, i) => {
    const [above, most] = [2 ** ((offset + i) / 8), 2 ** ((offset + i + 1) / 8)]
    expect(n).toBe(ms.filter((v) => v / 1000 > above && v / 1000 <= most).length)
  })
  expect(exponential?.of('b')).toBeNull()
})

const latencies = fc.array(fc.double({ min: 0, max: 100_000, noNaN: true }), { maxLength: 50 })

test.prop([latencies, latencies])('buckets of two shards add up to those of all latencies', async (a, b) => {
  const [one, other, both] = await Promise.all([shown(a), shown(b), shown([...a, ...b])])
  expect(one.upTo.map(([le, n], i) => [le, n + (other.upTo[i]?.[1] ?? NaN)])).toEqual(both.upTo)
  expect(one.count + other.count).toBe(both.count)
  const added = new Map<number, number>()
  for (const { exponential } of [one, other]) {
    const { offset, counts } = exponential?.of('a') ?? { offset: 0, counts: [] }
    counts.forEach((n, i) => added.set(offset + i, (added.get(offset + i) ?? 0) + n))
  }
  const all = both.exponential?.of('a') ?? { offset: 0, counts: [] }
  // A histogram knows its greatest value exactly and the others to three digits: one may lie in the bucket beside it.
  const total = [...added.values()].reduce((x, y) => x + y, 0)
  expect(total).toBe(all.counts.reduce((x, y) => x + y, 0))
})
