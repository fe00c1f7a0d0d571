/** A timer of the event loop may come this much later than it should, ms. */
const COARSE_MS = 1.2
/** A timer of Node cannot be longer; one that is set for more fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1
/** How long the thread may be stopped at once, ms: what comes in meanwhile is seen as much later. */
const LONGEST_NAP_MS = 2.2
/**
 * How late a sleeping thread is woken at first thought (Linux: timer slack of 50 µs), at least and at most, ms. A virtual
 * machine adds what its host takes; so each sleep teaches, and of five about one is woken earlier than was thought.
 */
const SLACK_MS = { first: 0.05, least: 0.02, most: 0.3 }
const LEARN_MS = { later: 0.002, sooner: 0.008 }
/** How long the loop may rest while answers are on their way that come late anyway, ms. */
const NAP_MS = 0.1
/** What comes due within this time of the last beat leaves together with the next, ms. */
const GAP_MS = 0.2
/** A beat that came this much late had waited for answers in vain, ms; and for how long the rest is slow. */
const VAIN_MS = 0.4
const SLOW_FOR_MS = 500

/**
 * How long after a beat the loop looks for answers without rest, ms: a thread that sleeps is woken so late that an answer
 * of a broker close by would seem twice as slow. It is not done where the next beat is as near, and where it was in vain so
 * many times in a row, not again for some time, which doubles.
 */
const LOOK_MS = 0.5
const VAIN_LOOKS = 3
const NO_LOOK_FOR_MS = { first: 50, most: 1600 }

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
 * naps. The loop turns without pause only for the first answers after a beat, and for what is left where it is woken sooner
 * than it mostly is.
 */
export class Pace {
  /** How long this thread has slept, or looked for answers in vain, ms. */
  sleptMs = 0
  private dueMs = Infinity
  private lastMs = -Infinity
  private slackMs = SLACK_MS.first
  private slowUntilMs = -Infinity
  private lookUntilMs = -Infinity
  private noLookUntilMs = -Infinity
  private vainLooks = 0
  private noLookForMs = NO_LOOK_FOR_MS.first
  /** The last look, where nothing has come in since. */
  private lookedMs: number | null = null
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
    this.lookedMs = null
    this.listening = false
  }

  /** Something has come in. */
  heard(): void {
    this.lookedMs = null
    if (!this.listening) return
    const now = this.deps.now()
    if (now < this.dueMs && !this.deps.quiet()) return
    if (now < this.lookUntilMs) {
      this.vainLooks = 0
      this.noLookForMs = NO_LOOK_FOR_MS.first
    }
    this.cancel()
    this.rest()
  }

  private rest(): void {
    this.listening = false
    if (this.dueMs === Infinity) return
    const now = this.deps.now()
    const left = this.dueMs - now
    const quiet = this.deps.quiet()
    if (!quiet && left > 0 && this.looks(now)) {
      this.listening = true
      this.cancel = this.deps.later(this.wait, 0)
    } else if (left > (quiet ? LONGEST_NAP_MS : COARSE_MS)) {
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

  /** Whether an answer may come any moment. */
  private looks(now: number): boolean {
    if (now < this.lookUntilMs) {
      if (this.lookedMs !== null) this.sleptMs += now - this.lookedMs
      this.lookedMs = now
      return true
    }
    const looked = this.lookedMs !== null
    this.lookedMs = null
    if (looked && ++this.vainLooks === VAIN_LOOKS) {
      this.vainLooks = 0
      this.noLookUntilMs = now + this.noLookForMs
      this.noLookForMs = Math.min(NO_LOOK_FOR_MS.most, this.noLookForMs * 2)
    }
    this.lookUntilMs = -Infinity
    return false
  }

  private sleep(): void {
    const { now } = this.deps
    this.lookedMs = null
    const began = now()
    const left = this.dueMs - began
    const quiet = this.deps.quiet()
    if (left > this.slackMs) {
      const asked = Math.min(left - this.slackMs, quiet ? Infinity : NAP_MS)
      this.deps.sleep(asked)
      const slept = now() - began
      this.sleptMs += slept
      this.learn(slept - asked)
    }
    if (this.dueMs - now() > this.slackMs) {
      this.rest()
      return
    }
    while (now() < this.dueMs);
    this.strike()
  }

  private learn(lateMs: number): void {
    const by = lateMs > this.slackMs ? LEARN_MS.later : -LEARN_MS.sooner
    this.slackMs = Math.min(SLACK_MS.most, Math.max(SLACK_MS.least, this.slackMs + by))
  }

  private strike(): void {
    this.lastMs = this.deps.now()
    if (this.lastMs - this.dueMs > VAIN_MS && !this.deps.quiet()) this.slowUntilMs = this.lastMs + SLOW_FOR_MS
    const dueMs = this.deps.beat()
    const sentMs = this.deps.now()
    this.lookUntilMs = sentMs >= this.noLookUntilMs && dueMs - sentMs > LOOK_MS ? sentMs + LOOK_MS : -Infinity
    this.lookedMs = null
    this.at(dueMs)
  }
}
