import { populationsOf, type LoadConfig } from '../../../contract/load-config'
import type { Check, LatencySummary, LoadReport } from '../../../contract/load-report'
import { evaluateThresholds } from '../../../contract/load-thresholds'
import { isLateness } from './saturation'

type Measured = Pick<
  LoadReport,
  | 'ackMs'
  | 'endToEndMs'
  | 'negative'
  | 'connectMs'
  | 'lost'
  | 'neverArrived'
  | 'duplicated'
  | 'outOfOrder'
  | 'failed'
  | 'inFlight'
  | 'expected'
  | 'errors'
  | 'publishRate'
  | 'roundTripMs'
> & {
  /** Connections made, those of clients that had been connected before among them. */
  connections: Pick<LoadReport['connections'], 'established' | 'reconnected'>
  receiveRate: number
  /** End-to-end figures below this are not known, ms. @default 0 */
  clockErrorMs?: number
}

/** Messages that were lost, failed or are in flight. */
const OF_MESSAGES = /^(.*: )?(max-(lost|failed)$|(lost|failed)[<=])/

/**
 * The verdict of a run that has ended. Where the generator was the limit there is none: neither a pass nor a failure
 * would tell of the broker. But where it was late and nothing else, it was there to send and to read: messages that were
 * lost or in flight are the broker's failure all the same.
 */
export function verdictOf(
  checks: Check[],
  r: { aborted: string | null; generator: Pick<LoadReport['generator'], 'saturated' | 'reasons'> },
): LoadReport['verdict'] {
  const certain =
    r.generator.reasons.every(isLateness) &&
    checks.some((c) => !c.passed && c.actual !== null && OF_MESSAGES.test(c.name))
  const inconclusive = r.generator.saturated && r.aborted === null && !certain
  return {
    passed: r.aborted === null && !inconclusive && checks.every((c) => c.passed),
    inconclusive,
    checks,
  }
}

const FIGURES = ['p50', 'p90', 'p95', 'p99', 'p999', 'mean', 'max'] as const

/** Latencies by the names of expressions: those of each leg, and the worse of acknowledgement and end to end. */
function latenciesOf(r: Measured): Record<string, number | null> {
  const of = (leg: string, s: LatencySummary): [string, number | null][] =>
    FIGURES.map((f) => [`${leg}.${f}`, s[f]])
  const worse = FIGURES.map((f): [string, number | null] => {
    const known = [r.ackMs[f], r.endToEndMs[f]].filter((v) => v !== null)
    const most = known.length > 0 ? Math.max(...known) : null
    const below = r.endToEndMs.count > 0 && r.endToEndMs[f] === null
    // of latencies that are refused the worse of both is not known
    const refused = r.negative.count > 0 || (below && (most ?? 0) < (r.clockErrorMs ?? 0))
    return [f, refused ? null : most]
  })
  return Object.fromEntries([
    ...of('ack', r.ackMs),
    ...of('e2e', r.endToEndMs),
    ...of('connect', r.connectMs),
    ...(r.roundTripMs === undefined ? [] : of('rtt', r.roundTripMs)),
    ...worse,
  ])
}

/**
 * Evaluates the thresholds of a run that has ended: of the whole, and those that populations have of their own figures.
 * @param rows what was measured of each population, in their order
 */
export function checksOf(config: LoadConfig, whole: Measured, rows: readonly Measured[]): Check[] {
  const own = populationsOf(config).flatMap((p, i) => {
    const row = p.name === null ? undefined : rows[i]
    return row === undefined
      ? []
      : checkThresholds(p.config, row).map((c) => ({ ...c, name: `${p.name}: ${c.name}` }))
  })
  return [...checkThresholds(config, whole), ...own]
}

/** Share of the clients that were connected at any time, percent. */
function connectedShare({ publishers, subscribers }: LoadConfig, { connections: c }: Measured): number {
  return (100 * (c.established - c.reconnected)) / (publishers + subscribers)
}

function checkThresholds(config: LoadConfig, r: Measured): Check[] {
  const latencies = latenciesOf(r)
  // where no message was due at a subscriber, nothing can be said of arrivals
  const arrivals = (r.expected ?? 0) > 0
  const inFlight = r.neverArrived?.inFlight ?? 0
  const values = {
    p99Ms: latencies['p99'] ?? null,
    connectP99Ms: r.connectMs.p99,
    // all that never arrived: the drain is over
    lost: arrivals || inFlight > 0 ? (r.lost ?? 0) + inFlight : null,
    duplicated: arrivals ? r.duplicated : null,
    outOfOrder: arrivals ? r.outOfOrder : null,
    failed: r.failed,
    unanswered: r.inFlight,
    errors: Object.values(r.errors).reduce((a, b) => a + b, 0),
    publishRate: r.publishRate,
    receiveRate: arrivals ? r.receiveRate : null,
    connected: connectedShare(config, r),
    latencies,
  }
  return evaluateThresholds(config.thresholds, values, true).map(({ name, limit, actual, state }) => ({
    name,
    limit,
    actual,
    passed: state === 'passed',
  }))
}
