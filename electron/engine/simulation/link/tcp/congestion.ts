import { Cubic } from './cubic'

/** Share of the window that is left after a loss (CUBIC, RFC 9438 4.6). */
const BETA = 0.7
const LEAST_WINDOW = 2
/** Window of a connection that sends little (RFC 6928). */
const INITIAL_WINDOW = 10

/**
 * How many segments may be on their way. Without loss there is no limit here: a sensor never fills its window, and how TCP
 * finds the capacity of a line is left out. After a loss the window shrinks and grows again as in Linux: by proportional rate
 * reduction during fast recovery (RFC 6937), from one segment on after a timeout (RFC 5681 3.1), and by CUBIC.
 */
export class Congestion {
  /** Whole segments. */
  window = Infinity
  private threshold = Infinity
  private before = Infinity
  private thresholdBefore = Infinity
  private delivered = 0
  private sent = 0
  private readonly cubic = new Cubic()

  /** A loss was found from acknowledgements. @param outstanding segments that are not acknowledged */
  reduce(outstanding: number): void {
    this.remember(outstanding)
    this.delivered = 0
    this.sent = 0
  }

  /** A timeout. @param inFlight segments that may still arrive @param isFirst the episode begins with it */
  collapse(outstanding: number, inFlight: number, isFirst: boolean): void {
    if (isFirst) this.remember(outstanding)
    this.cubic.forget()
    this.window = inFlight + 1
  }

  /** A segment was sent during fast recovery. */
  sentOne(): void {
    this.sent++
  }

  /**
   * Window during fast recovery.
   * @param newly segments that this acknowledgement reports for the first time
   * @param progress it moves the stream on and finds no further loss
   */
  share(newly: number, inFlight: number, progress: boolean): void {
    if (newly <= 0) return
    this.delivered += newly
    const room = this.threshold - inFlight
    const grant =
      room < 0
        ? Math.ceil((this.threshold * this.delivered) / this.before) - this.sent
        : Math.min(room, Math.max(this.delivered - this.sent, newly) + (progress ? 1 : 0))
    // The first retransmission is never held back.
    this.window = inFlight + Math.max(grant, this.sent === 0 ? 1 : 0)
  }

  /** Acknowledgements come and the window was used. @param tripMs shortest round trip so far */
  grow(newly: number, nowMs: number, tripMs: number): void {
    if (this.window === Infinity) return
    if (this.window < this.threshold) this.window += newly
    else this.window += this.cubic.growth(this.window, newly, nowMs, tripMs)
  }

  /** Fast recovery is over. */
  settle(): void {
    this.window = this.threshold
  }

  /** Nothing was lost after all. */
  undo(): void {
    this.window = Math.max(this.window, this.before)
    this.threshold = this.thresholdBefore
  }

  private remember(outstanding: number): void {
    if (this.window === Infinity) this.window = Math.max(INITIAL_WINDOW, outstanding)
    this.before = this.window
    this.thresholdBefore = this.threshold
    this.threshold = Math.max(LEAST_WINDOW, Math.floor(this.window * BETA))
    this.cubic.lost(this.window)
  }
}
