import type { Thresholds } from '../../../contract/load-config'
import type { Check, LoadReport } from '../../../contract/load-report'
import { evaluateThresholds } from '../../../contract/load-thresholds'

type Measured = Pick<
  LoadReport,
  | 'ackMs'
  | 'endToEndMs'
  | 'negative'
  | 'connectMs'
  | 'lost'
  | 'duplicated'
  | 'outOfOrder'
  | 'failed'
  | 'inFlight'
  | 'expected'
  | 'errors'
  | 'publishRate'
>

/**
 * The verdict of a run that has ended. Where the generator was the limit there is none: neither a pass nor a failure
 * would tell of the broker.
 */
export function verdictOf(
  checks: Check[],
  r: { aborted: string | null; saturated: boolean },
): LoadReport['verdict'] {
  const inconclusive = r.saturated && r.aborted === null
  return {
    passed: r.aborted === null && !inconclusive && checks.every((c) => c.passed),
    inconclusive,
    checks,
  }
}

/** Evaluates the thresholds of a run that has ended. */
export function checkThresholds(asked: Thresholds, r: Measured): Check[] {
  // of latencies that are refused the worse of both is not known
  const known = r.negative.count === 0
  const latencies = known ? [r.ackMs.p99, r.endToEndMs.p99].filter((v) => v !== null) : []
  // where no message was due at a subscriber, nothing can be said of arrivals
  const arrivals = (r.expected ?? 0) > 0
  const values = {
    p99Ms: latencies.length > 0 ? Math.max(...latencies) : null,
    connectP99Ms: r.connectMs.p99,
    // what was never acknowledged and never came is as good as lost: the drain is over
    lost: arrivals || r.endToEndMs.unanswered > 0 ? Math.max(r.lost ?? 0, r.endToEndMs.unanswered) : null,
    duplicated: arrivals ? r.duplicated : null,
    outOfOrder: arrivals ? r.outOfOrder : null,
    failed: r.failed,
    unanswered: r.inFlight,
    errors: Object.values(r.errors).reduce((a, b) => a + b, 0),
    publishRate: r.publishRate,
  }
  return evaluateThresholds(asked, values, true).map(({ name, limit, actual, state }) => ({
    name,
    limit,
    actual,
    passed: state === 'passed',
  }))
}
