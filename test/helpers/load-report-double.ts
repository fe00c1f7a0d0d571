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
