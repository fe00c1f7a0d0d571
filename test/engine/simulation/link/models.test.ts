import { describe, expect, it } from 'vitest'
import { delaySchema, lossSchema } from '../../../../electron/contract/link-config'
import { Serialiser } from '../../../../electron/engine/simulation/link/bandwidth'
import { createDelay } from '../../../../electron/engine/simulation/link/delay'
import { Draw, seedKey, uniform } from '../../../../electron/engine/simulation/link/fate'
import { createLoss, type LossQuery } from '../../../../electron/engine/simulation/link/loss'

const N = 50_000
const key = seedKey(9)
/** The n-th packet, with numbers of its own. */
const query = (n: number, more: Partial<LossQuery> = {}): LossQuery => ({
  type: 3,
  nowMs: 0,
  first: true,
  loss: () => uniform(key, 3, n, Draw.LOSS),
  chain: (index) => uniform(key, 0, index, Draw.CHAIN),
  ...more,
})
/** Which of n packets are lost. */
const fates = (loss: unknown, n = N, more: (i: number) => Partial<LossQuery> = () => ({})) => {
  const model = createLoss(lossSchema.parse(loss))
  return Array.from({ length: n }, (_, i) => model.lost(query(i, more(i))))
}
const rate = (lost: boolean[]) => lost.filter(Boolean).length / lost.length

describe('loss models', () => {
  it('none loses nothing, a plain 0 means none, a plain 1 loses all', () => {
    expect(rate(fates({ model: 'none' }, 100))).toBe(0)
    expect(rate(fates(0, 100))).toBe(0)
    expect(rate(fates(1, 100))).toBe(1)
  })

  it('independent loses its share and has no memory', () => {
    const lost = fates(0.2)
    expect(Math.abs(rate(lost) - 0.2)).toBeLessThan(3.3 * Math.sqrt(0.16 / N))
    const afterLoss = lost.filter((_, i) => i > 0 && lost[i - 1])
    expect(Math.abs(rate(afterLoss) - 0.2)).toBeLessThan(3.3 * Math.sqrt(0.16 / afterLoss.length))
  })

  it('gilbert-elliott has the stationary loss and the burst length of its chain', () => {
    const [goodToBad, badToGood] = [0.02, 0.25]
    const lost = fates({ model: 'gilbert-elliott', goodToBad, badToGood })
    const bad = goodToBad / (goodToBad + badToGood)
    // The variance of the mean of a two-state chain grows by (1 + r) / (1 - r), r its correlation.
    const r = 1 - goodToBad - badToGood
    expect(Math.abs(rate(lost) - bad)).toBeLessThan(
      3.3 * Math.sqrt((bad * (1 - bad) * (1 + r)) / (1 - r) / N),
    )
    const bursts = lost.filter((l, i) => l && !lost[i - 1]).length
    const mean = lost.filter(Boolean).length / bursts
    expect(Math.abs(mean - 1 / badToGood)).toBeLessThan(
      (3.3 * Math.sqrt(1 - badToGood)) / badToGood / Math.sqrt(bursts),
    )
  })

  it('gilbert-elliott may lose in the good state and deliver in the bad one', () => {
    const lost = fates({ model: 'gilbert-elliott', goodToBad: 1, badToGood: 1, lossGood: 0, lossBad: 1 }, 6)
    expect(lost).toEqual([true, false, true, false, true, false])
  })

  it.each([
    [{ next: 2 }, [1, 2]],
    [{ every: 3 }, [3, 6, 9]],
    [{ nth: [2, 5] }, [2, 5]],
    [{ next: 1, every: 4 }, [1, 4, 8]],
  ])('rule %j loses PUBREC %j', (conditions, expected) => {
    const lost = fates({ model: 'rule', rules: [{ type: 'PUBREC', ...conditions }] }, 9, () => ({ type: 5 }))
    expect(lost.flatMap((l, i) => (l ? [i + 1] : []))).toEqual(expected)
  })

  it('a rule leaves other types and repeated segments alone', () => {
    const rules = { model: 'rule', rules: [{ type: 'PUBREC', every: 1 }] }
    expect(rate(fates(rules, 5, () => ({ type: 4 })))).toBe(0)
    expect(rate(fates(rules, 5, () => ({ type: 5, first: false })))).toBe(0)
  })

  it('schedule changes its chance at the given times', () => {
    const steps = [
      { at: '2s', p: 0 },
      { at: '1s', p: 1 },
    ]
    const lost = fates({ model: 'schedule', steps }, 30, (i) => ({ nowMs: i * 100 }))
    expect(lost.flatMap((l, i) => (l ? [i] : []))).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
  })
})

describe('delay models', () => {
  const delays = (config: unknown) => {
    const model = createDelay(delaySchema.parse(config))
    return Array.from({ length: N }, (_, n) =>
      model.delayMs({
        nowMs: n,
        delay: () => uniform(key, 3, n, Draw.DELAY),
        delayAgain: () => uniform(key, 3, n, Draw.DELAY_2),
      }),
    )
  }
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length

  it('a schedule changes at its times, and is 0 before the first', () => {
    const steps = [
      { at: '20ms', ms: 400 },
      { at: '10ms', ms: '7ms' },
    ]
    const found = delays({ model: 'schedule', steps })
    expect([found[0], found[9], found[10], found[19], found[20], found.at(-1)]).toEqual([
      0, 0, 7, 7, 400, 400,
    ])
  })

  it('constant is what it says', () => {
    expect(new Set(delays('20ms'))).toEqual(new Set([20]))
  })

  it('uniform stays within its bounds, whichever comes first, and fills them', () => {
    const values = delays({ model: 'uniform', minMs: 30, maxMs: 10 })
    expect(Math.min(...values.slice(0, 20_000))).toBeGreaterThanOrEqual(10)
    expect(Math.max(...values.slice(0, 20_000))).toBeLessThan(30)
    expect(Math.abs(mean(values) - 20)).toBeLessThan((3.3 * 20) / Math.sqrt(12 * N))
  })

  it('normal has its mean and deviation, and never goes below 0', () => {
    const values = delays({ model: 'normal', meanMs: 100, deviationMs: 10 })
    expect(Math.abs(mean(values) - 100)).toBeLessThan((3.3 * 10) / Math.sqrt(N))
    const variance = mean(values.map((v) => (v - 100) ** 2))
    expect(Math.abs(variance - 100)).toBeLessThan(3.3 * 100 * Math.sqrt(2 / N))
    const cut = delays({ model: 'normal', meanMs: 0, deviationMs: 10 })
    expect(cut.filter((v) => v === 0).length / N).toBeCloseTo(0.5, 1)
    expect(cut.every((v) => v >= 0)).toBe(true)
  })
})

describe('bandwidth', () => {
  it('sends one packet after the other, bit by bit', () => {
    const line = new Serialiser(8000)
    expect(line.occupy(100, 0)).toBe(100)
    expect(line.occupy(50, 0)).toBe(150)
    expect(line.occupy(10, 140)).toBe(20)
    expect(line.occupy(10, 1000)).toBe(10)
    line.clear()
    expect(line.occupy(100, 1000)).toBe(100)
  })

  it('without a limit takes no time', () => {
    expect(new Serialiser(undefined).occupy(1_000_000, 0)).toBe(0)
  })
})
