import { test as property } from '@fast-check/vitest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bench, publishFrame } from './wire'

const steps = fc.array(fc.record({ wait: fc.integer({ min: 0, max: 50 }), lost: fc.boolean() }), {
  minLength: 1,
  maxLength: 120,
})

function sent(list: { wait: number; lost: boolean }[], ring = 80): Bench {
  const b = new Bench(ring)
  for (const { wait, lost } of list) {
    b.clock.ms += wait
    const p = b.send('c', 'uplink', publishFrame())
    if (lost) b.lose(p)
    else b.arrive(p)
  }
  return b
}

describe('the ring at a glance', () => {
  property.prop([steps, fc.integer({ min: 1, max: 40 })])(
    'counts every kept packet once, in the part of its time',
    (list, parts) => {
      const { capture } = sent(list)
      const s = capture.summary(parts)
      const rows = capture.latest('', 1000).packets
      const sum = (numbers: number[]): number => numbers.reduce((a, n) => a + n, 0)
      expect(sum(s.packets)).toBe(rows.length)
      expect(sum(s.lost)).toBe(rows.filter((p) => p.fate === 'lost').length)
      expect([s.fromMs, s.toMs]).toEqual([rows[0]?.sentMs, rows.at(-1)?.sentMs])
      expect([s.firstSeq, s.nextSeq]).toEqual([rows[0]?.seq, (rows.at(-1)?.seq ?? 0) + 1])
      s.seqs.forEach((seq, i) => {
        const edge = s.fromMs + ((s.toMs - s.fromMs) * i) / parts
        const first = rows.find((p) => p.sentMs >= edge)
        expect(seq).toBe(first?.seq)
      })
    },
  )

  it('is empty when nothing is kept', () => {
    const { capture } = new Bench()
    expect(capture.summary(3)).toEqual({
      firstSeq: 1,
      nextSeq: 1,
      fromMs: 0,
      toMs: 0,
      seqs: [1, 1, 1],
      packets: [0, 0, 0],
      lost: [0, 0, 0],
    })
  })

  it('spreads a full ring evenly', () => {
    const b = new Bench(200_000, 64 * 1024 * 1024)
    for (let i = 0; i < 210_000; i++) {
      b.clock.ms += 0.1
      b.send('c', 'uplink', publishFrame())
    }
    const s = b.capture.summary(400)
    expect(s.firstSeq).toBe(10_001)
    expect(s.packets.reduce((a, n) => a + n, 0)).toBe(200_000)
    expect(Math.max(...s.packets)).toBeLessThan(520)
  })
})
