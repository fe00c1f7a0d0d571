import type { RingSummary } from '@contract/ring'
import type { TimeRange } from '@contract/time-range'

/** One line of the ring's picture, from 0 to 1 of its width. */
export interface RingLine {
  packets: number
  /** Share of the line that was lost packets. */
  lost: number
}

/** Lines of the picture: how busy each part was against the busiest, by its root, so that quiet parts are seen too. */
export function ringLines(ring: RingSummary): RingLine[] {
  const most = Math.max(1, ...ring.packets)
  return ring.packets.map((n, i) => ({
    packets: n === 0 ? 0 : Math.max(0.08, Math.sqrt(n / most)),
    lost: n === 0 ? 0 : (ring.lost[i] ?? 0) / n,
  }))
}

const span = (ring: RingSummary): number => Math.max(1, ring.toMs - ring.fromMs)
const clamp = (share: number): number => Math.min(1, Math.max(0, share))

/** Where a stretch of time lies in the picture, as shares of its height; null when none of it is kept. */
export function stretchOf(ring: RingSummary, range: TimeRange): { from: number; to: number } | null {
  if (ring.firstSeq === ring.nextSeq || range.toMs < ring.fromMs || range.fromMs > ring.toMs) return null
  const at = (ms: number): number => clamp((ms - ring.fromMs) / span(ring))
  return { from: at(range.fromMs), to: at(range.toMs) }
}

/** The packet to go to for a place in the picture. */
export function seqAt(ring: RingSummary, share: number): number {
  const part = Math.min(ring.seqs.length - 1, Math.floor(clamp(share) * ring.seqs.length))
  return Math.min(ring.seqs[part] ?? ring.firstSeq, Math.max(ring.firstSeq, ring.nextSeq - 1))
}

/** Clock ms of a place in the picture. */
export const timeAt = (ring: RingSummary, share: number): number => ring.fromMs + clamp(share) * span(ring)
