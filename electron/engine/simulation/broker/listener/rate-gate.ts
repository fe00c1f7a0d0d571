import type { Clock } from '../../clock/clock'

/** At most `perSecond` in any second, bursts of that size included. */
export class RateGate {
  private tokens: number
  private lastMs: number
  private lastLogMs = -Infinity

  constructor(
    private readonly perSecond: number,
    private readonly clock: Clock,
  ) {
    this.tokens = perSecond
    this.lastMs = clock.now()
  }

  take(): boolean {
    const nowMs = this.clock.now()
    this.tokens = Math.min(this.perSecond, this.tokens + ((nowMs - this.lastMs) * this.perSecond) / 1000)
    this.lastMs = nowMs
    if (this.tokens < 1) return false
    this.tokens--
    return true
  }

  /** True at most once per second: a flood must not become a flood of log lines. */
  mayLog(): boolean {
    const nowMs = this.clock.now()
    if (nowMs - this.lastLogMs < 1000) return false
    this.lastLogMs = nowMs
    return true
  }
}
