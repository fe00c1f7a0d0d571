import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { experimentSchema } from '../../../electron/contract/experiment'
import { binomialRange } from '../../../electron/engine/experiment/theory/binomial'
import { latencyLaw } from '../../../electron/engine/experiment/theory/latency'
import { journeyMoments, type Journey } from '../../../electron/engine/experiment/theory/journey'
import type { Moments } from '../../../electron/engine/experiment/theory/rounds'
import { theoryOf } from '../../../electron/engine/experiment/theory/theory'
import { arrivalOf, dice, tell } from './handshake-chain'

const near = (n: number): unknown => expect.closeTo(n, 12)

const MESSAGES = 3000
/** Deviations allowed: over all comparisons made here a right formula is rejected about once in ten thousand runs. */
const DEVIATIONS = 6

const chance = fc.integer({ min: 0, max: 12 }).map((n) => n / 20)
const attempts = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(Infinity))
const leg = fc.record({ forward: chance, back: chance, attempts })
const journeys: fc.Arbitrary<Journey> = fc.record({
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  qos2: fc.constantFrom('on-publish' as const, 'on-release' as const),
  publisher: leg,
  subscriber: leg,
  subscribers: fc.integer({ min: 1, max: 3 }),
})

/** Mean and variance of a sample against what they should be, in standard errors estimated from the sample. */
function agree(name: string, sample: number[], { mean, variance }: Moments): void {
  const n = sample.length
  const m = sample.reduce((a, b) => a + b, 0) / n
  const second = sample.reduce((a, b) => a + (b - mean) ** 2, 0) / n
  const fourth = sample.reduce((a, b) => a + (b - mean) ** 4, 0) / n
  // Rare events may not occur at all in a sample; 20 / n covers them.
  const reach = DEVIATIONS * Math.sqrt(Math.max(variance, 0) / n) + (variance > 0 ? 20 / n : 1e-9)
  expect(Math.abs(m - mean), `mean of ${name}: ${m} for ${mean}`).toBeLessThanOrEqual(reach)
  const spread = DEVIATIONS * Math.sqrt(Math.max(0, fourth - second ** 2) / n)
  expect(Math.abs(second - variance), `variance of ${name}: ${second} for ${variance}`).toBeLessThanOrEqual(
    spread + (variance > 0 ? 60 / n : 1e-9),
  )
}

describe('closed forms', () => {
  it('agree with the handshakes played packet by packet, for any loss, direction and number of retries', () => {
    fc.assert(
      fc.property(journeys, fc.nat(), (journey, seed) => {
        const roll = dice(seed)
        const stories = Array.from({ length: MESSAGES }, () => tell(journey, roll))
        const moments = journeyMoments(journey)
        const share = (f: (copies: number) => number) =>
          stories.map((s) => s.copies.reduce((a, c) => a + f(c), 0) / s.copies.length)
        agree(
          'delivery',
          share((c) => Math.min(1, c)),
          moments.delivery,
        )
        agree(
          'duplicates',
          share((c) => Math.max(0, c - 1)),
          moments.duplicates,
        )
        agree(
          'PUBLISH',
          stories.map((s) => s.publish),
          moments.publish,
        )
        agree(
          'packets',
          stories.map((s) => s.packets),
          moments.packets,
        )
      }),
      { numRuns: 80 },
    )
  })

  const at = (input: object, qos: 0 | 1 | 2, loss: number) =>
    theoryOf(experimentSchema.parse({ messages: 2000, ...input }), qos, loss).expectation

  it.each([0.05, 0.1, 0.2, 0.3])('reduce to the textbook forms at loss %d', (p) => {
    const s = (1 - p) ** 2
    expect(at({}, 0, p)).toEqual({
      deliveryRatio: near(s),
      duplicatesPerMessage: 0,
      publishPerMessage: 1,
      packetsPerMessage: 1,
    })
    expect(at({}, 1, p)).toEqual({
      deliveryRatio: 1,
      duplicatesPerMessage: near(1 / s - 1),
      publishPerMessage: near(1 / s),
      packetsPerMessage: near(1 / s + 1 / (1 - p)),
    })
    expect(at({}, 2, p)).toEqual({
      deliveryRatio: 1,
      duplicatesPerMessage: 0,
      publishPerMessage: near(1 / s),
      packetsPerMessage: near(2 / s + 2 / (1 - p)),
    })
  })

  it('at QoS 1 with 3 retries deliver (1-p^4)^2 if each message were passed on once, and a little more', () => {
    const p = 0.3
    const journey: Journey = {
      qos: 1,
      qos2: 'on-publish',
      publisher: { forward: p, back: p, attempts: 4 },
      subscriber: { forward: p, back: p, attempts: 4 },
      subscribers: 1,
    }
    const { delivery, deliveryOfOneCopy } = journeyMoments(journey)
    expect(deliveryOfOneCopy).toBeCloseTo((1 - p ** 4) ** 2, 12)
    expect(delivery.mean).toBeGreaterThan(deliveryOfOneCopy)
    expect(delivery.mean).toBeLessThan(1 - p ** 4)
  })

  it('at QoS 2 with n attempts deliver (1-p^n) (1-r^n) (1-p^n)', () => {
    const [p, n] = [0.3, 4]
    const r = 1 - (1 - p) ** 2
    expect(at({ maxRetries: n - 1 }, 2, p).deliveryRatio).toBeCloseTo((1 - p ** n) ** 2 * (1 - r ** n), 12)
  })

  it('lose nothing over TCP, and have no form for what a reconnect stirs up', () => {
    expect(at({ link: 'tcp' }, 2, 0.1)).toEqual({
      deliveryRatio: 1,
      duplicatesPerMessage: 0,
      publishPerMessage: 1,
      packetsPerMessage: 4,
    })
    const none = { publishPerMessage: null, packetsPerMessage: null }
    expect(at({ recovery: 'reconnect' }, 1, 0.1)).toEqual({
      deliveryRatio: 1,
      duplicatesPerMessage: null,
      ...none,
    })
    expect(at({ recovery: 'reconnect' }, 2, 0.1)).toEqual({
      deliveryRatio: 1,
      duplicatesPerMessage: 0,
      ...none,
    })
  })

  it('with loss in one direction only, one leg repeats and the other duplicates', () => {
    const p = 0.2
    expect(at({ direction: 'up' }, 1, p)).toMatchObject({
      publishPerMessage: near(1 / (1 - p)),
      duplicatesPerMessage: near(1 / (1 - p) - 1),
    })
    expect(at({ direction: 'down' }, 0, p).deliveryRatio).toBeCloseTo(1 - p, 12)
  })
})

