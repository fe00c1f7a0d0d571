import type { LoadProgress, SeriesPoint } from '../../../contract/load-report'
import type { StepLatencies } from '../measure/series'
import type { Credentials } from './messages'
import type { Part } from './slice'

/** What a run is given besides its configuration. */
export interface LoadOptions {
  credentials?: Credentials
  /** Names topics and clients; the same for all shards of a run. */
  runId: string
  /** Which part of the run this process does. @default all of it */
  shard?: Part
  /** Unix ms at which publishing begins, for several machines together. @default as soon as all are connected */
  startAtMs?: number
  /**
   * Clients are connected: resolves to the Unix ms at which publishing begins, in place of `startAtMs`. It may take as
   * long as other machines need to get there too.
   */
  rendezvous?(): Promise<number>
  /** Added to the system's monotonic clock it gives Unix ms. @default by this computer's clock */
  clockOffsetMs?: number
  /** Version of the program, for the report. */
  toolVersion?: string
  /** Process of the broker on this computer, to say what CPU and memory it takes; Linux only. */
  brokerPid?: number
  /** Address at which the broker shows CPU and memory of its process to Prometheus, in place of `brokerPid`. */
  brokerMetrics?: string
  /** Words of the command line that are no setting, such as --shard 0/4, for the report. No secret is in them. */
  besides?: readonly string[]
  /** More for the report's notes. */
  notes?: readonly string[]
  signal?: AbortSignal
  /** All clients without a connection for this long: the broker is gone. @default 5000 ms */
  giveUpMs?: number
  onProgress?(p: LoadProgress): void
  /** Each step of the series when it is complete. */
  onPoint?(p: SeriesPoint): void
  /** The same with its histograms. */
  onStep?(p: SeriesPoint, latencies: StepLatencies): void
}
