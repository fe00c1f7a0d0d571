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
  /** Share of its time this thread was busy, 0 to 1; 0 for a watch of less than a second. */
  utilization: number
}

/** Watches this thread: how late its event loop is and how busy it is. */
export function watchSelf(): { begin(): void; read(): SelfWatchReport; stop(): void } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  let since = performance.eventLoopUtilization()
  const late = (nanos: number): number => Math.max(0, Math.round(nanos / 1e4 - RESOLUTION_MS * 100) / 100)
  return {
    begin() {
      delay.reset()
      since = performance.eventLoopUtilization()
    },
    read: () => {
      const { active, idle, utilization } = performance.eventLoopUtilization(since)
      return {
        maxLoopDelayMs: delay.count > 0 ? late(delay.max) : 0,
        p99LoopDelayMs: delay.count >= MIN_SAMPLES ? late(delay.percentile(99)) : 0,
        utilization: active + idle < MIN_WATCH_MS ? 0 : utilization,
      }
    },
    stop: () => void delay.disable(),
  }
}
