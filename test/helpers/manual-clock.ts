import type { Clock, Timer } from '../../electron/engine/simulation/clock/clock'

interface ManualTimer extends Timer {
  order: number
  fire: (() => void) | null
}

/** Timers in one go after which something is taken to repeat for ever. */
const MAX_TIMERS = 300_000

/** A clock that moves only when told to, synchronously: for code whose consequences are synchronous too. */
export class ManualClock implements Clock {
  readonly epochMs = 0
  /** While true no timer fires. */
  frozen = false
  private timeMs = 0
  private skipped = 0
  private order = 0
  private heap: ManualTimer[] = []

  now(): number {
    return this.timeMs
  }

  skippedMs(): number {
    return this.skipped
  }

  schedule(delayMs: number, fire: () => void): Timer {
    const timer: ManualTimer = { dueMs: this.timeMs + Math.max(0, delayMs), order: this.order++, fire }
    this.heap.push(timer)
    let at = this.heap.length - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(this.heap[at]!, this.heap[parent]!)) break
      this.swap(at, parent)
      at = parent
    }
    return timer
  }

  cancel(timer: Timer | undefined): void {
    if (timer) (timer as ManualTimer).fire = null
  }

  /** Timers that will fire. */
  get armed(): number {
    return this.heap.filter((timer) => timer.fire !== null).length
  }

  /** Moves on by `ms` and fires what is due, in order. */
  advance(ms: number): void {
    this.runTo(this.timeMs + ms)
    if (!this.frozen) this.timeMs = Math.max(this.timeMs, this.target)
  }

  /** Fires timers until none is left or `maxMs` have passed. */
  run(maxMs = Infinity): void {
    this.runTo(this.timeMs + maxMs)
  }

  /** Lets time pass without any timer coming nearer. */
  skip(ms: number): void {
    this.timeMs += ms
    this.skipped += ms
    for (const timer of this.heap) (timer as { dueMs: number }).dueMs += ms
  }

  private target = 0

  private runTo(target: number): void {
    this.target = target
    let fired = 0
    for (let timer = this.take(target); timer; timer = this.take(target)) {
      if (++fired > MAX_TIMERS) throw new Error(`the clock does not come to rest: ${this.timeMs} ms`)
      this.timeMs = Math.max(this.timeMs, timer.dueMs)
      timer.fire?.()
    }
  }

  private take(target: number): ManualTimer | undefined {
    while (!this.frozen) {
      const first = this.heap[0]
      if (!first || first.dueMs > target) return undefined
      const last = this.heap.pop()!
      if (this.heap.length > 0) {
        this.heap[0] = last
        this.sink()
      }
      if (first.fire) return first
    }
    return undefined
  }

  private sink(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1
      let least = at
      for (const child of [left, left + 1]) {
        if (child < this.heap.length && before(this.heap[child]!, this.heap[least]!)) least = child
      }
      if (least === at) return
      this.swap(at, least)
      at = least
    }
  }

  private swap(i: number, j: number): void {
    const x = this.heap[i]!
    this.heap[i] = this.heap[j]!
    this.heap[j] = x
  }
}

const before = (a: ManualTimer, b: ManualTimer) =>
  a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)
