import { describe, expect, it } from 'vitest'
import type { RingSummary } from '@contract/ring'
import { ringLines, seqAt, stretchOf, timeAt } from '../../../renderer/features/handshakes/ring-shape'
import { brushRange, slotsOf } from '../../../renderer/features/traffic/rate-series'

const ring: RingSummary = {
  firstSeq: 11,
  nextSeq: 111,
  fromMs: 1000,
  toMs: 5000,
  seqs: [11, 61, 61, 101],
  packets: [50, 0, 40, 10],
  lost: [5, 0, 40, 0],
}

describe('the picture of the ring', () => {
  it('draws each part against the busiest and nothing for an empty one', () => {
    const lines = ringLines(ring)
    expect(lines.map((l) => l.packets > 0)).toEqual([true, false, true, true])
    expect(lines[0]).toEqual({ packets: 1, lost: 0.1 })
    expect(lines[2]?.lost).toBe(1)
  })

  it('finds the packet and the time of a place, and the place of a time', () => {
    expect([-1, 0, 0.3, 0.6, 0.99, 2].map((s) => seqAt(ring, s))).toEqual([11, 11, 61, 61, 101, 101])
    expect(timeAt(ring, 0.25)).toBe(2000)
    expect(stretchOf(ring, { fromMs: 2000, toMs: 3000 })).toEqual({ from: 0.25, to: 0.5 })
    expect(stretchOf(ring, { fromMs: 0, toMs: Infinity })).toEqual({ from: 0, to: 1 })
    expect(stretchOf(ring, { fromMs: 0, toMs: 900 })).toBeNull()
    expect(stretchOf({ ...ring, nextSeq: 11 }, { fromMs: 0, toMs: 9000 })).toBeNull()
  })
})

describe('a time brushed on the charts', () => {
  it('is whole seconds of clock time, drawn where they stand', () => {
    const range = brushRange(50.2, 54.6, 100_000)
    expect(range).toEqual({ fromMs: 90_000, toMs: 96_000 })
    expect(brushRange(54.6, 50.2, 100_000)).toEqual(range)
    expect(slotsOf(range, 100_000)).toEqual({ from: 49.5, to: 55.5 })
  })

  it('moves with time and leaves', () => {
    const range = brushRange(58, 60, 100_000)
    expect(slotsOf(range, 110_000)).toEqual({ from: 47.5, to: 50.5 })
    expect(slotsOf(range, 170_000)).toBeNull()
    expect(brushRange(0, 3, 2000)).toEqual({ fromMs: 0, toMs: 1000 })
  })
})
