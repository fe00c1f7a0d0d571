/** One leg of a journey as its sender sees it: chances of loss there and back, and packets it may send. */
export interface Leg {
  readonly forward: number
  readonly back: number
  /** The first one included; Infinity for unlimited. */
  readonly attempts: number
}

export interface Moments {
  readonly mean: number
  readonly variance: number
}

/** A count over the attempts of one exchange. */
export interface Count extends Moments {
  /** Expectation of the count where the exchange succeeds and 0 where it does not. */
  readonly meanOnSuccess: number
}

/** What one sends until the answer is there or the attempts are used up: PUBLISH until PUBACK, PUBREL until PUBCOMP. */
export interface Rounds {
  /** Chance that an answer comes back. */
  readonly answered: number
  /** Chance that at least one packet arrives. */
  readonly arrived: number
  /** Packets sent. */
  readonly sent: Count
  /** Packets that arrive; each is answered. */
  readonly arrivals: Count
  /** Both together. */
  readonly packets: Count
  /** Probability generating function of the arrivals and its derivative. */
  arrivalsAt(z: number): { value: number; slope: number }
}

/** Terms smaller than this end a series: beyond the precision of the sums. */
const NEGLIGIBLE = 1e-18

/**
 * Attempts are independent. One fails with chance r = 1 - (1-f)(1-b): lost on its way with f, or arrived and its
 * answer lost with (1-f)b. See docs/theory.md, "Rounds".
 */
export function rounds({ forward: f, back: b, attempts }: Leg): Rounds {
  const s = (1 - f) * (1 - b)
  const r = f + (1 - f) * b
  /** Chance that a failed attempt had arrived. */
  const a = r === 0 ? 0 : ((1 - f) * b) / r
  const count = (perFailure: Moments, onSuccess: number): Count =>
    sumOverAttempts({ s, r, attempts }, perFailure, onSuccess)
  const spread = a * (1 - a)
  return {
    answered: 1 - r ** attempts,
    arrived: 1 - f ** attempts,
    sent: count({ mean: 1, variance: 0 }, 1),
    arrivals: count({ mean: a, variance: spread }, 1),
    packets: count({ mean: 1 + a, variance: spread }, 2),
    arrivalsAt: (z) => generating(f + (1 - f) * b * z, (1 - f) * b, s, attempts, z),
  }
}

/** Success at the k-th attempt adds up k-1 failures and the success; without one there are `attempts` failures. */
function sumOverAttempts(
  { s, r, attempts }: { s: number; r: number; attempts: number },
  failure: Moments,
  onSuccess: number,
): Count {
  let mean = 0
  let square = 0
  let before = 1
  for (let k = 1; k <= attempts && before > NEGLIGIBLE; k++) {
    const chance = before * s
    const value = (k - 1) * failure.mean + onSuccess
    mean += chance * value
    square += chance * ((k - 1) * failure.variance + value ** 2)
    before *= r
  }
  const meanOnSuccess = mean
  if (before > NEGLIGIBLE) {
    const value = attempts * failure.mean
    mean += before * value
    square += before * (attempts * failure.variance + value ** 2)
  }
  return { mean, variance: Math.max(0, square - mean ** 2), meanOnSuccess }
}

/** Sum of s z c^(k-1) over the attempts, and c^attempts for none of them answered. */
function generating(c: number, dc: number, s: number, attempts: number, z: number) {
  let value = 0
  let slope = 0
  let power = 1
  let powerSlope = 0
  for (let k = 1; k <= attempts && (power > NEGLIGIBLE || powerSlope > NEGLIGIBLE); k++) {
    value += s * z * power
    slope += s * power + s * z * powerSlope
    powerSlope = powerSlope * c + power * dc
    power *= c
  }
  return { value: value + power, slope: slope + powerSlope }
}
