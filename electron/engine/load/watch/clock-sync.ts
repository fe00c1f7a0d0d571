/** How a clock stands to the collector's: what to add to it, and how far from the truth that can be. Both in ms. */
export interface ClockSample {
  offsetMs: number
  errorMs: number
}

/**
 * One exchange as in NTP (RFC 5905 section 8): the answer was under way for the round trip without the collector's own
 * time. Where in it the collector looked at its clock is not known, so the error is half of it.
 * @param sentMs, receivedMs by the clock that is measured; @param takenMs, answeredMs by the collector's
 */
export function clockSample(t: {
  sentMs: number
  takenMs: number
  answeredMs: number
  receivedMs: number
}): ClockSample {
  const roundTripMs = Math.max(0, t.receivedMs - t.sentMs - (t.answeredMs - t.takenMs))
  return { offsetMs: (t.takenMs - t.sentMs + (t.answeredMs - t.receivedMs)) / 2, errorMs: roundTripMs / 2 }
}

/** The exchange with the shortest round trip knows most. */
export const bestSample = (samples: readonly ClockSample[]): ClockSample | null =>
  samples.reduce<ClockSample | null>(
    (best, s) => (best !== null && best.errorMs <= s.errorMs ? best : s),
    null,
  )

/** Exchanges looked back at: clocks drift, so that older ones say less of now. */
const RECENT = 30

/** Bounds, over a run, how far a clock that was set once by `usedOffsetMs` has been from the collector's. */
export class ClockWatch {
  private readonly recent: ClockSample[] = []
  private readonly firstMs: number

  constructor(
    private readonly usedOffsetMs: number,
    first: ClockSample,
  ) {
    this.firstMs = this.bound(first)
  }

  add(s: ClockSample): void {
    this.recent.push(s)
    if (this.recent.length > RECENT) this.recent.shift()
  }

  /** The clock is off by this at most: at the beginning, or by the exchanges of the last seconds. */
  get errorMs(): number {
    const now = this.recent.map((s) => this.bound(s))
    return now.length === 0 ? this.firstMs : Math.max(this.firstMs, Math.min(...now))
  }

  private bound(s: ClockSample): number {
    return Math.abs(s.offsetMs - this.usedOffsetMs) + s.errorMs
  }
}
