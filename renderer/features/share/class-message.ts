import type { PacketWindow } from '../../stores/packet-window'

/** A message stays at least so long on the phones of a class, ms: its story is to be read. */
export const SHOWN_MS = 5000
/** One whose handshake is not complete stays longer, but not for ever: it may never end. */
export const OPEN_SHOWN_MS = 20_000

/**
 * The message that phones show while the teacher's page shows all packets: the newest of those, and for as long as it takes
 * to read it, the one before. Pure.
 * @param window packets that the teacher's page shows
 * @param now the message shown now, and for how long; null for none
 */
export function messageOfClass(
  window: PacketWindow,
  now: { journey: number; forMs: number } | null,
): number | null {
  const newest = window.rows().findLast((p) => p.journey !== null)?.journey ?? null
  const known = window.journey(now?.journey ?? null)
  if (now === null || known === undefined) return newest
  const open = known.exchanges.some((id) => window.exchange(id)?.verdict === 'open')
  return now.forMs < (open ? OPEN_SHOWN_MS : SHOWN_MS) ? now.journey : newest
}
