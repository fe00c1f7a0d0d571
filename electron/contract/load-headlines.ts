import { outcomeOf } from './load'
import { fellBehind } from './load-behind'
import { topologyKind } from './load-fields'
import type { LoadReport } from './load-report'

/** Counted once for each connection at QoS 0 whose last PINGREQ the broker did not answer. */
export const UNCONFIRMED = 'no answer to the last PINGREQ: the broker may not have read what was sent'

const grouped = new Intl.NumberFormat('en-US')
const n = (value: number): string => grouped.format(value)

const round = (ms: number): string => (ms < 10 ? ms.toFixed(2) : n(Math.round(ms)))

/** A soak has drifted when its last quarter is slower by both. */
const DRIFT_FACTOR = 1.5
const DRIFT_MS = 1

/** Longest time in which no client was connected, between two in which some were, ms; to a step of the series. */
function awayFor({ series, seriesStepMs }: LoadReport): number {
  let [longest, now, before] = [0, 0, false]
  for (const { connected } of series) {
    if (connected === 0) now++
    else {
      if (before) longest = Math.max(longest, now)
      now = 0
      before = true
    }
  }
  return longest * seriesStepMs
}

/** That the rate asked for could not be met; null where it was. */
function behindLine(r: LoadReport): string | null {
  const b = fellBehind(r)
  if (b === null) return null
  return `the offered rate was not met: from second ${n(Math.round(b.fromMs / 1000))} on ${n(Math.round(b.answeredRate))} of ${n(Math.round(b.offeredRate))} messages per second got through, and each second a message had to wait ${round(b.msPerSecond)} ms longer, up to ${round(b.endMs)} ms`
}

/** What became of what never arrived, in a report of an earlier version; null where it does not say. */
function earlier({
  config,
  endToEndMs: { unanswered },
  lost,
}: LoadReport): { lost: number; inFlight: number } | null {
  const known = config.warmup === 0 && lost !== null && lost <= unanswered
  return known ? { lost, inFlight: unanswered - lost } : null
}

/** What never arrived, counted as the end-to-end latencies count it: once for each receiver, without the warm-up. */
function neverArrived(r: LoadReport): string {
  const { unanswered, count } = r.endToEndMs
  const timed = r.neverArrived?.timed ?? earlier(r)
  const parts = timed === null ? '' : `: ${n(timed.lost)} lost, ${n(timed.inFlight)} in flight`
  return `${n(unanswered)} of the ${n(count)} messages in the end-to-end latencies never arrived${parts}; each counts with its age at the end`
}

/**
 * What must be read before any figure of a report, one sentence each; empty for a run without such. That the generator
 * was saturated is said by its own sentence.
 */
export function headlines(r: LoadReport): string[] {
  const stopped = outcomeOf(r) === 'stopped'
  const behind = behindLine(r)
  const lines: string[] = behind === null ? [] : [behind]
  if (r.ackMs.unanswered > 0 && !stopped) {
    lines.push(
      `${n(r.ackMs.unanswered)} of the ${n(r.ackMs.count)} messages in the acknowledgement latencies were in flight at the end; each counts with its age then`,
    )
  }
  if (r.endToEndMs.unanswered > 0 && !stopped) {
    lines.push(neverArrived(r))
    if (topologyKind(r.config) === 'fan-out' && r.config.subscribers > 1)
      lines.push('in the end-to-end latencies a message counts once for each of its receivers')
  }
  if (r.negative.count > 0) {
    lines.push(
      `${n(r.negative.count)} messages arrived before they were sent, by up to ${n(Math.ceil(r.negative.mostMs))} ms: the clocks of the computers do not agree, so no end-to-end latency is given`,
    )
  }
  const { firstP99Ms: first, lastP99Ms: last } = r.drift ?? { firstP99Ms: null, lastP99Ms: null }
  if (first !== null && last !== null && last > DRIFT_FACTOR * first && last - first > DRIFT_MS) {
    lines.push(`p99 rose from ${round(first)} ms in the first quarter to ${round(last)} ms in the last`)
  }
  const awayMs = awayFor(r)
  if (awayMs > 0) {
    lines.push(
      `the broker was away for about ${n(Math.round(awayMs / 1000))} s; ${n(r.connections.reconnected)} clients reconnected`,
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
