/** A timer that has been scheduled; opaque to its owner. */
export interface Timer {
  readonly dueMs: number
}

/**
 * The one source of time inside the engine. Times are milliseconds since the clock began, fractions allowed.
 * Timers fire in due order, ties in the order they were set, so that a stalled machine cannot reorder them.
 */
export interface Clock {
  /** Wall time (Unix epoch, ms) at which `now()` was 0. */
  readonly epochMs: number
  now(): number
  /** Ms of `now()` that step mode let pass for held packets, in which no timer came nearer. */
  skippedMs(): number
  /** Calls `fire` once, `delayMs` (0 or more) from now. */
  schedule(delayMs: number, fire: () => void): Timer
  /** Does nothing for a timer that has fired or was cancelled. */
  cancel(timer: Timer | undefined): void
}

/** Tolerance when a deadline is compared with the time: sums of fractions do not come out even. */
export const EPSILON_MS = 1e-6

/** Clock ms without what step mode let pass: what deadlines and durations are measured in. */
export const steadyMs = (clock: Pick<Clock, 'now' | 'skippedMs'>): number => clock.now() - clock.skippedMs()

/**
 * Time that the engine paces itself. It moves from one due timer to the next and, after each, waits until the
 * consequences (streams, promises, the broker's callbacks) have run, so the order of events depends on the
 * scenario and never on how busy the machine is. Real time only limits how fast it may move.
 */
export interface PacedClock extends Clock {
  /** Virtual milliseconds per real millisecond; `Infinity` runs as fast as the machine can. */
  readonly speed: number
  /** How far virtual time has fallen behind its pace, in real ms: above 0 when the machine cannot keep up. */
  lagMs(): number
  readonly running: boolean
  start(): void
  /** Time stands still; timers keep their remaining delay. Freezes nest: each holder thaws its own. */
  freeze(holder: string): void
  thaw(holder: string): void
  /** While frozen: lets this much time pass without any timer coming nearer. */
  skip(ms: number): void
  setSpeed(speed: number): void
  /** Tells the clock that something happened without a timer (bytes moved), so it must wait longer before moving on. */
  touch(): void
  /** Ends all timers. */
  stop(): void
}
