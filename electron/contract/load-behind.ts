import type { LoadReport, SeriesPoint } from './load-report'

/** An open loop in which messages came due faster than they were answered, until its end. */
export interface FellBehind {
  /** Since publishing began. */
  fromMs: number
  /** How much longer a message waits with each second. */
  msPerSecond: number
  /** Age of the oldest message that waits when publishing ends. */
  endMs: number
  /** Messages per second from then on. */
  offeredRate: number
  answeredRate: number
}

/** Fewer steps show no trend. */
const LEAST_STEPS = 3
/** Messages of so much time may wait without being behind: answers take their time. */
const USUAL_MS = 500
/** Share of the steps in which the number that waits must grow. */
const GROWING = 0.8

/**
 * Whether a run with fixed send times could not keep up, from when on and how fast its delay grew; null where it kept up, caught
 * up again, or had no fixed times. Messages are taken to be answered in their order, so that those that wait are the newest.
 */
export function fellBehind(r: Pick<LoadReport, 'config' | 'series' | 'seriesStepMs'>): FellBehind | null {
  const { kind } = r.config.executor
  if (kind === 'max' || kind === 'connection-storm') return null
  const steps = whole(r)
  const last = steps.at(-1)
  if (last === undefined) return null
  const waiting = backlog(steps)
  const inUsual = (i: number): boolean =>
    (waiting[i] as number) * r.seriesStepMs <= USUAL_MS * (steps[i] as SeriesPoint).offered
  const kept = steps.findLastIndex((_, i) => inUsual(i))
  const behind = steps.slice(kept + 1)
  const grew = behind.filter((p) => p.offered > p.acknowledged + p.failed).length
  if (behind.length < LEAST_STEPS || grew < GROWING * behind.length) return null
  const seconds = (behind.length * r.seriesStepMs) / 1000
  const ageMs = (i: number): number =>
    i < 0 ? 0 : ((waiting[i] as number) * r.seriesStepMs) / (steps[i] as SeriesPoint).offered
  const endMs = ageMs(steps.length - 1)
  const rate = (of: (p: SeriesPoint) => number): number => behind.reduce((sum, p) => sum + of(p), 0) / seconds
  return {
    fromMs: (behind[0] as SeriesPoint).atMs,
    msPerSecond: (endMs - ageMs(kept)) / seconds,
    endMs,
    offeredRate: rate((p) => p.offered),
    answeredRate: rate((p) => p.acknowledged + p.failed),
  }
}

/** The steps of publishing, without one that its end cut short. */
function whole({ config, series, seriesStepMs }: Pick<LoadReport, 'config' | 'series' | 'seriesStepMs'>) {
  const untilMs = config.duration ?? Infinity
  const sent = series.filter((p) => p.offered > 0 && p.atMs + seriesStepMs <= untilMs)
  return untilMs === Infinity ? sent.slice(0, -1) : sent
}

/** Messages that were due and not answered at the end of each step. */
function backlog(steps: readonly SeriesPoint[]): number[] {
  let sum = 0
  return steps.map((p) => (sum = Math.max(0, sum + p.offered - p.acknowledged - p.failed)))
}
