import type { Thresholds } from '../../../contract/load-config'
import type { Check, LoadReport } from '../../../contract/load-report'

type Measured = Pick<
  LoadReport,
  | 'ackMs'
  | 'endToEndMs'
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

interface Limit {
  key: keyof Thresholds
  actual(r: Measured): number | null
  /** True: the limit is the least, not the most. */
  least?: boolean
}

/** The p99 a limit speaks of: the worse of acknowledgement and end-to-end latency. */
function worstP99(r: Measured): number | null {
  const known = [r.ackMs.p99, r.endToEndMs.p99].filter((v) => v !== null)
  return known.length > 0 ? Math.max(...known) : null
}

/** Where no message was due at a subscriber, nothing can be said of arrivals. */
function ofArrivals(count: (r: Measured) => number | null): (r: Measured) => number | null {
  return (r) => ((r.expected ?? 0) > 0 ? count(r) : null)
}

const LIMITS: readonly Limit[] = [
  { key: 'maxP99', actual: worstP99 },
  { key: 'maxConnectP99', actual: (r) => r.connectMs.p99 },
  { key: 'maxLost', actual: ofArrivals((r) => r.lost) },
  { key: 'maxDuplicated', actual: ofArrivals((r) => r.duplicated) },
  { key: 'maxOutOfOrder', actual: ofArrivals((r) => r.outOfOrder) },
  // what the broker never answered is no success either
  { key: 'maxFailed', actual: (r) => r.failed + r.inFlight },
  { key: 'maxErrors', actual: (r) => Object.values(r.errors).reduce((a, b) => a + b, 0) },
  { key: 'minRate', actual: (r) => r.publishRate, least: true },
]

/** The flag of a threshold: maxP99 is max-p99, maxConnectP99 is max-connect-p99. */
export const thresholdName = (key: string): string => key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)

/** Checks what was asked for. A limit on something that was not measured is broken: silence is no proof. */
export function checkThresholds(asked: Thresholds, r: Measured): Check[] {
  return LIMITS.flatMap(({ key, actual, least }) => {
    const limit = asked[key]
    if (limit === undefined) return []
    const value = actual(r)
    const passed = value !== null && (least === true ? value >= limit : value <= limit)
    return [{ name: thresholdName(key), limit, actual: value, passed }]
  })
}
