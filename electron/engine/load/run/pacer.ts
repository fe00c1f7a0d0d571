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
  private at = 0

  constructor(private readonly queues: readonly Paced[]) {}

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
      const delay = nowMs - dueMs
      if (delay > this.maxDelayMs) this.maxDelayMs = delay
      if (delay > LATE_MS) this.lateSends++
      queue.source.release()
      queue.wake()
      count++
      this.at = this.at + 1 === this.queues.length ? 0 : this.at + 1
    }
  }
}

/** The pacer of those that have fixed send times. */
export const pacerOf = (members: readonly { source: Publisher | null; client: { wake(): void } }[]): Pacer =>
  new Pacer(
    members.flatMap(({ source, client }) =>
      source instanceof OpenSource ? [{ source, wake: () => client.wake() }] : [],
    ),
  )
