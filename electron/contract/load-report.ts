import type { LoadConfig } from './load-config'
import type { QoS } from './packet'

/** Percentiles of a latency in milliseconds; null while nothing was measured. */
export interface LatencySummary {
  count: number
  /** Of `count`: never answered. Each counts with its age at the end of the run, which is the least it can have been. */
  unanswered: number
  min: number | null
  mean: number | null
  p50: number | null
  p90: number | null
  p95: number | null
  p99: number | null
  p999: number | null
  max: number | null
}

/** One step of the series. Times are milliseconds since publishing began. */
export interface SeriesPoint {
  atMs: number
  offered: number
  acknowledged: number
  failed: number
  received: number
  connected: number
  errors: number
  ack: { p50: number | null; p95: number | null; p99: number | null }
  endToEnd: { p50: number | null; p95: number | null; p99: number | null }
}

/** What the broker's process took while messages were published. */
export interface BrokerProcess {
  /** Null where the broker told of itself. */
  pid: number | null
  /** Of the process, or the address at which the broker told of itself. */
  name: string
  /** User and system time. */
  cpuMs: number
  /** Average of cores in use. */
  cores: number
  /** Memory when publishing began. */
  residentBytes: number
  /** Most memory seen, once per second. */
  mostResidentBytes: number
}

/** Where, when and with what a run was made. */
export interface RunEnvironment {
  /** ISO 8601; the time at which publishing began. */
  startedAt: string
  /** Of this program; null where it was not known. */
  toolVersion: string | null
  /** What the broker calls itself; null where it does not. */
  broker: string | null
  /** Repeats the run; passwords are masked. */
  commandLine: string
  host: string
  /** System, kernel and architecture. */
  system: string
  /** Cores and model. */
  cpu: string
  memoryBytes: number
  /** Limit of open files of the process; null where the system does not tell. */
  openFiles: number | null
  /** First and last local port for connections; null where the system does not tell. */
  localPorts: { from: number; to: number } | null
  /** What the broker's CONNACK says of its limits (MQTT 5.0 section 3.2.2.3), such as `maximum QoS 1`; null at 3.1.1. */
  brokerLimits: string | null
  /** Null unless the broker's process was watched. */
  brokerProcess: BrokerProcess | null
  node: string
}

/** How the load generator itself fared. */
export interface GeneratorReport {
  /** CPU time of this process during publishing, divided by messages sent and received; null when there were none. */
  cpuMicrosPerMessage: number | null
  /** The embedded broker ran in this process and its CPU time is in the figure. */
  includesBroker: boolean
  maxLoopDelayMs: number
  /** Messages that left more than 10 ms after their time because the generator was late. */
  lateSends: number
  maxSendDelayMs: number
  /** Share of one core the busiest worker used, 0 to 1. */
  busiestWorker: number
  workers: number
  /** True: the numbers tell of the generator, not of the broker. */
  saturated: boolean
  /** Why, one plain sentence each. */
  reasons: string[]
}

export interface ConnectionCounts {
  planned: number
  established: number
  refused: number
  lost: number
  reconnected: number
  /** Connections that took up an earlier TLS session; absent in reports of earlier versions. */
  tlsResumed?: number | undefined
  /** Ended by the clients themselves, which came back; absent in reports of earlier versions. */
  left?: number | undefined
  /** From the first attempt until all clients were connected, or the time for it was over. */
  elapsedMs: number
}

/** One threshold and what was measured. */
export interface Check {
  name: string
  limit: number
  actual: number | null
  passed: boolean
}

/** Histograms in the compressed base64 form of HdrHistogram (V2), in microseconds. */
export interface EncodedHistograms {
  connect: string
  ack: string
  endToEnd: string
  /** From SUBSCRIBE to SUBACK while the run went on; absent where nobody did. */
  churn?: string | undefined
  /** From request to response; absent where nobody asked. */
  roundTrip?: string | undefined
}

