import {
  LATENCY_FIGURES,
  type ExperimentConfig,
  type Interval,
  type LatencyFigure,
  type LatencyTheory,
} from '../../../contract/experiment'
import type { Journey } from './journey'

/** What is left of a distribution when its tail is cut off. */
const NEGLIGIBLE = 1e-12
/** Two-sided quantile of the normal distribution for 99 %. */
const Z99 = 2.5758293035489004

/** When a message that arrives has arrived: after `ways` delays and, with chance `waits[m]`, m retry timeouts. */
export interface LatencyLaw {
  readonly ways: number
  readonly waits: readonly number[]
}

/** Failures before the first success among `attempts` trials, of those with a success; a trial fails with chance p. */
function failures(p: number, attempts: number): number[] {
  const chances: number[] = []
  let left = 1
  for (let k = 0; k < attempts && left > NEGLIGIBLE; k++) {
    chances.push(left * (1 - p))
    left *= p
  }
  const all = chances.reduce((a, b) => a + b, 0)
  return chances.map((c) => c / all)
}

/** Chances of the sum of two independent counts. */
function sumOf(a: readonly number[], b: readonly number[]): number[] {
  const sum = new Array<number>(a.length + b.length - 1).fill(0)
  a.forEach((x, i) => b.forEach((y, j) => (sum[i + j] = (sum[i + j] as number) + x * y)))
  return sum
}

/**
 * At QoS 1 each PUBLISH that reaches the broker begins a round of its own on the subscriber's leg, and the earliest copy
 * counts. Chance that none has come m timeouts after the earliest possible time, by recursion over the publisher's attempts.
 */
function noneBy(m: number, { publisher, subscriber }: Journey): number {
  let later = 1
  for (let k = Math.min(m, publisher.attempts - 1); k >= 0; k--) {
    const missed = subscriber.forward ** Math.min(subscriber.attempts, m - k + 1)
    const arrived = missed * (publisher.back * later + 1 - publisher.back)
    later = publisher.forward * later + (1 - publisher.forward) * arrived
  }
  return later
}

function firstOfCopies(journey: Journey): number[] {
  const chances: number[] = []
  const most = journey.publisher.attempts + journey.subscriber.attempts - 2
  let before = 1
  for (let m = 0; m <= most; m++) {
    const now = noneBy(m, journey)
    // the tail is geometric: what follows is smaller still
    if (m > 0 && before - now < NEGLIGIBLE) break
    chances.push(before - now)
    before = now
  }
  const all = chances.reduce((a, b) => a + b, 0)
  return chances.map((c) => c / all)
}

const failedRound = (leg: Journey['publisher']): number => 1 - (1 - leg.forward) * (1 - leg.back)

/** From publishing to the first arrival at a subscriber, of the messages that arrive. Derived in docs/theory.md. */
export function latencyLaw(journey: Journey): LatencyLaw {
  const { qos, qos2, publisher, subscriber } = journey
  if (qos === 0) return { ways: 2, waits: [1] }
  if (qos === 1) return { ways: 2, waits: firstOfCopies(journey) }
  const reached = failures(publisher.forward, publisher.attempts)
  const answered = failures(failedRound(publisher), publisher.attempts)
  const passedOn = qos2 === 'on-release' ? sumOf(answered, reached) : reached
  const received = failures(failedRound(subscriber), subscriber.attempts)
  const released = failures(subscriber.forward, subscriber.attempts)
  const ways = qos2 === 'on-release' ? 6 : 4
  return { ways, waits: sumOf(sumOf(passedOn, received), released) }
}

/** The smallest number of waits that at least this share stays within. */
function quantile(waits: readonly number[], share: number): number {
  let sum = 0
  const at = waits.findIndex((chance) => (sum += chance) >= share - NEGLIGIBLE)
  return at < 0 ? waits.length - 1 : at
}

function meanOf(waits: readonly number[]): { mean: number; deviation: number } {
  const mean = waits.reduce((sum, chance, m) => sum + m * chance, 0)
  const square = waits.reduce((sum, chance, m) => sum + m * m * chance, 0)
  return { mean, deviation: Math.sqrt(Math.max(0, square - mean ** 2)) }
}

/** The share that a percentile is of. */
const SHARE: Record<Exclude<LatencyFigure, 'mean'>, number> = { p50: 0.5, p95: 0.95, p99: 0.99 }

/**
 * Expectation and 99 % interval, ms. A percentile of a sample lies between the quantiles of shares that far around its
 * own; the subscribers of a message are not independent, so that a message counts once.
 * @param arriving messages that arrive, on average
 */
export function latencyTheory(
  law: LatencyLaw,
  { delay, retryTimeout }: Pick<ExperimentConfig, 'delay' | 'retryTimeout'>,
  arriving: number,
): LatencyTheory {
  const at = (waits: number): number => law.ways * delay + waits * retryTimeout
  const { mean, deviation } = meanOf(law.waits)
  const reach = (figure: LatencyFigure): Interval => {
    if (figure === 'mean') {
      const half = (Z99 * deviation) / Math.sqrt(arriving)
      return [at(mean - half), at(mean + half)]
    }
    const share = SHARE[figure]
    const half = Z99 * Math.sqrt((share * (1 - share)) / arriving)
    // beyond the sample's largest value: what one in 200 such samples exceeds
    const most = Math.min(share + half, 1 - 0.005 / arriving)
    return [at(quantile(law.waits, share - half)), at(quantile(law.waits, most))]
  }
  const expected = (figure: LatencyFigure): number =>
    at(figure === 'mean' ? mean : quantile(law.waits, SHARE[figure]))
  const each = <T>(of: (f: LatencyFigure) => T) =>
    Object.fromEntries(LATENCY_FIGURES.map((f) => [f, of(f)])) as Record<LatencyFigure, T>
  return { expected: each(expected), interval99: each(reach) }
}
