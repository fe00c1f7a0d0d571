import type { Clock, Timer } from './clock/clock'

/** Clock ms between two looks. */
const LOOK_MS = 10

export interface WaitOptions {
  /** Clock ms between two looks; a function is asked before each. @default 10 */
  everyMs?: number | (() => number)
  /** Looks in a row at which the condition has to hold. @default 1 */
  looks?: number
  /** Clock ms after which the wait ends although it does not hold. @default Infinity */
  patienceMs?: number
  /** Ends the wait when it aborts. */
  signal?: AbortSignal
}

interface Wait {
  over(): void
  failed(why: Error): void
}

/** Waits in clock time for conditions. The first fault ends them all. */
export class Waits {
  private readonly open = new Set<Wait>()
  private fault: Error | null = null
  private closed = false

  constructor(private readonly clock: Clock) {}

  /**
   * Looks at the condition from time to time until it holds.
   * @returns false when the patience or the simulation ended, or the signal aborted, before
   * @throws Error the fault, met before or while waiting
   */
  until(holds: () => boolean, options: WaitOptions = {}): Promise<boolean> {
    if (this.fault) return Promise.reject(this.fault)
    if (this.closed || options.signal?.aborted) return Promise.resolve(false)
    return new Promise((done, failed) => this.wait(holds, options, done, failed))
  }

  private wait(
    holds: () => boolean,
    { everyMs = LOOK_MS, looks = 1, patienceMs = Infinity, signal }: WaitOptions,
    done: (held: boolean) => void,
    failed: (why: Error) => void,
  ): void {
    const { clock } = this
    const timers: { look?: Timer; patience?: Timer } = {}
    let inARow = 0
    const end = (): void => {
      this.open.delete(wait)
      signal?.removeEventListener('abort', wait.over)
      clock.cancel(timers.look)
      clock.cancel(timers.patience)
    }
    const settle = (held: boolean): void => {
      end()
      done(held)
    }
    const wait: Wait = {
      over: () => settle(false),
      failed: (why) => {
        end()
        failed(why)
      },
    }
    const next = (): void => {
      timers.look = clock.schedule(typeof everyMs === 'number' ? everyMs : everyMs(), look)
    }
    const look = (): void => {
      inARow = holds() ? inARow + 1 : 0
      if (inARow >= looks) settle(true)
      else next()
    }
    this.open.add(wait)
    signal?.addEventListener('abort', wait.over, { once: true })
    if (patienceMs < Infinity) timers.patience = clock.schedule(patienceMs, wait.over)
    next()
  }

  /** Ends all waits, and every later one at once, with the first fault. */
  fail(why: Error): void {
    this.fault ??= why
    for (const wait of this.open) wait.failed(this.fault)
  }

  /** Ends all waits, and every later one at once, as not fulfilled. */
  close(): void {
    this.closed = true
    for (const wait of this.open) wait.over()
  }
}
