/** A timer of the event loop may come this much later than it should, ms. */
const COARSE_MS = 1.2
/** A timer of Node cannot be longer; one that is set for more fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1
/** How long the thread may be stopped at once, ms: what comes in meanwhile is seen as much later. */
const LONGEST_NAP_MS = 2.2
/** A sleeping thread is woken about this much late (Linux: timer slack of 50 µs), ms. */
const SLACK_MS = 0.05
/** How long the loop may rest while answers are on their way that come late anyway, ms. */
const NAP_MS = 0.1
/** What comes due within this time of the last beat leaves together with the next, ms. */
const GAP_MS = 0.2
/** A beat that came this much late had waited for answers in vain, ms; and for how long the rest is slow. */
const VAIN_MS = 0.4
const SLOW_FOR_MS = 500

/** Time and the thread of a pace; tests give their own. Times are Unix ms of the run's clock. */
export interface PaceDeps {
  now(): number
  /** Stops this thread. */
  sleep(ms: number): void
  /** Calls back once after `ms`, for 0 after the next look for input. Returns how to call it off. */
  later(f: () => void, ms: number): () => void
  /** Nothing is on its way to this thread. */
  quiet(): boolean
  /** Does what is due. Returns when the next is: Infinity for never. */
  beat(): number
}

/**
 * Calls back at times far closer together than the millisecond of setTimeout. Where nothing is on its way to this thread
 * it sleeps for the rest of the time. Where something is, the event loop waits for it, so that its time of arrival is read
 * at once; then, mostly, the rest is slept. Where answers come later than the next beat, the loop looks for them between
 * naps. The loop never turns without pause, but for the last 50 µs.
 */
export class Pace {
  /** How long this thread has slept, ms. */
  sleptMs = 0
  private dueMs = Infinity
  private lastMs = -Infinity
  private slowUntilMs = -Infinity
  /** The loop waits for input. */
  private listening = false
  private cancel = (): void => undefined
  private readonly wait = (): void => this.rest()
  private readonly nap = (): void => this.sleep()

  constructor(private readonly deps: PaceDeps) {}

  /** Begins, or goes on at another time. */
  at(dueMs: number): void {
    this.cancel()
    this.dueMs = Math.max(dueMs, this.lastMs + GAP_MS)
    this.rest()
  }

  stop(): void {
    this.cancel()
    this.dueMs = Infinity
    this.listening = false
  }

  /** Something has come in. */
  heard(): void {
    if (!this.listening || (this.deps.now() < this.dueMs && !this.deps.quiet())) return
    this.cancel()
    this.rest()
  }

  private rest(): void {
    this.listening = false
    if (this.dueMs === Infinity) return
    const now = this.deps.now()
    const left = this.dueMs - now
    const quiet = this.deps.quiet()
    if (left > (quiet ? LONGEST_NAP_MS : COARSE_MS)) {
      const ms = Math.min(LONGEST_TIMER_MS, Math.max(1, Math.floor(left - COARSE_MS)))
      this.cancel = this.deps.later(this.wait, ms)
      this.listening = !quiet
    } else if (left <= 0 || quiet || now < this.slowUntilMs) {
      this.cancel = this.deps.later(this.nap, 0)
    } else {
      this.listening = true
      this.cancel = this.deps.later(this.wait, 1)
    }
  }

  private sleep(): void {
    const { now } = this.deps
    const began = now()
    const left = this.dueMs - began
    const quiet = this.deps.quiet()
    if (left > SLACK_MS) {
      this.deps.sleep(Math.min(left - SLACK_MS, quiet ? Infinity : NAP_MS))
      this.sleptMs += now() - began
    }
    if (this.dueMs - now() > SLACK_MS) {
      this.rest()
      return
    }
    while (now() < this.dueMs);
    this.strike()
  }

  private strike(): void {
    this.lastMs = this.deps.now()
    if (this.lastMs - this.dueMs > VAIN_MS && !this.deps.quiet()) this.slowUntilMs = this.lastMs + SLOW_FOR_MS
    this.at(this.deps.beat())
  }
}
