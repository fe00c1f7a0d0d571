import type { Clock, Timer } from './clock/clock'

/** Clock ms between two looks at the links. */
const EVERY_MS = 10
/** Quiet looks in a row after which the network counts as silent. */
const QUIET_LOOKS = 3
/** A network that never falls silent (all packets lost, unlimited retries) is left after so many clock ms. */
const PATIENCE_MS = 600_000

/** Waits until nothing is on its way any more. */
export class Settling {
  private timer: Timer | undefined
  private quiet = 0

  constructor(
    private readonly clock: Clock,
    private readonly pending: () => number,
    private readonly done: (silent: boolean) => void,
  ) {}

  start(): void {
    const until = this.clock.now() + PATIENCE_MS
    const look = (): void => {
      this.quiet = this.pending() === 0 ? this.quiet + 1 : 0
      if (this.quiet >= QUIET_LOOKS) this.done(true)
      else if (this.clock.now() >= until) this.done(false)
      else this.timer = this.clock.schedule(EVERY_MS, look)
    }
    this.timer = this.clock.schedule(EVERY_MS, look)
  }

  stop(): void {
    this.clock.cancel(this.timer)
  }
}
