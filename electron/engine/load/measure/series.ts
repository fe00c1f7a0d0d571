import type { SeriesPoint } from '../../../contract/load-report'
import type { WorkerBucket } from '../run/messages'
import { LatencyHistogram } from '../../base/latency-histogram'

/** Points kept; older ones are dropped beyond it. */
const MAX_POINTS = 7200

/** Latencies of one step, all workers together; null without any. */
export interface StepLatencies {
  ack: LatencyHistogram | null
  endToEnd: LatencyHistogram | null
}

interface Open extends StepLatencies {
  from: Set<number>
  sum: Omit<SeriesPoint, 'atMs' | 'ack' | 'endToEnd'>
}

const percentiles = (h: LatencyHistogram | null): SeriesPoint['ack'] => ({
  p50: h?.at(50) ?? null,
  p95: h?.at(95) ?? null,
  p99: h?.at(99) ?? null,
})

function join(into: LatencyHistogram | null, text: string | null): LatencyHistogram | null {
  if (text === null) return into
  const one = LatencyHistogram.decode(text)
  if (into === null) return one
  into.add(one)
  return into
}

/** Step of a series whose length is known beforehand: a second, or more so that points stay few. */
export const seriesStepMs = (durationMs: number | null): number =>
  Math.max(1, Math.ceil((durationMs ?? 0) / 1000 / (MAX_POINTS / 2))) * 1000

/** Puts the workers' steps together; a point is made when all workers have told theirs. */
export class Series {
  readonly points: SeriesPoint[] = []
  dropped = 0
  private readonly open = new Map<number, Open>()
  private readonly gone = new Set<number>()
  private next = 0

  constructor(
    private readonly workers: number,
    private readonly stepMs: number,
    private readonly onPoint: (p: SeriesPoint, latencies: StepLatencies) => void,
  ) {}

  /** Points without this worker from now on; `back` takes that back. */
  without(worker: number): void {
    this.gone.add(worker)
    for (const [bucket, open] of [...this.open].sort(([a], [b]) => a - b)) this.closeIfWhole(bucket, open)
  }

  back(worker: number): void {
    this.gone.delete(worker)
  }

  /** A step of worker number `worker`; one that comes after its point was made is left out. */
  add(b: WorkerBucket, worker: number): void {
    if (b.bucket < this.next) return
    const open = this.open.get(b.bucket) ?? {
      from: new Set(),
      sum: { offered: 0, acknowledged: 0, failed: 0, received: 0, connected: 0, errors: 0 },
      ack: null,
      endToEnd: null,
    }
    this.open.set(b.bucket, open)
    for (const k of Object.keys(open.sum) as (keyof typeof open.sum)[]) open.sum[k] += b[k]
    open.ack = join(open.ack, b.ack)
    open.endToEnd = join(open.endToEnd, b.endToEnd)
    open.from.add(worker)
    this.closeIfWhole(b.bucket, open)
  }

  private closeIfWhole(bucket: number, open: Open): void {
    for (let w = 0; w < this.workers; w++) if (!open.from.has(w) && !this.gone.has(w)) return
    this.close(bucket, open)
  }

  private close(bucket: number, open: Open): void {
    this.open.delete(bucket)
    this.next = bucket + 1
    const point: SeriesPoint = {
      atMs: bucket * this.stepMs,
      ...open.sum,
      ack: percentiles(open.ack),
      endToEnd: percentiles(open.endToEnd),
    }
    this.points.push(point)
    if (this.points.length > MAX_POINTS) {
      this.points.shift()
      this.dropped++
    }
    this.onPoint(point, open)
  }
}
