import type { GeneratorHealth, LoadProgress, SeriesPoint } from '../../../contract/load-report'
import { LatencyHistogram } from '../../base/latency-histogram'
import { Series, type StepLatencies } from '../measure/series'
import type { WorkerBucket } from '../run/messages'

const PHASES: readonly LoadProgress['phase'][] = ['connecting', 'waiting', 'publishing', 'draining', 'done']

type Count =
  | 'clients'
  | 'connected'
  | 'offered'
  | 'acknowledged'
  | 'failed'
  | 'received'
  | 'expected'
  | 'delivered'
  | 'errors'

/** What all shards have told so far, as one run. */
export class LiveRun {
  readonly ack = new LatencyHistogram()
  readonly endToEnd = new LatencyHistogram()
  readonly series: Series
  private readonly last = new Map<number, LoadProgress>()
  private longestMs = 0

  /** @param onStep also gets the latencies of each step that is complete */
  constructor(shards: number, stepMs: number, onStep?: (latencies: StepLatencies) => void) {
    this.series = new Series(shards, stepMs, (_point, h) => {
      if (h.ack !== null) this.ack.add(h.ack)
      if (h.endToEnd !== null) this.endToEnd.add(h.endToEnd)
      onStep?.(h)
    })
  }

  step(shard: number, bucket: WorkerBucket): void {
    this.series.add(bucket, shard)
  }

  progress(shard: number, p: LoadProgress): void {
    this.last.set(shard, p)
    this.longestMs = Math.max(this.longestMs, p.elapsedMs)
  }

  /** A shard is gone: what it has counted stays, its clients are no longer connected, and nobody waits for it. */
  lose(shard: number): void {
    this.series.without(shard)
    const last = this.last.get(shard)
    if (last !== undefined) this.last.set(shard, { ...last, connected: 0, phase: 'done' })
  }

  of(shard: number): LoadProgress | null {
    return this.last.get(shard) ?? null
  }

  /** The shards' progress as that of one run; null before any has told. A lost shard's counts stay in, as far as it told. */
  get total(): LoadProgress | null {
    const all = [...this.last.values()]
    if (all.length === 0) return null
    const sum = (k: Count): number => all.reduce((total, p) => total + (p[k] ?? 0), 0)
    return {
      phase: PHASES[Math.min(...all.map((p) => PHASES.indexOf(p.phase)))] ?? 'connecting',
      elapsedMs: this.longestMs,
      plannedMs: all[0]?.plannedMs ?? null,
      clients: sum('clients'),
      connected: sum('connected'),
      offered: sum('offered'),
      acknowledged: sum('acknowledged'),
      failed: sum('failed'),
      received: sum('received'),
      expected: sum('expected'),
      delivered: sum('delivered'),
      errors: sum('errors'),
      last: this.points.at(-1) ?? null,
      generator: joinHealth(
        [...this.last].flatMap(([i, p]) => (p.generator === null ? [] : [[i, p.generator]])),
      ),
    }
  }

  get points(): readonly SeriesPoint[] {
    return this.series.points
  }
}

function joinHealth(shards: readonly (readonly [number, GeneratorHealth])[]): GeneratorHealth | null {
  if (shards.length === 0) return null
  const most = (f: (g: GeneratorHealth) => number): number => Math.max(...shards.map(([, g]) => f(g)))
  return {
    maxLoopDelayMs: most((g) => g.maxLoopDelayMs),
    lateSends: shards.reduce((total, [, g]) => total + g.lateSends, 0),
    busiestWorker: most((g) => g.busiestWorker),
    workers: shards.reduce((total, [, g]) => total + g.workers, 0),
    saturated: shards.some(([, g]) => g.saturated),
    reasons: shards.flatMap(([i, g]) => g.reasons.map((r) => `shard ${i}: ${r}`)),
  }
}