describe('99 % intervals', () => {
  it('of a binomial leave at most half a percent on either side, and not less than they must', () => {
    const pmf = (n: number, p: number): number[] => {
      const all = [(1 - p) ** n]
      for (let k = 1; k <= n; k++) all.push(((all[k - 1] ?? 0) * (n - k + 1) * p) / (k * (1 - p)))
      return all
    }
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (n, p) => {
          const [low, high] = binomialRange(n, p, 0.005)
          const chances = pmf(n, p)
          const sum = (from: number, to: number) => chances.slice(from, to).reduce((a, b) => a + b, 0)
          expect(sum(0, low)).toBeLessThanOrEqual(0.005 + 1e-9)
          expect(sum(high + 1, n + 1)).toBeLessThanOrEqual(0.005 + 1e-9)
          expect(sum(0, low + 1)).toBeGreaterThan(0.005 - 1e-9)
          expect(sum(high, n + 1)).toBeGreaterThan(0.005 - 1e-9)
        },
      ),
      { numRuns: 200 },
    )
    expect(binomialRange(2000, 1, 0.005)).toEqual([2000, 2000])
    expect(binomialRange(2000, 0, 0.005)).toEqual([0, 0])
  })

  it('hold 99 of 100 means of played messages', () => {
    const config = experimentSchema.parse({ messages: 300, maxRetries: 3, subscribers: 2 })
    const { interval99 } = theoryOf(config, 1, 0.3)
    const journey: Journey = {
      qos: 1,
      qos2: 'on-publish',
      publisher: { forward: 0.3, back: 0.3, attempts: 4 },
      subscriber: { forward: 0.3, back: 0.3, attempts: 4 },
      subscribers: 2,
    }
    const roll = dice(5)
    const [low, high] = interval99.duplicatesPerMessage ?? [NaN, NaN]
    let inside = 0
    for (let run = 0; run < 1000; run++) {
      let extra = 0
      for (let n = 0; n < 300; n++) for (const c of tell(journey, roll).copies) extra += Math.max(0, c - 1)
      if (extra / 600 >= low && extra / 600 <= high) inside++
    }
    expect(inside).toBeGreaterThan(980)
    expect(inside).toBeLessThan(999)
  })
})

describe('latency on radio links', () => {
  it('is distributed as in handshakes played packet by packet, for any loss, direction and number of retries', () => {
    fc.assert(
      fc.property(journeys, fc.nat(), (journey, seed) => {
        const roll = dice(seed)
        const law = latencyLaw(journey)
        const arrivals = Array.from({ length: MESSAGES }, () => arrivalOf(journey, roll)).filter(
          (a) => a !== null,
        )
        expect(law.waits.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
        let below = 0
        law.waits.slice(0, 40).forEach((chance, m) => {
          below += chance
          const share = arrivals.filter((a) => a.waits <= m).length / Math.max(1, arrivals.length)
          const n = Math.max(1, arrivals.length)
          const reach = DEVIATIONS * Math.sqrt(Math.max(0, below * (1 - below)) / n) + 20 / n
          expect(Math.abs(share - below), `at most ${m} timeouts: ${share} for ${below}`).toBeLessThan(reach)
        })
        expect(arrivals.every((a) => a.ways === law.ways)).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it('at QoS 2 is 4d + T(A + B + C) on average', () => {
    const p = 0.2
    const leg = { forward: p, back: p, attempts: Infinity }
    const law = latencyLaw({ qos: 2, qos2: 'on-publish', publisher: leg, subscriber: leg, subscribers: 1 })
    const mean = law.waits.reduce((sum, chance, m) => sum + m * chance, 0)
    const round = 1 - (1 - p) ** 2
    expect(law.ways).toBe(4)
    expect(mean).toBeCloseTo((2 * p) / (1 - p) + round / (1 - round), 9)
  })
})