/** The same for times from the actual send; absent in reports of earlier versions and of closed loops. */
export interface EncodedSendTimes {
  ack: string
  endToEnd: string
  delay: string
}

/**
 * Latencies from the time a message was really sent, which the generator's own delay is not in, of the messages that were
 * answered; and that delay. What counts for thresholds is the latency from the intended time.
 */
export interface SendTimesReport {
  ackMs: LatencySummary
  /** Empty for payloads of less than 24 bytes. */
  endToEndMs: LatencySummary
  delayMs: LatencySummary
}

/** Half-open ranges of sequence numbers, flat: from, to, from, to. */
export type FlatRanges = number[]

/** What one publisher did with its messages, numbered from 0. */
export interface PublisherAccount {
  publisher: number
  offered: number
  failed: FlatRanges
  /** Sent but not acknowledged, or due but not sent, when the run ended. */
  inFlight: FlatRanges
}

/** What one receiver got of one publisher. In a shared subscription the receiver is the group, 0. */
export interface FlowAccount {
  receiver: number
  publisher: number
  /** Distinct sequence numbers, as ranges. */
  got: FlatRanges
  duplicated: number
  outOfOrder: number
}

/** Everything a merge needs to account for messages between shards. */
export interface IdentityAccount {
  publishers: PublisherAccount[]
  flows: FlowAccount[]
  /** Ranges that had to be given up to bound memory; above 0 the counts are a lower bound of loss. */
  forgotten: number
}

/** A computer's clock against the collector's of a run; times in the report are the collector's. */
export interface ShardClock {
  /** The same for all shards that read the same clock. */
  machine: string
  /** What the computer's own clock lacks of the collector's time, ms. */
  offsetMs: number
  /** The clock that was used is off by this at most, ms. */
  errorMs: number
}

/** What a shard measured of one population, as a merge needs it. */
export interface ShardMeasures {
  /** How many values of the histograms are ages of what was never answered. */
  unanswered?: { ack: number; connect: number; roundTrip?: number | undefined } | undefined
  histograms: EncodedHistograms
  sendTimes?: EncodedSendTimes | undefined
  identity: IdentityAccount
}

/** One of the machines of a run. What it measured is of the run's only or first population. */
export interface ShardInfo extends ShardMeasures {
  index: number
  count: number
  /** Wall time (Unix ms, of this machine) at which publishing began. */
  startedAtMs: number
  /** The time asked for, or null. */
  startAtMs: number | null
  /** Wall time at which publishing and counting ended; absent in reports of earlier versions. */
  publishedUntilMs?: number | undefined
  endedAtMs?: number | undefined
  hostname: string
  /** How this computer's clock was set by the collector of the run; absent without one. */
  clock?: ShardClock | undefined
  /** Of the other populations, in their order; absent where there are none. */
  others?: ShardMeasures[] | undefined
}

/** Of one population what the report has of all of them. */
export interface PopulationReport extends Pick<
  LoadReport,
  | 'offered'
  | 'acknowledged'
  | 'failed'
  | 'inFlight'
  | 'received'
  | 'expected'
  | 'lost'
  | 'neverArrived'
  | 'duplicated'
  | 'outOfOrder'
  | 'publishRate'
  | 'receiveRate'
  | 'connectMs'
  | 'ackMs'
  | 'endToEndMs'
  | 'fromSend'
  | 'churnMs'
  | 'roundTripMs'
  | 'negative'
  | 'errors'
> {
  name: string
  publishers: number
  subscribers: number
  qos: QoS
  connections: Omit<ConnectionCounts, 'planned' | 'elapsedMs'>
}

