import { ApiError } from '../../electron/contract/errors'
import { runInfo, type LoadEvent, type LoadNow, type LoadRun } from '../../electron/contract/load'
import { loadSchema, type LoadInput } from '../../electron/contract/load-config'
import type { LatencySummary, LoadReport, SeriesPoint } from '../../electron/contract/load-report'

const latency = (p50: number, p99: number, count = 1000): LatencySummary => ({
  count,
  unanswered: 0,
  min: p50 / 2,
  mean: p50,
  p50,
  p90: (p50 + p99) / 2,
  p95: (p50 + 2 * p99) / 3,
  p99,
  p999: p99 * 1.5,
  max: p99 * 2,
})
export const NOTHING: LatencySummary = {
  count: 0,
  unanswered: 0,
  min: null,
  mean: null,
  p50: null,
  p90: null,
  p95: null,
  p99: null,
  p999: null,
  max: null,
}

export const pointDouble = (second: number, over: Partial<SeriesPoint> = {}): SeriesPoint => ({
  atMs: second * 1000,
  offered: 100,
  acknowledged: 100,
  failed: 0,
  received: 100,
  connected: 11,
  errors: 0,
  ack: { p50: null, p95: null, p99: null },
  endToEnd: { p50: 2, p95: 6, p99: 12 },
  ...over,
})

/** A report of ten quiet seconds, with what a test changes. */
export function loadReportDouble(config: LoadInput = {}, over: Partial<LoadReport> = {}): LoadReport {
  return {
    kind: 'fleetlab-load-report',
    version: 1,
    runId: 'double',
    config: loadSchema.parse({ publishers: 10, duration: '10s', ...config }),
    complete: true,
    aborted: null,
    offered: 1000,
    acknowledged: 1000,
    failed: 0,
    inFlight: 0,
    received: 1000,
    expected: 1000,
    lost: 0,
    duplicated: 0,
    outOfOrder: 0,
    elapsedMs: 10_000,
    publishRate: 100,
    receiveRate: 100,
    bytesSent: 90_000,
    bytesReceived: 90_000,
    connectMs: latency(1, 3, 11),
    ackMs: NOTHING,
    endToEndMs: latency(2, 12),
    errors: {},
    connections: { planned: 11, established: 11, refused: 0, lost: 0, reconnected: 0, elapsedMs: 0 },
    generator: {
      cpuMicrosPerMessage: 8,
      includesBroker: false,
      maxLoopDelayMs: 3,
      lateSends: 0,
      maxSendDelayMs: 1,
      busiestWorker: 0.2,
      workers: 1,
      saturated: false,
      reasons: [],
    },
    verdict: { passed: true, inconclusive: false, checks: [] },
    drift: null,
    notes: [],
    seriesStepMs: 1000,
    series: Array.from({ length: 10 }, (_, i) => pointDouble(i)),
    ...over,
  }
}

/** Load tests of the pretended engine: a history the test writes, and a run that ends when the test says so. */
export class FakeLoads {
  readonly history: LoadRun[] = []
  now: LoadNow | null = null
  private changes = 0

  constructor(private readonly tell: (e: LoadEvent) => void) {}

  /** Tells all pages where the run is. */
  push(points: SeriesPoint[] = [], from = 0): void {
    this.tell({ now: this.now, from, points, history: this.changes })
  }

  /** Ends the run with a report that goes to the history. */
  finish(report: LoadReport): void {
    const { now } = this
    if (!now) throw new Error('no load test is running')
    this.history.unshift({ ...now, report })
    this.now = null
    this.changes++
    this.push()
  }

  commands() {
    const found = (runId: string): LoadRun => {
      const run = this.history.find((r) => r.runId === runId)
      if (!run) throw new ApiError('not-found', `load test ${runId} is not in the history`)
      return run
    }
    return {
      startLoad: ({ config }: { config: LoadInput }): LoadNow => {
        const number = (this.history[0]?.number ?? 0) + 1
        this.now = {
          runId: `run-${number}`,
          number,
          startedAtMs: 1_700_000_000_000,
          config: loadSchema.parse(config),
          state: 'running',
          error: null,
          progress: null,
        }
        return this.now
      },
      stopLoad: () => undefined,
      listLoadRuns: () => this.history.map(runInfo),
      getLoadRun: ({ runId }: { runId: string }) => found(runId),
      getLoadFile: ({ runId, format }: { runId: string; format: string }) => ({
        name: `${found(runId).runId}.${format}`,
        text: format,
      }),
      deleteLoadRun: ({ runId }: { runId: string }) => {
        this.history.splice(this.history.indexOf(found(runId)), 1)
        this.changes++
        this.push()
      },
    }
  }
}
