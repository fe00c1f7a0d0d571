import type { PacedClock } from '../simulation/clock/clock'

export interface TimeShareOptions {
  /** ms of a clock that never jumps. */
  now(): number
  /** Lets everything else that waits run, and comes back after this many ms at the earliest. */
  pause(ms: number): Promise<void>
  /** Longest that one clock runs before it is another's turn, ms. */
  sliceMs: number
  /** Rest after each turn, as a multiple of `sliceMs`. */
  rest: number
  /** A clock that has run for so long, ms, is told so and runs no more. */
  mostMs: number
}

interface Sharer {
  clock: Pick<PacedClock, 'freeze' | 'thaw'>
  ranMs: number
  left: boolean
  tooLong: () => void
}

const HOLDER = 'turn'

/** Clocks that run as fast as they can by turns, a short while each, with a rest in which the program does all else. */
export class TimeShare {
  private readonly queue: Sharer[] = []
  private busy = false

  constructor(private readonly options: TimeShareOptions) {}

  /**
   * Takes a clock in, which stands still until its turn.
   * @param tooLong called when its time is used up
   * @returns leaves, and says for how many ms the clock ran
   */
  join(clock: Sharer['clock'], tooLong: () => void): () => number {
    const sharer: Sharer = { clock, ranMs: 0, left: false, tooLong }
    clock.freeze(HOLDER)
    this.queue.push(sharer)
    if (!this.busy) void this.work()
    return () => {
      sharer.left = true
      return sharer.ranMs
    }
  }

  private async work(): Promise<void> {
    const { pause, sliceMs, rest } = this.options
    this.busy = true
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      if (next.left) continue
      await this.turn(next)
      await pause(sliceMs * rest)
      // Behind those that came meanwhile; who has left is passed over.
      this.queue.push(next)
    }
    this.busy = false
  }

  private async turn(sharer: Sharer): Promise<void> {
    const { now, pause, sliceMs, mostMs } = this.options
    const beganMs = now()
    sharer.clock.thaw(HOLDER)
    await pause(sliceMs)
    sharer.clock.freeze(HOLDER)
    sharer.ranMs += now() - beganMs
    if (sharer.ranMs < mostMs || sharer.left) return
    sharer.left = true
    sharer.tooLong()
  }
}
