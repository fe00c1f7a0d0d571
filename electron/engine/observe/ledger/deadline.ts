import type { DelayConfig, LinkConfig } from '../../../contract/link-config'
import type { QoS } from '../../../contract/packet'

/** Time for queues and processing that no configuration states. */
const SLACK_MS = 2000

/** The longest a packet may take; a normal delay is cut at five deviations. */
function longestMs(delay: DelayConfig): number {
  switch (delay.model) {
    case 'constant':
      return delay.ms
    case 'uniform':
      return delay.maxMs
    case 'normal':
      return delay.meanMs + 5 * delay.deviationMs
    case 'schedule':
      return Math.max(...delay.steps.map((s) => s.ms))
  }
}

/** The longest that a fault of the link holds a packet up. */
const heldUpMs = ({ faults }: LinkConfig): number =>
  (faults?.reorder?.by ?? 0) + Math.max(0, ...(faults?.partitions ?? []).map((p) => p.for))

/**
 * How long after publishing a message over this link nothing will bring it any more, in ms of clock time; Infinity
 * while a sender may repeat it for ever.
 */
export function settleTimeMs(link: LinkConfig, qos: QoS): number {
  let known = settleTimes.get(link)
  if (!known) {
    known = [0, 1, 2].map((q) => computeSettleTimeMs(link, q as QoS))
    settleTimes.set(link, known)
  }
  return known[qos] as number
}

/** By configuration, which is never changed in place; asked for every message. */
const settleTimes = new WeakMap<LinkConfig, readonly number[]>()

function computeSettleTimeMs(link: LinkConfig, qos: QoS): number {
  const wayMs = longestMs(link.uplink.delay) + longestMs(link.downlink.delay) + 2 * heldUpMs(link)
  const { mode, timeout, backoff, maxRetries } = link.recovery
  if (link.kind !== 'radio') return qos === 0 && link.kind === 'cut' ? wayMs + SLACK_MS : Infinity
  if (mode === 'none' || (qos === 0 && mode !== 'link')) return wayMs + SLACK_MS
  if (mode === 'reconnect' || maxRetries === 'unlimited') return Infinity
  let repeatMs = 0
  for (let i = 0; i <= maxRetries; i++) repeatMs += timeout * backoff ** i
  // A publisher's leg and a subscriber's leg, each with PUBLISH and PUBREL.
  return 4 * (repeatMs + wayMs) + SLACK_MS
}
