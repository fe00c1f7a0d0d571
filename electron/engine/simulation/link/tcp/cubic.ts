/** Steepness of the curve in segments per second cubed, and what is left of the window after a loss (RFC 9438 5.1, 4.6). */
const C = 0.4
const BETA = 0.7
/** Segments for each acknowledged window where the curve is flatter than Reno (RFC 9438 4.3). */
const ALPHA = (3 * (1 - BETA)) / (1 + BETA)
/** So many acknowledged segments make room for one more at most. */
const FASTEST = 2

/** How the window grows after a loss: along a cubic curve of time through the window before it (RFC 9438), as Linux has it. */
export class Cubic {
  private greatest = 0
  private fromMs: number | null = null
  /** Where the curve is flat: seconds after its beginning, and segments. */
  private flatSeconds = 0
  private flatWindow = 0
  /** Window that Reno would have. */
  private reno = 0
  private counted = 0

  /** A loss at this window; a smaller one than at the loss before makes room for others (RFC 9438 4.7). */
  lost(window: number): void {
    this.greatest = window < this.greatest ? (window * (1 + BETA)) / 2 : window
    this.fromMs = null
  }

  /** A timeout: nothing is known of the line any more. */
  forget(): void {
    this.greatest = 0
    this.fromMs = null
  }

  /** Whole segments to add for so many acknowledged ones. */
  growth(window: number, newly: number, nowMs: number, tripMs: number): number {
    if (this.fromMs === null) this.begin(window, nowMs)
    const seconds = (nowMs - (this.fromMs ?? nowMs) + tripMs) / 1000
    const target = this.flatWindow + C * (seconds - this.flatSeconds) ** 3
    this.reno += (ALPHA * newly) / window
    const aim = Math.max(target, Math.floor(this.reno))
    const each = aim > window ? Math.max(FASTEST, window / (aim - window)) : 100 * window
    this.counted += newly
    if (this.counted < each) return 0
    const more = Math.floor(this.counted / each)
    this.counted = 0
    return more
  }

  private begin(window: number, nowMs: number): void {
    this.fromMs = nowMs
    this.reno = window
    this.counted = 0
    this.flatWindow = Math.max(this.greatest, window)
    this.flatSeconds = Math.cbrt((this.flatWindow - window) / C)
  }
}