/** The result of one load test. offered = acknowledged + failed + inFlight, always. */
export interface LoadReport {
  kind: 'fleetlab-load-report'
  version: 1
  runId: string
  config: LoadConfig
  /** False when the run was aborted; `aborted` says why. */
  complete: boolean
  aborted: string | null
  offered: number
  acknowledged: number
  failed: number
  inFlight: number
  /** PUBLISH packets of this run that arrived, further copies included. */
  received: number
  /**
   * Acknowledged messages (sent ones at QoS 0) times their receivers. This and what follows from it is null where the
   * program ended before messages were accounted for.
   */
  expected: number | null
  lost: number | null
  /**
   * Messages that never arrived, once for each receiver. `inFlight`: of the whole run, beside the lost ones; `timed`: those of both
   * in the end-to-end latencies, which leave the warm-up out. Absent where it is not known, and in reports of earlier versions.
   */
  neverArrived?: { inFlight: number; timed: { lost: number; inFlight: number } } | undefined
  duplicated: number | null
  outOfOrder: number | null
  elapsedMs: number
  /** Messages per second, without warm-up. */
  publishRate: number
  receiveRate: number
  /** Null as above. */
  bytesSent: number | null
  bytesReceived: number | null
  connectMs: LatencySummary
  ackMs: LatencySummary
  endToEndMs: LatencySummary
  /** From the actual send; null in a closed loop, where both times are the same, and in reports of earlier versions. */
  fromSend: SendTimesReport | null
  /** From SUBSCRIBE of one more filter to its SUBACK while the run went on; absent where nobody did. */
  churnMs?: LatencySummary | undefined
  /** From the time a request was due until its response; absent where nobody asked for one. */
  roundTripMs?: LatencySummary | undefined
  /**
   * Messages that arrived before they were due, so that clocks of several computers do not agree, and by how much at
   * most (ms). Above 0 the end-to-end latencies are not given: their summary is empty.
   */
  negative: { count: number; mostMs: number }
  errors: Record<string, number>
  connections: ConnectionCounts
  generator: GeneratorReport
  /** inconclusive: the generator was saturated, so that neither passed nor failed would tell of the broker. */
  verdict: { passed: boolean; inconclusive: boolean; checks: Check[] }
  /** Soak only: the first and the last quarter of the run. */
  drift: { firstP99Ms: number | null; lastP99Ms: number | null; rssGrowthBytes: number } | null
  notes: string[]
  /** Of the first shard in a merged report; null in reports of earlier versions, and where the program was killed. */
  environment: RunEnvironment | null
  seriesStepMs: number
  series: SeriesPoint[]
  /** Present where the run has populations, in their order. */
  populations?: PopulationReport[] | undefined
  /** Present in the report of one shard. */
  shard?: ShardInfo
  /** Present in a merged report. */
  merged?: {
    shards: number
    startSpreadMs: number
    /**
     * By how much end-to-end latencies can be wrong, ms: figures below it are not given. 0 on one computer; absent where
     * the clocks of several were not compared.
     */
    clockErrorMs?: number | undefined
    /** Shards of the run whose report was not there; the figures are without them. */
    missing?: number[] | undefined
  }
}

/** How the load generator fares so far, over all its workers. */
export type GeneratorHealth = Pick<
  GeneratorReport,
  'maxLoopDelayMs' | 'lateSends' | 'busiestWorker' | 'workers' | 'saturated' | 'reasons'
>

/** What a run tells while it goes on, once per second. */
export interface LoadProgress {
  phase: 'connecting' | 'waiting' | 'publishing' | 'draining' | 'done'
  /** Since publishing began; 0 before. */
  elapsedMs: number
  /** Length of the publishing where it is known. */
  plannedMs: number | null
  clients: number
  connected: number
  offered: number
  acknowledged: number
  failed: number
  received: number
  /** Acknowledged messages times their receivers, and first copies that arrived; absent in journals of earlier versions. */
  expected?: number | undefined
  delivered?: number | undefined
  errors: number
  /** The last second. */
  last: SeriesPoint | null
  /** Null until publishing began. */
  generator: GeneratorHealth | null
}
