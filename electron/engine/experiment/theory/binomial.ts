/** Weights beyond this share of the largest one are left out. */
const NEGLIGIBLE = 1e-30

/** Weight of k successes relative to another number of them, going away from the most likely one. */
function weights(from: number, to: number, ratio: (k: number) => number): number[] {
  const found: number[] = []
  const step = to > from ? 1 : -1
  let weight = 1
  for (let k = from; k !== to && weight > NEGLIGIBLE; k += step) {
    weight *= ratio(k)
    found.push(weight)
  }
  return found
}

/**
 * Successes of `n` independent trials with chance `p`: the shortest run of numbers with at most `tail` of the
 * probability below it and at most as much above it. Exact.
 */
export function binomialRange(n: number, p: number, tail: number): [number, number] {
  if (p <= 0) return [0, 0]
  if (p >= 1) return [n, n]
  const mode = Math.min(n, Math.floor((n + 1) * p))
  const odds = p / (1 - p)
  const above = weights(mode, n, (k) => ((n - k) / (k + 1)) * odds)
  const below = weights(mode, 0, (k) => k / ((n - k + 1) * odds))
  const total = [...above, ...below].reduce((sum, w) => sum + w, 1)
  return [mode - reach(below, total * tail), mode + reach(above, total * tail)]
}

/** How many of the weights, nearest first, are left when the outermost are taken away up to `allowed`. */
function reach(outward: readonly number[], allowed: number): number {
  let taken = 0
  let left = outward.length
  for (; left > 0; left--) {
    taken += outward[left - 1] as number
    if (taken > allowed) break
  }
  return left
}
