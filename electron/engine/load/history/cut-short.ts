import type { LoadConfig } from '../../../contract/load-config'
import { withoutSecrets } from '../../../contract/load-headers'
import type { LoadProgress, LoadReport, SeriesPoint } from '../../../contract/load-report'
import { makeReport } from '../report/result'
import { rateOf } from '../report/summaries'

export interface CutShort {
  runId: string
  config: LoadConfig
  /** Unix ms. */
  startedAtMs: number
  points: SeriesPoint[]
  /** The last that was reported, null when nothing was. */
  progress: LoadProgress | null
}

const WHY = 'the program ended during the run'
const NOTE =
  'This report covers the run up to its last recorded second. Loss, duplicates, order and the overall latencies were not yet known: read them from the time series.'

const UNSORTED = 'not classified, because the run was cut short'

/** The report of a run whose program was killed: its counts and series, and no verdict, since nothing was weighed. */
export function cutShortReport({ runId, config, startedAtMs, points, progress }: CutShort): LoadReport {
  const elapsedMs = progress?.elapsedMs ?? 0
  const empty = makeReport({
    config: { ...config, thresholds: {} },
    runId,
    shard: { index: 0, count: 1 },
    isShard: false,
    startAtMs: null,
    startedAtMs,
    publishedUntilMs: startedAtMs + elapsedMs,
    endedMs: startedAtMs + elapsedMs,
    aborted: WHY,
    results: [],
    cpuMicros: 0,
    includesBroker: config.url === 'embedded',
    planned: progress?.clients ?? 0,
    connectingMs: 0,
    seriesStepMs: stepOf(points),
    series: points,
    drift: null,
    notes: [NOTE],
    environment: null,
  })
  const { offered = 0, acknowledged = 0, failed = 0, received = 0, connected = 0 } = progress ?? {}
  const measuredMs = Math.max(0, elapsedMs - config.warmup)
  return {
    ...empty,
    config: withoutSecrets(config),
    offered,
    acknowledged,
    failed,
    inFlight: Math.max(0, offered - acknowledged - failed),
    received,
    errors: progress?.errors ? { [UNSORTED]: progress.errors } : {},
    generator: { ...empty.generator, ...progress?.generator },
    expected: null,
    lost: null,
    neverArrived: undefined,
    duplicated: null,
    outOfOrder: null,
    bytesSent: null,
    bytesReceived: null,
    publishRate: rateOf(acknowledged, measuredMs),
    receiveRate: rateOf(received, measuredMs),
    elapsedMs,
    connections: { ...empty.connections, established: connected },
  }
}

const stepOf = (points: readonly SeriesPoint[]): number => {
  const [a, b] = points
  return a && b ? Math.round(b.atMs - a.atMs) : 1000
}
