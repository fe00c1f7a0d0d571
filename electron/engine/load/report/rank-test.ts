/** Error of the standard normal distribution's tail below 2e-7 (Abramowitz and Stegun 7.1.26 on erfc). */
function tail(z: number): number {
  const x = z / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const poly =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return (poly * Math.exp(-x * x)) / 2
}

/** Correlation of each value with the next, 0 to 0.9: seconds of one run are not independent. */
function neighbours(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  let [own, next] = [0, 0]
  values.forEach((v, i) => {
    own += (v - mean) ** 2
    if (i > 0) next += (v - mean) * ((values[i - 1] as number) - mean)
  })
  return own === 0 ? 0 : Math.min(0.9, Math.max(0, next / own))
}

/** Fewer values than this on a side say nothing. */
const LEAST = 5

/**
 * Chance that two series as different as these, or more, come from the same distribution: Mann-Whitney U, two-sided, by
 * the normal approximation with correction for ties, its variance raised by (1 + r) / (1 - r) for the correlation r of
 * neighbouring values. Null where a side has fewer than five values.
 */
export function rankTest(a: readonly number[], b: readonly number[]): number | null {
  if (a.length < LEAST || b.length < LEAST) return null
  const all = [...a.map((v) => ({ v, mine: true })), ...b.map((v) => ({ v, mine: false }))]
  all.sort((x, y) => x.v - y.v)
  let [ranks, ties] = [0, 0]
  for (let i = 0; i < all.length;) {
    let j = i
    while (j < all.length && all[j]?.v === all[i]?.v) j++
    const rank = (i + 1 + j) / 2
    for (let k = i; k < j; k++) if (all[k]?.mine === true) ranks += rank
    ties += (j - i) ** 3 - (j - i)
    i = j
  }
  const n = all.length
  const u = ranks - (a.length * (a.length + 1)) / 2
  const variance = ((a.length * b.length) / 12) * (n + 1 - ties / (n * (n - 1)))
  if (variance === 0) return 1
  const r = (neighbours(a) + neighbours(b)) / 2
  const off = Math.max(0, Math.abs(u - (a.length * b.length) / 2) - 0.5)
  return Math.min(1, 2 * tail(off / Math.sqrt((variance * (1 + r)) / (1 - r))))
}
