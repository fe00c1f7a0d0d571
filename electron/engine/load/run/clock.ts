import { performance } from 'node:perf_hooks'

/** Ms of the system's monotonic clock, which all processes of a computer share. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** Tries to read two clocks at one moment, and how close together is close enough, ms. */
const TRIES = 50
const CLOSE_MS = 0.002

/**
 * The monotonic clock less `performance.now()`. The thread may lose its CPU between two readings, which would make its
 * times late or early by as much, so the closest pair of several counts.
 */
function betweenClocks(): number {
  let [best, betweenMs] = [Infinity, 0]
  for (let i = 0; i < TRIES && best > CLOSE_MS; i++) {
    const before = performance.now()
    const now = monotonicMs()
    const after = performance.now()
    if (after - before >= best) continue
    best = after - before
    betweenMs = now - (before + after) / 2
  }
  return betweenMs
}

/** Add this to the system's monotonic clock to get Unix ms. Taken once by the main thread and given to all others. */
export const measureClockOffset = (): number => performance.timeOrigin - betweenClocks()

/**
 * Unix ms with fractions. All threads of a process read the same monotonic clock, so a time written by one can be
 * subtracted from a time read by another; a step of the wall clock during the run changes nothing.
 */
export function createRunClock(offsetMs: number): () => number {
  const base = betweenClocks() + offsetMs
  return () => performance.now() + base
}
