import { loadSchema } from '../../../electron/contract/load-config'
import { LatencyHistogram } from '../../../electron/engine/base/latency-histogram'
import type { RunOutcome } from '../../../electron/engine/load/report/result'
import type { GroupResult, WorkerResult } from '../../../electron/engine/load/run/messages'

/** A histogram of these values, ms, encoded. */
export const histogram = (values: number[]): string => {
  const h = new LatencyHistogram()
  for (const v of values) h.record(v)
  return h.encode()
}

type Said = GroupResult & Omit<WorkerResult, 'groups'>

/** One thread with the clients of a run without populations. */
export function worker(over: Partial<Said> = {}): WorkerResult {
  const { bytesSent, bytesReceived, lateSends, maxSendDelayMs, ...rest } = said(over)
  const { maxLoopDelayMs, p99LoopDelayMs, stalledShare, utilization, ...group } = rest
  const self = { maxLoopDelayMs, p99LoopDelayMs, stalledShare, utilization }
  return { groups: [group], bytesSent, bytesReceived, lateSends, maxSendDelayMs, ...self }
}

const said = (over: Partial<Said>): Said => ({
  counts: {
    connected: 2,
    offered: 10,
    acknowledged: 8,
    failed: 1,
    received: 9,
    expected: 8,
    delivered: 8,
    errors: 1,
  },
  histograms: { connect: histogram([3]), ack: histogram([1, 2, 3]), endToEnd: histogram([5, 400]) },
  sendTimes: null,
  identity: {
    publishers: [{ publisher: 0, offered: 10, failed: [3, 4], inFlight: [9, 10] }],
    flows: [{ receiver: 0, publisher: 0, got: [0, 3, 4, 9], duplicated: 1, outOfOrder: 0 }],
    forgotten: 0,
  },
  unanswered: { ack: 1, connect: 0, roundTrip: 0 },
  negative: { count: 0, mostMs: 0 },
  errors: { 'PUBACK 0x97 quota exceeded': 1 },
  connections: { established: 2, refused: 0, lost: 0, reconnected: 0, tlsResumed: 0, left: 0 },
  bytesSent: 1000,
  bytesReceived: 900,
  measuredAcknowledged: 8,
  measuredReceived: 9,
  lastAcknowledgedMs: 3000,
  lastReceivedMs: 3100,
  lateSends: 0,
  maxSendDelayMs: 1,
  maxLoopDelayMs: 2,
  p99LoopDelayMs: 1,
  stalledShare: 0,
  utilization: 0.2,
  ...over,
})

/** All that was offered has come, also what has no acknowledgement. */
export const arrived = (over: Partial<Said> = {}): WorkerResult =>
  worker({
    identity: {
      publishers: [{ publisher: 0, offered: 10, failed: [3, 4], inFlight: [9, 10] }],
      flows: [{ receiver: 0, publisher: 0, got: [0, 3, 4, 10], duplicated: 1, outOfOrder: 0 }],
      forgotten: 0,
    },
    ...over,
  })

/** The end of a run of one thread. */
export const outcome = (over: Partial<RunOutcome> = {}): RunOutcome => ({
  config: loadSchema.parse({
    publishers: 1,
    subscribers: 1,
    qos: 1,
    duration: '2s',
    thresholds: { maxLost: 0, maxP99: '1s', minRate: 3 },
  }),
  runId: 'r1',
  shard: { index: 0, count: 1 },
  isShard: false,
  startAtMs: null,
  startedAtMs: 1000,
  publishedUntilMs: 3000,
  endedMs: 3100,
  aborted: null,
  results: [worker()],
  cpuMicros: 180,
  includesBroker: false,
  planned: 2,
  connectingMs: 12,
  seriesStepMs: 1000,
  series: [
    {
      atMs: 0,
      offered: 10,
      acknowledged: 8,
      failed: 1,
      received: 9,
      connected: 2,
      errors: 1,
      ack: { p50: 2, p95: 3, p99: 3 },
      endToEnd: { p50: 5, p95: 400, p99: 400 },
    },
  ],
  drift: null,
  notes: ['a <note>'],
  environment: null,
  ...over,
})
