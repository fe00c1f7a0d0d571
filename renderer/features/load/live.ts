import type { LoadEvent } from '@contract/load'
import { latencyKind } from '@contract/load'
import type { LoadConfig } from '@contract/load-config'
import type { LoadProgress, SeriesPoint } from '@contract/load-report'

/** Points of the running test that the page has. */
export interface Points {
  runId: string
  /** Number of the first of `points` in the series of the run. */
  first: number
  points: readonly SeriesPoint[]
}

/** Joins what came to what the page has; what does not fit is forgotten. */
export function joinPoints(have: Points | null, e: LoadEvent): Points | null {
  if (!e.now) return null
  const { runId } = e.now
  const fits = have?.runId === runId && e.from >= have.first && e.from <= have.first + have.points.length
  if (!have || !fits) return { runId, first: e.from, points: e.points }
  if (e.points.length === 0) return have
  return { runId, first: have.first, points: [...have.points.slice(0, e.from - have.first), ...e.points] }
}

/** How far a run is, 0 to 1, by its time or its messages; null where neither is known. */
export function fractionOf(p: LoadProgress | null, c: LoadConfig): number | null {
  if (!p) return null
  switch (p.phase) {
    case 'connecting':
      return p.clients > 0 ? Math.min(1, p.connected / p.clients) : null
    case 'waiting':
      return null
    case 'publishing': {
      const byTime = p.plannedMs !== null && p.plannedMs > 0 ? p.elapsedMs / p.plannedMs : null
      const byCount = c.messages === undefined ? null : (p.acknowledged + p.failed) / c.messages
      if (byTime === null && byCount === null) return null
      return Math.min(1, Math.max(byTime ?? 0, byCount ?? 0))
    }
    case 'draining':
    case 'done':
      return 1
  }
}

/**
 * A threshold while the run goes on. kept, broken: as it stands; over: a second was beyond it, which need not break it;
 * end: known at the end.
 */
export interface CheckSoFar {
  name: string
  limit: number
  actual: number | null
  state: 'kept' | 'broken' | 'over' | 'end'
}

type Thresholds = LoadConfig['thresholds']
const NAMES: Record<keyof Thresholds, string> = {
  maxP99: 'max-p99',
  maxConnectP99: 'max-connect-p99',
  maxLost: 'max-lost',
  maxDuplicated: 'max-duplicated',
  maxOutOfOrder: 'max-out-of-order',
  maxFailed: 'max-failed',
  maxErrors: 'max-errors',
  minRate: 'min-rate',
}
const KEYS = Object.keys(NAMES) as (keyof Thresholds)[]

/** The p99 of the worst second after warm-up, of the worse of both latencies. */
function worstSecond(points: readonly SeriesPoint[], warmup: number): number | null {
  const values = points
    .filter((p) => p.atMs >= warmup)
    .flatMap((p) => [p.ack.p99, p.endToEnd.p99].filter((v) => v !== null))
  return values.length > 0 ? Math.max(...values) : null
}

function rateSoFar(points: readonly SeriesPoint[], warmup: number, stepMs: number): number | null {
  const counted = points.filter((p) => p.atMs >= warmup)
  if (counted.length === 0) return null
  return (counted.reduce((n, p) => n + p.acknowledged, 0) * 1000) / (counted.length * stepMs)
}

/** Every threshold as it stands. What counts up can only get worse, so it may be called broken before the end. */
export function checksSoFar(
  c: LoadConfig,
  points: readonly SeriesPoint[],
  stepMs: number,
  p: LoadProgress | null,
): CheckSoFar[] {
  return KEYS.flatMap((key): CheckSoFar[] => {
    const limit = c.thresholds[key]
    if (limit === undefined) return []
    const make = (actual: number | null, beyond: 'broken' | 'over'): CheckSoFar => {
      const within = actual === null || (key === 'minRate' ? actual >= limit : actual <= limit)
      return { name: NAMES[key], limit, actual, state: actual === null ? 'end' : within ? 'kept' : beyond }
    }
    switch (key) {
      case 'maxP99':
        return [make(worstSecond(points, c.warmup), 'over')]
      case 'minRate':
        return [make(rateSoFar(points, c.warmup, stepMs), 'over')]
      case 'maxFailed':
        return [make(p?.failed ?? null, 'broken')]
      case 'maxErrors':
        return [make(p?.errors ?? null, 'broken')]
      default:
        return [make(null, 'broken')]
    }
  })
}

/** Figures of the last complete second. */
export function figuresNow(c: LoadConfig, points: readonly SeriesPoint[], stepMs: number) {
  const last = points.at(-1)
  const kind = latencyKind(c)
  const arrived = c.subscribers > 0
  const rate = last ? ((arrived ? last.received : last.acknowledged) * 1000) / stepMs : null
  return { rate, arrived, latency: last && kind ? last[kind] : null }
}
