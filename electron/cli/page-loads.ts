import { LoadMetrics } from '../engine/load/report/metrics'
import type { FigureSource } from './metrics-output'

/** Figures of the load test that a page began last. */
export class PageLoads {
  private latest: LoadMetrics | null = null

  /** A load test begins; the one before is no longer shown. */
  begin(runId: string): LoadMetrics {
    this.latest = new LoadMetrics({ run: runId })
    return this.latest
  }

  /** They and those of the engine, as one. */
  beside(engine: FigureSource): FigureSource {
    const sources = (): FigureSource[] => (this.latest === null ? [engine] : [engine, this.latest])
    return {
      contentType: engine.contentType,
      metrics: async () => (await Promise.all(sources().map((s) => s.metrics()))).join(''),
      getMetricsAsJSON: async () => (await Promise.all(sources().map((s) => s.getMetricsAsJSON()))).flat(),
    }
  }
}
