import type { Timer } from './clock'

export interface QueuedTimer extends Timer {
  readonly order: number
  fire: (() => void) | null
}

/** Numbers of one entry: due time and order. */
const KEY = 2
/** Children of a node, next to each other in memory. */
const WIDE = 4
const FIRST_CAPACITY = 64

/**
 * Timers by due time, ties in the order they were added: a heap whose cancelled entries leave lazily. What is compared
 * lies in one block of numbers, since the timers of a thousand devices are spread over the memory.
 */
export class TimerQueue {
  private keys = new Float64Array(FIRST_CAPACITY * KEY)
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
    if (this.heap.length * KEY > this.keys.length) this.grow()
    this.up(this.heap.length - 1, timer)
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
    return this.heap.length === 0 ? undefined : this.keys[0]
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
    this.heap.forEach((t, i) => this.put(i, t))
    for (let i = Math.floor((this.heap.length - 2) / WIDE); i >= 0; i--)
      this.down(i, this.heap[i] as QueuedTimer)
  }

  private removeTop(): void {
    const last = this.heap.pop()
    if (last && this.heap.length > 0) this.down(0, last)
  }

  private grow(): void {
    const keys = new Float64Array(this.keys.length * 2)
    keys.set(this.keys)
    this.keys = keys
  }

  private put(i: number, timer: QueuedTimer): void {
    this.heap[i] = timer
    this.keys[i * KEY] = timer.dueMs
    this.keys[i * KEY + 1] = timer.order
  }

  private move(to: number, from: number): void {
    const { heap, keys } = this
    heap[to] = heap[from] as QueuedTimer
    keys[to * KEY] = keys[from * KEY] as number
    keys[to * KEY + 1] = keys[from * KEY + 1] as number
  }

  /** Whether the entry at `i` fires before a timer. */
  private isBefore(i: number, dueMs: number, order: number): boolean {
    const due = this.keys[i * KEY] as number
    return due < dueMs || (due === dueMs && (this.keys[i * KEY + 1] as number) < order)
  }

  private up(i: number, timer: QueuedTimer): void {
    const { dueMs, order } = timer
    while (i > 0) {
      const parent = Math.floor((i - 1) / WIDE)
      if (this.isBefore(parent, dueMs, order)) break
      this.move(i, parent)
      i = parent
    }
    this.put(i, timer)
  }

  private down(i: number, timer: QueuedTimer): void {
    const { keys } = this
    const { dueMs, order } = timer
    const size = this.heap.length
    for (;;) {
      let child = WIDE * i + 1
      if (child >= size) break
      const end = Math.min(child + WIDE, size)
      for (let other = child + 1; other < end; other++) {
        if (this.isBefore(other, keys[child * KEY] as number, keys[child * KEY + 1] as number)) child = other
      }
      if (!this.isBefore(child, dueMs, order)) break
      this.move(i, child)
      i = child
    }
    this.put(i, timer)
  }
}
