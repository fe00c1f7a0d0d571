import { performance } from 'node:perf_hooks'
import { steadyMs, type PacedClock, type Timer } from './clock'
import { TimerQueue, type QueuedTimer } from './timer-queue'

export interface PacedClockOptions {
  /** Virtual ms per real ms; Infinity for as fast as possible. @default 1 */
  speed?: number
  /**
   * Timers due within this many ms of each other fire in one go, in due order. 0 settles the consequences of each
   * due time before the next. @default 1
   */
  quantumMs?: number
  /** Called with what a timer threw; time goes on. */
  onFault: (thrown: unknown) => void
}

/**
 * Turns of the event loop without any activity after which the consequences of a timer count as over. A clock that
 * runs as fast as it can has nothing else to wait for, and gives more of them.
 */
const QUIET_TURNS = { paced: 3, fast: 6 }
/** Turns after which the clock moves on even though sockets keep it busy. */
const MAX_TURNS = 64
/** Virtual time never falls further behind its pace than this; a laptop that slept goes on where it was. */
const MAX_LAG_MS = 1000

/** See `PacedClock`. Time stands still until `start`. */
class Paced implements PacedClock {
  readonly epochMs = Date.now()
  speed: number
  private readonly quantumMs: number
  private readonly queue = new TimerQueue()
  private readonly holders = new Set<string>()
  private started = false
  private stopped = false
  /** Timer time: moves only while running. */
  private timeMs = 0
  /** Time that passed without bringing timers nearer. */
  private skipped = 0
  private anchorReal = 0
  private anchorTime = 0
  private settling = false
  private quietTurns = 0
  private sleep: NodeJS.Timeout | undefined
  private sleepUntil = Infinity

  constructor(private readonly options: PacedClockOptions) {
    this.speed = options.speed ?? 1
    this.quantumMs = options.quantumMs ?? 1
  }

  get running(): boolean {
    return this.started && !this.stopped && this.holders.size === 0
  }

  now(): number {
    if (this.running && !this.settling) this.timeMs = this.idleTime()
    return this.timeMs + this.skipped
  }

  skippedMs(): number {
    return this.skipped
  }

  /** Between timers time follows the pace, but never passes a timer that is due. */
  private idleTime(): number {
    const paced = this.speed === Infinity ? this.timeMs : this.target()
    return Math.max(this.timeMs, Math.min(paced, this.queue.nextDueMs() ?? Infinity))
  }

  private target(): number {
    return this.anchorTime + (performance.now() - this.anchorReal) * this.speed
  }

  lagMs(): number {
    const due = this.queue.nextDueMs()
    if (!this.running || this.speed === Infinity || due === undefined) return 0
    return Math.max(0, (this.target() - due) / this.speed)
  }

  schedule(delayMs: number, fire: () => void): Timer {
    const timer = this.queue.add(steadyMs(this) + Math.max(0, delayMs), fire)
    this.quietTurns = 0
    if (this.running && !this.settling && timer.dueMs < this.sleepUntil) this.plan()
    return timer
  }

  cancel(timer: Timer | undefined): void {
    if (timer) this.queue.cancel(timer as QueuedTimer)
  }

  touch(): void {
    this.quietTurns = 0
  }

  start(): void {
    this.started = true
    this.resume()
  }

  freeze(holder: string): void {
    this.timeMs = steadyMs(this)
    this.holders.add(holder)
    this.wakeNever()
  }

  thaw(holder: string): void {
    if (this.holders.delete(holder)) this.resume()
  }

  skip(ms: number): void {
    this.skipped += ms
  }

  setSpeed(speed: number): void {
    this.timeMs = steadyMs(this)
    this.speed = speed
    this.resume()
  }

  stop(): void {
    this.timeMs = steadyMs(this)
    this.stopped = true
    this.queue.clear()
    this.wakeNever()
  }

  private resume(): void {
    if (!this.running) return
    this.anchorReal = performance.now()
    this.anchorTime = this.timeMs
    if (!this.settling) this.plan()
  }

  private wakeNever(): void {
    clearTimeout(this.sleep)
    this.sleepUntil = Infinity
  }

  /** Arranges the next wake-up. */
  private plan(): void {
    this.wakeNever()
    const due = this.queue.nextDueMs()
    if (!this.running || due === undefined) return
    const waitMs = this.speed === Infinity ? 0 : (due - this.target()) / this.speed
    this.sleepUntil = due
    if (waitMs > 0) this.sleep = setTimeout(this.wake, Math.min(waitMs, 2_147_483_647))
    else this.settle()
  }

  private readonly wake = (): void => {
    this.sleepUntil = Infinity
    if (this.running && !this.settling) this.advance()
  }

  /** Fires what is due, then lets the consequences run. */
  private advance(): void {
    const due = this.queue.nextDueMs()
    if (due === undefined) return
    const target = this.speed === Infinity ? Infinity : this.boundLag(due)
    if (due > target) {
      this.plan()
      return
    }
    this.settling = true
    const limit = Math.max(due, Math.min(target, due + this.quantumMs))
    for (let timer = this.queue.take(limit); timer; timer = this.queue.take(limit)) {
      this.timeMs = Math.max(this.timeMs, timer.dueMs)
      try {
        timer.fire()
      } catch (thrown) {
        this.options.onFault(thrown)
      }
      if (!this.running) break
    }
    this.settling = false
    this.settle()
  }

  private boundLag(due: number): number {
    const target = this.target()
    if (target - due <= MAX_LAG_MS * this.speed) return target
    this.anchorReal = performance.now()
    this.anchorTime = due + MAX_LAG_MS * this.speed
    return this.anchorTime
  }

  /** Waits until the event loop has had nothing to do for some turns, then goes on. */
  private settle(): void {
    if (this.settling) return
    this.settling = true
    this.quietTurns = 0
    let turns = 0
    const quiet = this.speed === Infinity ? QUIET_TURNS.fast : QUIET_TURNS.paced
    const turn = (): void => {
      this.quietTurns++
      turns++
      if (this.quietTurns < quiet && turns < MAX_TURNS) {
        setImmediate(turn)
        return
      }
      this.settling = false
      if (!this.running) return
      if ((this.queue.nextDueMs() ?? Infinity) <= this.idleLimit()) this.advance()
      else this.plan()
    }
    setImmediate(turn)
  }

  private idleLimit(): number {
    return this.speed === Infinity ? Infinity : this.target()
  }
}

/** A clock at 0 that stands still until `start`. */
export const createPacedClock = (options: PacedClockOptions): PacedClock => new Paced(options)
