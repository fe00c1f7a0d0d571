import type { LoadConfig } from '../../../contract/load-config'
import type {
  ConnectionCounts,
  EncodedHistograms,
  EncodedSendTimes,
  IdentityAccount,
} from '../../../contract/load-report'
import type { ClientRow } from './client-list'
import type { PayloadMaterial } from './payload-files'
import type { Part } from './slice'

/** PEM texts and the password: read once by the main thread, never written anywhere. */
export interface Credentials {
  password?: string | undefined
  ca?: string | undefined
  cert?: string | undefined
  key?: string | undefined
  /** Of WebSocket handshakes. */
  headers?: Readonly<Record<string, string>> | undefined
}

/** What a worker thread is started with. */
export interface WorkerInit {
  role: 'worker'
  config: LoadConfig
  credentials: Credentials
  /** What a list says of this worker's clients, by their numbers. */
  rows?: ReadonlyMap<number, ClientRow> | undefined
  /** What messages are made from, by the number of the population; null: filler. */
  payloads?: readonly (PayloadMaterial | null)[] | undefined
  runId: string
  part: Part
  /** Add to performance.timeOrigin-free monotonic ms (process.hrtime) to get Unix ms: one clock for all threads. */
  clockOffsetMs: number
  seriesStepMs: number
}

/** What a broker thread is started with. */
export interface BrokerInit {
  role: 'broker'
}

/** Main thread to worker. */
export type WorkerCommand =
  | { type: 'connect'; role: 'subscribers' | 'publishers' }
  /** Unix ms at which message 0 is due. */
  | { type: 'start'; atMs: number }
  /** No new messages; what is due may still leave. */
  | { type: 'stop' }
  /** Report, disconnect, end. */
  | { type: 'finish' }

/** Counts so far. */
export interface WorkerCounts {
  connected: number
  offered: number
  acknowledged: number
  failed: number
  received: number
  /** Acknowledged messages times their receivers. */
  expected: number
  /** First copies only. */
  delivered: number
  errors: number
}

export const NO_COUNTS: WorkerCounts = {
  connected: 0,
  offered: 0,
  acknowledged: 0,
  failed: 0,
  received: 0,
  expected: 0,
  delivered: 0,
  errors: 0,
}

export function sumCounts(all: readonly WorkerCounts[]): WorkerCounts {
  const sum = { ...NO_COUNTS }
  for (const one of all) for (const k of Object.keys(sum) as (keyof WorkerCounts)[]) sum[k] += one[k]
  return sum
}

/** How one worker fares so far. */
export type WorkerHealth = Pick<
  WorkerResult,
  'lateSends' | 'maxLoopDelayMs' | 'p99LoopDelayMs' | 'stalledShare' | 'utilization'
>

/** One step of the series of one population in one worker, complete. */
export interface WorkerBucket {
  bucket: number
  offered: number
  acknowledged: number
  failed: number
  received: number
  connected: number
  errors: number
  ack: string | null
  endToEnd: string | null
}

/** What a worker has to say at the end of the clients of one population. */
export interface GroupResult {
  counts: WorkerCounts
  histograms: EncodedHistograms
  /** Null in a closed loop. */
  sendTimes: EncodedSendTimes | null
  /** How many of the values in the histograms are ages of what was never answered. */
  unanswered: { ack: number; connect: number; roundTrip: number }
  /** Arrivals before their time, by the clock of this computer. */
  negative: { count: number; mostMs: number }
  identity: IdentityAccount
  errors: Record<string, number>
  connections: Required<Omit<ConnectionCounts, 'planned' | 'elapsedMs'>>
  /** Acknowledged and received after the warm-up. */
  measuredAcknowledged: number
  measuredReceived: number
  /** Unix ms; 0 when there was none. */
  lastAcknowledgedMs: number
  lastReceivedMs: number
}

/** What a worker has to say at the end. */
export interface WorkerResult {
  /** One for each population, in their order; one where there are none. */
  groups: GroupResult[]
  bytesSent: number
  bytesReceived: number
  lateSends: number
  maxSendDelayMs: number
  maxLoopDelayMs: number
  p99LoopDelayMs: number
  /** Share of the time in which the thread's loop did not come round as it should, 0 to 1. */
  stalledShare: number
  /** Share of its time the thread was busy while publishing, 0 to 1. */
  utilization: number
}

/** Worker to main thread. */
export type WorkerReport =
  | { type: 'up' }
  | { type: 'connected'; role: 'subscribers' | 'publishers' }
  | {
      type: 'progress'
      counts: WorkerCounts
      health: WorkerHealth
      published: boolean
      settled: boolean
      topError: string | null
    }
  | { type: 'bucket'; bucket: WorkerBucket; group: number }
  /** The run cannot go on. */
  | { type: 'fatal'; text: string; code: string | null }
  | { type: 'result'; result: WorkerResult }
