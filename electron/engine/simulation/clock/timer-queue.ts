import type { Timer } from './clock'

export interface QueuedTimer extends Timer {
  readonly order: number
  fire: (() => void) | null
}

const before = (a: QueuedTimer, b: QueuedTimer): boolean =>
  a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)

/** Timers by due time, ties in the order they were added: a binary heap whose cancelled entries leave lazily. */
export class TimerQueue {
  private heap: QueuedTimer[] = []
  private cancelled = 0
  private nextOrder = 0

  /** Timers that will still fire. */
  get size(): number {
    return this.heap.length - this.cancelled
  }

  add(dueMs: number, fire: () => void): QueuedTimer {
    const timer: QueuedTimer = { dueMs, order: this.nextOrder++, fire }
    this.heap.push(timer)
    this.up(this.heap.length - 1)
    return timer
  }

  cancel(timer: QueuedTimer): void {
    if (timer.fire === null) return
    timer.fire = null
    this.cancelled++
    if (this.cancelled > 64 && this.cancelled * 2 > this.heap.length) this.compact()
  }

  /** Due time of the next timer, or undefined when there is none. */
  nextDueMs(): number | undefined {
    this.dropCancelled()
    return this.heap[0]?.dueMs
  }

  /** Takes the next timer if it is due by `limitMs`. Its `fire` is handed out and cleared: it cannot be cancelled any more. */
  take(limitMs: number): { dueMs: number; fire: () => void } | undefined {
    this.dropCancelled()
    const top = this.heap[0]
    if (!top || top.dueMs > limitMs || top.fire === null) return undefined
    const taken = { dueMs: top.dueMs, fire: top.fire }
    top.fire = null
    this.removeTop()
    return taken
  }

  clear(): void {
    for (const t of this.heap) t.fire = null
    this.heap = []
    this.cancelled = 0
  }

  private dropCancelled(): void {
    while (this.heap[0]?.fire === null) {
      this.removeTop()
      this.cancelled--
    }
  }

  private compact(): void {
    this.heap = this.heap.filter((t) => t.fire !== null)
    this.cancelled = 0
    for (let i = (this.heap.length >> 1) - 1; i >= 0; i--) this.down(i)
  }

  private removeTop(): void {
    const last = this.heap.pop()
    if (last && this.heap.length > 0) {
      this.heap[0] = last
      this.down(0)
    }
  }

  private up(i: number): void {
    const { heap } = this
    const timer = heap[i] as QueuedTimer
    while (i > 0) {
      const parent = (i - 1) >> 1
      const above = heap[parent] as QueuedTimer
      if (!before(timer, above)) break
      heap[i] = above
      i = parent
    }
    heap[i] = timer
  }

  private down(i: number): void {
    const { heap } = this
    const timer = heap[i] as QueuedTimer
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      const right = heap[child + 1]
      if (right && before(right, heap[child] as QueuedTimer)) child++
      const below = heap[child] as QueuedTimer
      if (!before(below, timer)) break
      heap[i] = below
      i = child
    }
    heap[i] = timer
  }
}
