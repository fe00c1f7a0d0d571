import { TimerQueue } from '../../simulation/clock/timer-queue'
import { OpenSource, type Publisher } from './sources'

/** A message that leaves later than this after its time counts as sent late. */
const LATE_MS = 10

/** One publisher and the client that sends for it. */
export interface Paced {
  source: OpenSource
  wake(): void
}

/**
 * Lets messages come due. The publishers of a thread are taken in turn, in ascending order of their index, which is
 * the order of their times; so the next message is always the next publisher's.
 */
export class Pacer {
  lateSends = 0
  maxDelayMs = 0
  /** Messages so far. */
  protected released = 0
  private at = 0

  constructor(private readonly queues: readonly Paced[]) {}

  protected release(queue: Paced, delayMs: number): void {
    if (delayMs > this.maxDelayMs) this.maxDelayMs = delayMs
    if (delayMs > LATE_MS) this.lateSends++
    queue.source.release()
    queue.wake()
    this.released++
  }

  /** Time of the next message, or Infinity when there are no more. */
  nextMs(): number {
    return this.queues[this.at]?.source.nextMs() ?? Infinity
  }

  /** Releases all messages due by `nowMs`; returns how many. */
  advance(nowMs: number): number {
    let count = 0
    for (;;) {
      const queue = this.queues[this.at]
      if (queue === undefined) return count
      const dueMs = queue.source.nextMs()
      if (dueMs > nowMs) return count
      this.release(queue, nowMs - dueMs)
      count++
      this.at = this.at + 1 === this.queues.length ? 0 : this.at + 1
    }
  }
}

/** The same where each publisher begins at a time of its own, so that they do not come in turn. */
class UnevenPacer extends Pacer {
  private readonly due = new TimerQueue()
  private nowMs = 0

  constructor(queues: readonly Paced[]) {
    super(queues)
    for (const queue of queues) this.put(queue)
  }

  private put(queue: Paced): void {
    const dueMs = queue.source.nextMs()
    if (dueMs === Infinity) return
    this.due.add(dueMs, () => {
      // it may have been stopped meanwhile
      if (queue.source.nextMs() !== dueMs) return
      this.release(queue, this.nowMs - dueMs)
      this.put(queue)
    })
  }

  override nextMs(): number {
    return this.due.nextDueMs() ?? Infinity
  }

  override advance(nowMs: number): number {
    this.nowMs = nowMs
    const before = this.released
    for (;;) {
      const next = this.due.take(nowMs)
      if (next === undefined) return this.released - before
      next.fire()
    }
  }
}

/** The pacer of those that have fixed send times. Their sources must have begun. */
export function pacerOf(members: readonly { source: Publisher | null; client: { wake(): void } }[]): Pacer {
  const queues = members.flatMap(({ source, client }) =>
    source instanceof OpenSource ? [{ source, wake: () => client.wake() }] : [],
  )
  return queues.some((q) => q.source.waitMs > 0) ? new UnevenPacer(queues) : new Pacer(queues)
}
