import { monitorEventLoopDelay, performance } from 'node:perf_hooks'

const RESOLUTION_MS = 10
/** Fewer samples make no percentile. */
const MIN_SAMPLES = 300
/** A shorter time is mostly the asking. */
const MIN_WATCH_MS = 1000

/** What the watch saw since it began. */
export interface SelfWatchReport {
  maxLoopDelayMs: number
  /** 0 for a watch of less than three seconds. */
  p99LoopDelayMs: number
  /**
   * Share of the watched time in which the loop did not come round as it should, 0 to 1: a thread that the system
   * gives no CPU is neither busy nor idle, it stands still. 0 for a watch of less than a second.
   */
  stalledShare: number
  /** Share of its time this thread was busy, 0 to 1; 0 for a watch of less than a second. */
  utilization: number
}

/** Longer than the resolution, what rounds of a busy loop take on their own. */
const USUAL_ROUND_MS = 11.5

/**
 * Watches this thread: how late its event loop is and how busy it is.
 * @param slept how long it has stopped by itself, ms: the loop counts that as busy
 */
export function watchSelf(slept: () => number): { begin(): void; read(): SelfWatchReport; stop(): void } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  let since = performance.eventLoopUtilization()
  let beganMs = performance.now()
  let sleptBefore = 0
  const late = (nanos: number): number => Math.max(0, Math.round(nanos / 1e4 - RESOLUTION_MS * 100) / 100)
  return {
    begin() {
      delay.reset()
      since = performance.eventLoopUtilization()
      beganMs = performance.now()
      sleptBefore = slept()
    },
    read: () => {
      const watchedMs = performance.now() - beganMs
      const { active, idle } = performance.eventLoopUtilization(since)
      const busy = Math.max(0, active - (slept() - sleptBefore))
      return {
        maxLoopDelayMs: delay.count > 0 ? late(delay.max) : 0,
        p99LoopDelayMs: delay.count >= MIN_SAMPLES ? late(delay.percentile(99)) : 0,
        stalledShare:
          watchedMs < MIN_WATCH_MS ? 0 : Math.max(0, 1 - (delay.count * USUAL_ROUND_MS) / watchedMs),
        utilization: active + idle < MIN_WATCH_MS ? 0 : busy / (active + idle),
      }
    },
    stop: () => void delay.disable(),
  }
}
