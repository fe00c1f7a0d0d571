import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js'
import type { LatencySummary } from '../../contract/load-report'

/** One hour; longer latencies are counted as one hour. */
const HIGHEST_MICROS = 3_600_000_000

/** What every histogram of the library can do and its type does not say. */
interface Slots {
  readonly countsArrayLength: number
  medianEquivalentValue(value: number): number
  countsArrayIndex(value: number): number
  getCountAtIndex(index: number): number
  /** Lowest value that is counted at an index. */
  valueFromIndex(index: number): number
}

/** Counts of buckets from bucket `offset` on, and of the value 0. */
export interface ExponentialCounts {
  zeros: number
  offset: number
  counts: number[]
}

/** What a figure reads of latencies that others record. */
export type LatencyCounts = Pick<LatencyHistogram, 'count' | 'sumMs' | 'countsUpTo' | 'exponential'>

/** Latencies with three significant digits from 1 µs to one hour (HdrHistogram). Merging adds counts: exact. */
export class LatencyHistogram {
  private readonly histogram: Histogram

  constructor(from?: Histogram) {
    this.histogram =
      from ??
      build({
        bitBucketSize: 32,
        autoResize: false,
        lowestDiscernibleValue: 1,
        highestTrackableValue: HIGHEST_MICROS,
        numberOfSignificantValueDigits: 3,
      })
  }

  /** @throws Error when the text is no compressed histogram */
  static decode(text: string): LatencyHistogram {
    return new LatencyHistogram(decodeFromCompressedBase64(text, 32, false))
  }

  get count(): number {
    return this.histogram.totalCount
  }

  /** A latency in ms; below 0 (clocks of two machines) counts as 0. */
  record(ms: number): void {
    const micros = ms * 1000
    this.histogram.recordValue(micros > HIGHEST_MICROS ? HIGHEST_MICROS : micros > 0 ? Math.round(micros) : 0)
  }

  /** The same latency several times. */
  recordTimes(ms: number, times: number): void {
    const micros = Math.min(HIGHEST_MICROS, Math.max(0, Math.round(ms * 1000)))
    if (times > 0) this.histogram.recordValueWithCount(micros, times)
  }

  /**
   * How many of the values lie at or below each bound, to the three digits that a histogram has.
   * @param boundsMs ascending
   */
  countsUpTo(boundsMs: readonly number[]): number[] {
    const own = this.histogram as Histogram & Slots
    let [at, sum] = [0, 0]
    return boundsMs.map((bound) => {
      const last = Math.min(own.countsArrayIndex(Math.round(bound * 1000)), own.countsArrayLength - 1)
      for (; at <= last; at++) sum += own.getCountAtIndex(at)
      return sum
    })
  }

  /**
   * Counts of buckets that grow by the same factor: bucket i holds the seconds above 2^(i / 2^scale), up to 2^((i + 1) / 2^scale), as
   * OTLP's exponential histograms have them, to the three digits of this one.
   * @param scale 3 is a factor of 1.09
   */
  exponential(scale: number): ExponentialCounts {
    const counts = new Map<number, number>()
    let zeros = 0
    this.each((micros, count) => {
      if (micros === 0) zeros += count
      else {
        const bucket = Math.ceil(Math.log2(micros / 1e6) * 2 ** scale) - 1
        counts.set(bucket, (counts.get(bucket) ?? 0) + count)
      }
    })
    const offset = counts.size === 0 ? 0 : Math.min(...counts.keys())
    const last = counts.size === 0 ? -1 : Math.max(...counts.keys())
    return {
      zeros,
      offset,
      counts: Array.from({ length: last - offset + 1 }, (_, i) => counts.get(offset + i) ?? 0),
    }
  }

  /** Sum of all values, ms. */
  get sumMs(): number {
    return this.sumMicros / 1000
  }

  /** Looks at what the other holds; the library's own looks at all 24,000 counts, which takes 2 ms in a young thread. */
  add(other: LatencyHistogram): void {
    other.each((value, count) => this.histogram.recordValueWithCount(value, count))
  }

  /** Values and how often each was recorded, in ascending order; of values that are counted as one the lowest, but for the greatest. */
  private each(f: (micros: number, count: number) => void): void {
    if (this.count === 0) return
    const own = this.histogram as Histogram & Slots
    const last = own.countsArrayIndex(own.maxValue)
    for (let i = 0; i <= last; i++) {
      const count = own.getCountAtIndex(i)
      if (count > 0) f(i === last ? own.maxValue : own.valueFromIndex(i), count)
    }
  }

  private get sumMicros(): number {
    const own = this.histogram as Histogram & Slots
    let sum = 0
    this.each((value, count) => (sum += own.medianEquivalentValue(value) * count))
    return sum
  }

  reset(): void {
    this.histogram.reset()
  }

  /** The compressed base64 form (V2) that HdrHistogram's tools of all languages read. */
  encode(): string {
    return encodeIntoCompressedBase64(this.histogram)
  }

  /** Milliseconds at a percentile, or null when nothing was recorded. */
  at(percentile: number): number | null {
    return this.count === 0 ? null : this.histogram.getValueAtPercentile(percentile) / 1000
  }

  /** The longest, ms; null when nothing was recorded. */
  get maxMs(): number | null {
    return this.count === 0 ? null : this.histogram.maxValue / 1000
  }

  /** @param unanswered how many of those recorded are ages of what was never answered */
  summary(unanswered = 0): LatencySummary {
    const some = this.count > 0
    return {
      count: this.count,
      unanswered,
      min: some ? this.at(0) : null,
      mean: some ? Math.round(this.sumMicros / this.count) / 1000 : null,
      p50: this.at(50),
      p90: this.at(90),
      p95: this.at(95),
      p99: this.at(99),
      p999: this.at(99.9),
      max: this.maxMs,
    }
  }
}
