import { describe, expect, it } from 'vitest'
import { Draw, seedKey, textKey, uniform } from '../../../../electron/engine/simulation/link/fate'

const BINS = 64
/** Chi-square of `BINS - 1` degrees of freedom stays below this with chance 99.99 % (Wilson and Hilferty 1931). */
const df = BINS - 1
const LIMIT = df * (1 - 2 / (9 * df) + 3.719 * Math.sqrt(2 / (9 * df))) ** 3

function chiSquare(values: readonly number[]): number {
  const bins = new Array<number>(BINS).fill(0)
  for (const v of values) bins[Math.floor(v * BINS)]!++
  const expected = values.length / BINS
  return bins.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
}
const correlation = (x: readonly number[], y: readonly number[]) =>
  x.reduce((sum, v, i) => sum + (v - 0.5) * (y[i]! - 0.5), 0) / x.length / (1 / 12)

const N = 40_000
const range = (n: number) => Array.from({ length: n }, (_, i) => i)
const root = textKey(textKey(seedKey(1), 'device-1'), 'uplink')

describe('keyed fates', () => {
  const series: Record<string, number[]> = {
    'messages in sequence': range(N).map((n) => uniform(textKey(root, `sensor-1:${n}`), 3, 1, Draw.LOSS)),
    'attempts of one message': range(N).map((n) => uniform(textKey(root, 'sensor-1:1'), 3, n + 1, Draw.LOSS)),
    'links by number': range(N).map((n) =>
      uniform(textKey(textKey(textKey(seedKey(1), `device-${n}`), 'uplink'), 'x:1'), 4, 1, Draw.LOSS),
    ),
    'seeds in sequence': range(N).map((n) =>
      uniform(textKey(textKey(seedKey(n), 'device-1'), 'x:1'), 3, 1, Draw.LOSS),
    ),
    'a chain': range(N).map((n) => uniform(root, 0, n + 1, Draw.CHAIN)),
    segments: range(N).map((n) => uniform(root, 3, 1, Draw.LOSS, n)),
  }

  it.each(Object.entries(series))('are uniform over %s', (_, values) => {
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(0)
    expect(chiSquare(values)).toBeLessThan(LIMIT)
    const mean = values.reduce((a, b) => a + b, 0) / N
    expect(Math.abs(mean - 0.5)).toBeLessThan(3.9 / Math.sqrt(12 * N))
  })

  it.each(Object.entries(series))('are independent of their neighbours over %s', (_, values) => {
    expect(Math.abs(correlation(values, [...values.slice(1), values[0]!]))).toBeLessThan(3.9 / Math.sqrt(N))
  })

  it('are independent between draws, types, directions and attempts of one message', () => {
    const keys = range(N).map((n) => textKey(root, `s:${n}`))
    const down = textKey(textKey(seedKey(1), 'device-1'), 'downlink')
    const base = keys.map((k) => uniform(k, 3, 1, Draw.LOSS))
    const others = [
      keys.map((k) => uniform(k, 3, 1, Draw.DELAY)),
      keys.map((k) => uniform(k, 3, 1, Draw.POINT)),
      keys.map((k) => uniform(k, 4, 1, Draw.LOSS)),
      keys.map((k) => uniform(k, 3, 2, Draw.LOSS)),
      keys.map((k) => uniform(k, 3, 1, Draw.LOSS, 1)),
      range(N).map((n) => uniform(textKey(down, `s:${n}`), 3, 1, Draw.LOSS)),
    ]
    for (const other of others) {
      expect(Math.abs(correlation(base, other))).toBeLessThan(3.9 / Math.sqrt(N))
      const both = base.filter((v, i) => v < 0.1 && other[i]! < 0.1).length
      expect(Math.abs(both / N - 0.01)).toBeLessThan(3.9 * Math.sqrt((0.01 * 0.99) / N))
    }
  })

  it('do not collide', () => {
    const seen = new Set(
      range(N).map((n) => {
        const k = textKey(root, `m:${n}`)
        return `${k.a},${k.b}`
      }),
    )
    expect(seen.size).toBe(N)
  })
})
