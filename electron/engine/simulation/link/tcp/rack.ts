import { EPSILON_MS } from '../../clock/clock'
import type { Segment } from './segment'

/** Recent acknowledgement (RFC 8985): what was sent before something that has arrived, and has had its time, is lost. */
export class Rack {
  /** Of the segment sent last among those that have arrived. */
  private sentMs = -Infinity
  private to = -1
  private tripMs = 0

  /** A segment has arrived. @param leastMs shortest round trip so far */
  delivered(s: Segment, nowMs: number, leastMs: number): void {
    const tripMs = nowMs - s.sentMs
    // Too soon for the repetition: this answers the first transmission.
    if (s.repeated && tripMs < leastMs - EPSILON_MS) return
    if (this.sentAfter(s)) {
      this.sentMs = s.sentMs
      this.to = s.to
      this.tripMs = tripMs
    }
  }

  /**
   * Marks what is lost.
   * @param slackMs for packets that only overtook each other
   * @returns how many, and the ms after which more may be; 0 when nothing waits
   */
  lost(segments: readonly Segment[], nowMs: number, slackMs: number): { found: number; afterMs: number } {
    let found = 0
    let afterMs = 0
    for (const s of segments) {
      if (s.sacked || (s.lost && !s.again) || this.sentAfter(s)) continue
      const leftMs = this.tripMs + slackMs - (nowMs - s.sentMs)
      if (leftMs > EPSILON_MS) {
        afterMs = Math.max(afterMs, leftMs)
        continue
      }
      s.lost = true
      s.again = false
      found++
    }
    return { found, afterMs }
  }

  /** It was sent less than a round trip ago. */
  mayArrive(s: Segment, nowMs: number): boolean {
    return this.tripMs > 0 && this.tripMs - (nowMs - s.sentMs) > EPSILON_MS
  }

  /** It was sent after all that has arrived, or is just that. */
  private sentAfter(s: Segment): boolean {
    return s.sentMs > this.sentMs || (s.sentMs === this.sentMs && s.to >= this.to)
  }
}
