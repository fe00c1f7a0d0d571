import { performance } from 'node:perf_hooks'

/** Ms of the system's monotonic clock, which all processes of a computer share. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** Add this to the system's monotonic clock to get Unix ms. Taken once by the main thread and given to all others. */
export const measureClockOffset = (): number => performance.timeOrigin + performance.now() - monotonicMs()

/**
 * Unix ms with fractions. All threads of a process read the same monotonic clock, so a time written by one can be
 * subtracted from a time read by another; a step of the wall clock during the run changes nothing.
 */
export function createRunClock(offsetMs: number): () => number {
  const base = monotonicMs() - performance.now() + offsetMs
  return () => performance.now() + base
}
