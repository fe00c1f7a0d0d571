import type { Steps } from '../../base/slices'

/** Real ms that are worked between two looks at sockets and timers. */
const SLICE_MS = 4

/** Steps of one turn: about a millisecond. */
const TURN_STEPS = 8192

/** A little of some long work. True while there is more of it. */
export type Turn = () => boolean

/**
 * Long work of several clients by turns, a little of each at a time. Between slices the event loop reads sockets and
 * runs timers, so who has little to ask never waits for who asks much.
 */
export class Turns {
  private ring: Turn[] = []
  private planned = false
  private stopped = false

  /**
   * @param nowMs real ms of a clock that never jumps
   * @param failed told what a turn throws, which ends that work and no other
   */
  constructor(
    private readonly nowMs: () => number,
    private readonly failed: (thrown: unknown) => void,
  ) {}

  /** How much work is going on. */
  get size(): number {
    return this.ring.length
  }

  /** Takes its first turn soon, never at once. */
  add(turn: Turn): void {
    this.ring.push(turn)
    this.plan()
  }

  /** Nobody gets a turn any more. */
  stop(): void {
    this.stopped = true
    this.ring = []
  }

  private plan(): void {
    if (this.planned || this.stopped || this.ring.length === 0) return
    this.planned = true
    setImmediate(() => {
      this.planned = false
      if (!this.stopped) this.slice()
      this.plan()
    })
  }

  private slice(): void {
    const untilMs = this.nowMs() + SLICE_MS
    do {
      // One round: each of those that are there takes one turn, and the round is left off where the time is up.
      const round = this.ring
      this.ring = []
      let at = 0
      do {
        const turn = round[at++] as Turn
        if (this.hasMore(turn)) this.ring.push(turn)
      } while (at < round.length && this.nowMs() < untilMs)
      // Those that had no turn yet come first the next time.
      if (at < round.length) this.ring = [...round.slice(at), ...this.ring]
    } while (this.ring.length > 0 && this.nowMs() < untilMs)
  }

  private hasMore(turn: Turn): boolean {
    try {
      return turn()
    } catch (thrown) {
      this.failed(thrown)
      return false
    }
  }
}

/** One turn of work in steps. True while there is more of it. */
export function doSome(steps: Steps<void>): boolean {
  for (let left = TURN_STEPS; left > 0;) {
    const step = steps.next()
    if (step.done === true) return false
    left -= step.value
  }
  return true
}
