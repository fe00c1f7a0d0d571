import type { EncodedSendTimes, LoadReport } from '../../../contract/load-report'
import { LatencyHistogram } from '../../base/latency-histogram'
import type { NeverArrived } from '../measure/unanswered'

/** Adds histograms of the same kind: exact, unlike averaging percentiles. */
export function joinHistograms(texts: readonly string[]): LatencyHistogram {
  const sum = new LatencyHistogram()
  for (const t of texts) sum.add(LatencyHistogram.decode(t))
  return sum
}

/** End-to-end latencies; none where clocks were seen to disagree, since all of them are wrong by as much. */
export const endToEndSummary = (
  h: LatencyHistogram,
  never: NeverArrived | null,
  negatives: number,
): LoadReport['endToEndMs'] =>
  negatives > 0
    ? new LatencyHistogram().summary()
    : h.summary(never === null ? 0 : never.timed.lost + never.timed.inFlight)

/** Times from the actual send; null where there are none, and end to end none where clocks were seen to disagree. */
export function fromSend(
  parts: readonly (EncodedSendTimes | null | undefined)[],
  negatives: number,
): LoadReport['fromSend'] {
  const known = parts.filter((p) => p !== null && p !== undefined)
  if (known.length === 0) return null
  return {
    ackMs: joinHistograms(known.map((p) => p.ack)).summary(),
    endToEndMs: endToEndSummary(joinHistograms(known.map((p) => p.endToEnd)), null, negatives),
    delayMs: joinHistograms(known.map((p) => p.delay)).summary(),
  }
}

/** Messages a second over a time, to three decimals; 0 for no time. */
export const rateOf = (messages: number, ms: number): number =>
  ms > 0 ? Math.round((messages * 1e6) / ms) / 1000 : 0
