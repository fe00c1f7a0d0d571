import { steadyMs, type Clock, type Timer } from '../clock/clock'

/**
 * The link's view of time. Step mode lets time pass without any timer coming nearer, so deadlines are kept on
 * a second scale that leaves those stretches out.
 */
export class Pace {
  constructor(private readonly clock: Clock) {}

  /** Clock ms: what stands on packets and events. */
  nowMs(): number {
    return this.clock.now()
  }

  /** Clock ms without the time that step mode skipped: what deadlines are measured in. */
  steadyMs(): number {
    return steadyMs(this.clock)
  }

  /** Clock ms that step mode has skipped so far. */
  skippedMs(): number {
    return this.clock.skippedMs()
  }

  schedule(delayMs: number, fire: () => void): Timer {
    return this.clock.schedule(Math.max(0, delayMs), fire)
  }

  cancel(timer: Timer | undefined): void {
    this.clock.cancel(timer)
  }
}

/** Ms in which an endpoint has read what it was handed: more than the stretch in which a clock fires timers in one go. */
export const READ_MS = 2
