import type { SeriesPoint } from '../../../contract/load-report'
import type { WorkerBucket } from '../run/messages'
import { LatencyHistogram } from './histogram'

/** Points kept; older ones are dropped beyond it. */
const MAX_POINTS = 7200

interface Open {
  reports: number
  sum: Omit<SeriesPoint, 'atMs' | 'ack' | 'endToEnd'>
  ack: LatencyHistogram | null
  endToEnd: LatencyHistogram | null
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

  /** @param onPoint also gets the point's histogram of the latency that counts: end to end, else to acknowledgement */
  constructor(
    private readonly workers: number,
    private readonly stepMs: number,
    private readonly onPoint: (p: SeriesPoint, latency: LatencyHistogram | null) => void,
  ) {}

  add(b: WorkerBucket): void {
    const open = this.open.get(b.bucket) ?? {
      reports: 0,
      sum: { offered: 0, acknowledged: 0, failed: 0, received: 0, connected: 0, errors: 0 },
      ack: null,
      endToEnd: null,
    }
    this.open.set(b.bucket, open)
    for (const k of Object.keys(open.sum) as (keyof typeof open.sum)[]) open.sum[k] += b[k]
    open.ack = join(open.ack, b.ack)
    open.endToEnd = join(open.endToEnd, b.endToEnd)
    if (++open.reports === this.workers) this.close(b.bucket, open)
  }

  private close(bucket: number, open: Open): void {
    this.open.delete(bucket)
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
    this.onPoint(point, open.endToEnd ?? open.ack)
  }
}
