import { describe, expect, it } from 'vitest'
import type { RatePoint } from '../../../electron/contract/model'
import { niceMax, rateSeries, secondsOf } from '../../../renderer/features/traffic/rate-series'

const point = (s: number, part: Partial<RatePoint> = {}): RatePoint => ({
  atMs: s * 1000,
  byType: { PUBLISH: s },
  byQos: [s, 0, 0],
  byGroup: {},
  lost: 0,
  ...part,
})

describe('rates', () => {
  it('puts points in the second they are of, and leaves the unknown open', () => {
    const slots = secondsOf([point(58), point(60)], 60_000, 4)
    expect(slots.map((p) => p?.atMs ?? null)).toEqual([null, null, 58_000, null, 60_000])
  })

  it('makes one series a packet type, with the lost beside them', () => {
    const series = rateSeries('type', [point(3, { lost: 2 }), null])
    expect(series.map((s) => s.id)).toEqual(['PUBLISH', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'lost'])
    expect(series[0]?.values).toEqual([3, null])
    expect(series[1]?.values).toEqual([0, null])
    expect(series[5]?.values).toEqual([2, null])
  })

  it('shows the busiest groups first', () => {
    const byGroup = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`g${i}`, i]))
    const series = rateSeries('group', [point(1, { byGroup })])
    expect(series.map((s) => s.id)).toEqual(['g11', 'g10', 'g9', 'g8', 'g7', 'g6', 'g5', 'g4'])
  })

  it('gives the scale round numbers above all points', () => {
    for (const v of [0, 1, 7, 93, 10_000, 123_456]) expect(niceMax([v, null])).toBeGreaterThan(v)
    expect(niceMax([90, 94])).toBe(120)
  })
})
