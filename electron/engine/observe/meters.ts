import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks'

const NANOS_PER_MS = 1e6
/** Sampling interval of the loop-delay monitor, which is part of each of its samples. */
const RESOLUTION_MS = 5
/** Samples older than this many real ms are forgotten. */
const WINDOW_MS = 10_000

/** 99th percentile of the event loop's delay over the last ten to twenty seconds. */
export class LoopDelayMeter {
  private readonly histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  private lastMs = 0
  private resetAtMs = 0

  start(): void {
    this.histogram.enable()
  }

  /** @param nowMs real time, ms */
  p99Ms(nowMs: number): number {
    const p99 = this.histogram.percentile(99) / NANOS_PER_MS - RESOLUTION_MS
    const current = Number.isFinite(p99) ? Math.max(0, p99) : 0
    if (nowMs - this.resetAtMs > WINDOW_MS) {
      this.resetAtMs = nowMs
      this.lastMs = current
      this.histogram.reset()
    }
    return Math.max(current, this.histogram.count > 200 ? 0 : this.lastMs)
  }

  stop(): void {
    this.histogram.disable()
  }
}

/** One name's events. */
export interface Meter {
  /** Events since the interval began. */
  n: number
  /** Events per second of the interval before. */
  rate: number
  /** It has been forgotten, since nothing happened for two intervals: what counts must ask for a new one. */
  gone: boolean
}

/** Events per second over the last full second of clock time, for many names at once. */
export class RateMeter {
  private readonly meters = new Map<string, Meter>()
  private total = 0
  private totalRate = 0
  private sinceMs = 0

  count(name: string): void {
    this.countOn(this.meter(name))
  }

  /** The meter of a name, for whoever counts often. */
  meter(name: string): Meter {
    let meter = this.meters.get(name)
    if (!meter) {
      meter = { n: 0, rate: 0, gone: false }
      this.meters.set(name, meter)
    }
    return meter
  }

  /** @param meter one of this object's own that is not gone */
  countOn(meter: Meter): void {
    meter.n++
    this.total++
  }

  /** Counts an event of nobody in particular. */
  countOne(): void {
    this.total++
  }

  /** Closes the interval that began at the last call. */
  roll(nowMs: number): void {
    const seconds = (nowMs - this.sinceMs) / 1000
    if (seconds <= 0) return
    for (const [name, meter] of this.meters) {
      if (meter.n === 0 && meter.rate === 0) {
        this.meters.delete(name)
        meter.gone = true
      }
      meter.rate = meter.n / seconds
      meter.n = 0
    }
    this.totalRate = this.total / seconds
    this.total = 0
    this.sinceMs = nowMs
  }

  rate(name: string): number {
    return this.meters.get(name)?.rate ?? 0
  }

  get totalPerSecond(): number {
    return this.totalRate
  }
}
