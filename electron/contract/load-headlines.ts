import { outcomeOf } from './load'
import type { LoadReport } from './load-report'

/** Counted once for each connection at QoS 0 whose last PINGREQ the broker did not answer. */
export const UNCONFIRMED = 'no answer to the last PINGREQ: the broker may not have read what was sent'

const grouped = new Intl.NumberFormat('en-US')
const n = (value: number): string => grouped.format(value)

/**
 * What must be read before any figure of a report, one sentence each; empty for a run without such. That the generator
 * was saturated is said by its own sentence.
 */
export function headlines(r: LoadReport): string[] {
  const stopped = outcomeOf(r) === 'stopped'
  const lines: string[] = []
  if (r.ackMs.unanswered > 0 && !stopped) {
    lines.push(
      `${n(r.inFlight)} of ${n(r.offered)} messages were never acknowledged; each counts in the latencies with its age at the end`,
    )
  }
  if (r.endToEndMs.unanswered > 0 && !stopped) {
    lines.push(
      `${n(r.endToEndMs.unanswered)} of ${n(r.endToEndMs.count)} expected messages never arrived; each counts in the latencies with its age at the end`,
    )
  }
  if (r.connectMs.unanswered > 0) {
    lines.push(`${n(r.connectMs.unanswered)} connection attempts were never answered`)
  }
  const unconfirmed = r.errors[UNCONFIRMED] ?? 0
  if (unconfirmed > 0) {
    lines.push(`${n(unconfirmed)} connections got no answer to their last PINGREQ: the broker may have hung`)
  }
  return lines
}
