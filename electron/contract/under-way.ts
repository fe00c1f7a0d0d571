import type { PacketRow } from './model'

/**
 * How long a packet was under way, ms: without what step mode let pass for other packets meanwhile. Null while it still is.
 * `heldMs` is 0 by default.
 */
export const underWayMs = (
  p: Pick<PacketRow, 'sentMs' | 'settledMs'> & Partial<Pick<PacketRow, 'heldMs'>>,
): number | null => (p.settledMs === null ? null : p.settledMs - p.sentMs - (p.heldMs ?? 0))

type Sent = Pick<PacketRow, 'sentMs' | 'skippedMs'>

/** What a timer ran from the sending of one packet to that of a later one, ms: without what step mode let pass between them. */
export const timerRanMs = (first: Sent, later: Sent): number =>
  later.sentMs - first.sentMs - (later.skippedMs - first.skippedMs)
