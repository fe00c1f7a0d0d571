import type { Clock, Timer } from './clock'

/** Longest delay `setTimeout` keeps; longer ones would fire at once. */
const MAX_STEP_MS = 2_147_483_647

class RealTimer implements Timer {
  handle: NodeJS.Timeout | undefined
  constructor(
    readonly dueMs: number,
    readonly fire: () => void,
  ) {}
}

class RealClock implements Clock {
  private readonly startMs = performance.now()
  readonly epochMs = performance.timeOrigin + this.startMs

  now(): number {
    return performance.now() - this.startMs
  }

  skippedMs(): number {
    return 0
  }

  schedule(delayMs: number, fire: () => void): Timer {
    const timer = new RealTimer(this.now() + Math.max(0, delayMs), fire)
    this.arm(timer)
    return timer
  }

  cancel(timer: Timer | undefined): void {
    if (timer instanceof RealTimer) clearTimeout(timer.handle)
  }

  private arm(timer: RealTimer): void {
    const left = Math.max(0, timer.dueMs - this.now())
    const next = left > MAX_STEP_MS ? () => this.arm(timer) : timer.fire
    timer.handle = setTimeout(next, Math.min(left, MAX_STEP_MS))
    // A pending timeout is no reason to keep the process: whoever waits holds a socket or a server.
    timer.handle.unref()
  }
}

/** The machine's own time, for sockets and external clients. Its timers do not keep the process alive. */
export function createRealClock(): Clock {
  return new RealClock()
}
