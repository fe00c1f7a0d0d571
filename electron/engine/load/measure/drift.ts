import { LatencyHistogram } from '../../base/latency-histogram'

/** Compares the first and the last quarter of a run of known length. */
export class DriftWatch {
  private readonly first = new LatencyHistogram()
  private readonly last = new LatencyHistogram()
  private rssAtQuarter: number | null = null
  private rss = 0

  constructor(private readonly durationMs: number) {}

  add(atMs: number, latency: LatencyHistogram | null, rssBytes: number): void {
    this.rss = rssBytes
    const quarter = this.durationMs / 4
    if (atMs >= quarter) this.rssAtQuarter ??= rssBytes
    if (latency === null) return
    if (atMs < quarter) this.first.add(latency)
    else if (atMs >= this.durationMs - quarter) this.last.add(latency)
  }

  /** Growth of memory counts from the end of the first quarter: what starting up takes is no drift. */
  report(): { firstP99Ms: number | null; lastP99Ms: number | null; rssGrowthBytes: number } {
    return {
      firstP99Ms: this.first.at(99),
      lastP99Ms: this.last.at(99),
      rssGrowthBytes: this.rss - (this.rssAtQuarter ?? this.rss),
    }
  }
}
