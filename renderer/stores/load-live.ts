import type { LoadEvent } from '@contract/load'
import { latencyKind } from '@contract/load'
import type { LoadConfig } from '@contract/load-config'
import type { LoadProgress, SeriesPoint } from '@contract/load-report'
import { evaluateThresholds, type ThresholdCheck, type ThresholdValues } from '@contract/load-thresholds'

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

/** Every threshold as it stands; what only the end of the run tells is open until then. */
export function checksSoFar(
  c: LoadConfig,
  points: readonly SeriesPoint[],
  stepMs: number,
  p: LoadProgress | null,
): ThresholdCheck[] {
  const values: ThresholdValues = {
    p99Ms: worstSecond(points, c.warmup),
    connectP99Ms: null,
    lost: null,
    duplicated: null,
    outOfOrder: null,
    failed: p?.failed ?? null,
    unanswered: p ? p.offered - p.acknowledged - p.failed : 0,
    errors: p?.errors ?? null,
    publishRate: rateSoFar(points, c.warmup, stepMs),
    receiveRate: null,
    connected: null,
    latencies: { p99: worstSecond(points, c.warmup) },
  }
  return evaluateThresholds(c.thresholds, values, false)
}

/** Figures of the last complete second. */
export function figuresNow(c: LoadConfig, points: readonly SeriesPoint[], stepMs: number) {
  const last = points.at(-1)
  const kind = latencyKind(c)
  const arrived = c.subscribers > 0
  const rate = last ? ((arrived ? last.received : last.acknowledged) * 1000) / stepMs : null
  return { rate, arrived, latency: last && kind ? last[kind] : null }
}
