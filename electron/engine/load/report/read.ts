import { z } from 'zod'
import { keptLoadSchema } from '../../../contract/load-config'
import { CLIENT_FIELDS } from '../../../contract/load-fields'
import type { LoadProgress, LoadReport, SeriesPoint } from '../../../contract/load-report'
import { areRanges } from '../measure/ranges'
import { LoadError } from '../run/failures'

const n = z.number()
const orNull = n.nullable()
const count = z.int().min(0)
const latency = z.object({
  count,
  unanswered: count.default(0),
  min: orNull,
  mean: orNull,
  p50: orNull,
  p90: orNull,
  p95: orNull,
  p99: orNull,
  p999: orNull,
  max: orNull,
})
const step = z.object({ p50: orNull, p95: orNull, p99: orNull })
const ranges = z.array(n).refine(areRanges, { error: 'expected ascending ranges of sequence numbers' })
const publisher = z.object({ publisher: count, offered: count, failed: ranges, inFlight: ranges })
const flow = z.object({
  receiver: count,
  publisher: count,
  got: ranges,
  duplicated: count,
  outOfOrder: count,
})
const measures = {
  unanswered: z.object({ ack: count, connect: count, roundTrip: count.optional() }).optional(),
  histograms: z.object({
    connect: z.string(),
    ack: z.string(),
    endToEnd: z.string(),
    churn: z.string().optional(),
    roundTrip: z.string().optional(),
  }),
  sendTimes: z.object({ ack: z.string(), endToEnd: z.string(), delay: z.string() }).optional(),
  identity: z.object({ publishers: z.array(publisher), flows: z.array(flow), forgotten: count }),
}
const shard = z.object({
  index: count,
  count: z.int().min(1),
  startedAtMs: n,
  startAtMs: orNull,
  publishedUntilMs: n.optional(),
  endedAtMs: n.optional(),
  hostname: z.string(),
  clock: z.object({ machine: z.string(), offsetMs: n, errorMs: n.min(0) }).optional(),
  ...measures,
  others: z.array(z.object(measures)).optional(),
})
/** What is counted in one step of a series. */
export const stepCounts = { offered: n, acknowledged: n, failed: n, received: n, connected: n, errors: n }
/** One point of a series, as a file holds it. */
export const pointSchema = z.object({
  atMs: n,
  ...stepCounts,
  ack: step,
  endToEnd: step,
}) satisfies z.ZodType<SeriesPoint>
const check = z.object({ name: z.string(), limit: n, actual: orNull, passed: z.boolean() })
const generator = z.object({
  cpuMicrosPerMessage: orNull,
  includesBroker: z.boolean(),
  maxLoopDelayMs: n,
  lateSends: count,
  maxSendDelayMs: n,
  busiestWorker: n,
  workers: count,
  saturated: z.boolean(),
  reasons: z.array(z.string()),
})

/** What a running test told last, as its journal holds it. */
export const progressSchema = z.object({
  phase: z.enum(['connecting', 'waiting', 'publishing', 'draining', 'done']),
  elapsedMs: n,
  plannedMs: orNull,
  clients: count,
  connected: count,
  offered: count,
  acknowledged: count,
  failed: count,
  received: count,
  expected: count.optional(),
  delivered: count.optional(),
  errors: count,
  last: pointSchema.nullable(),
  generator: generator
    .pick({
      maxLoopDelayMs: true,
      lateSends: true,
      busiestWorker: true,
      workers: true,
      saturated: true,
      reasons: true,
    })
    .nullable(),
}) satisfies z.ZodType<LoadProgress>

const environment = z.object({
  startedAt: z.string(),
  toolVersion: z.string().nullable(),
  broker: z.string().nullable(),
  commandLine: z.string(),
  host: z.string(),
  system: z.string(),
  cpu: z.string(),
  memoryBytes: n,
  openFiles: orNull,
  localPorts: z.object({ from: n, to: n }).nullable().default(null),
  brokerLimits: z.string().nullable().default(null),
  brokerProcess: z
    .object({
      pid: count.nullable(),
      name: z.string(),
      cpuMs: n,
      cores: n,
      residentBytes: n,
      mostResidentBytes: n,
    })
    .nullable()
    .default(null),
  node: z.string(),
})

/** What a whole report and its part on one population have alike. */
const figures = {
  offered: count,
  acknowledged: count,
  failed: count,
  inFlight: count,
  received: count,
  expected: count.nullable(),
  lost: count.nullable(),
  neverArrived: z.object({ inFlight: count, timed: z.object({ lost: count, inFlight: count }) }).optional(),
  duplicated: count.nullable(),
  outOfOrder: count.nullable(),
  publishRate: n,
  receiveRate: n,
  connectMs: latency,
  ackMs: latency,
  endToEndMs: latency,
  fromSend: z.object({ ackMs: latency, endToEndMs: latency, delayMs: latency }).nullable().default(null),
  churnMs: latency.optional(),
  roundTripMs: latency.optional(),
  negative: z.object({ count, mostMs: n }).default({ count: 0, mostMs: 0 }),
  errors: z.record(z.string(), count),
}
const connections = {
  established: count,
  refused: count,
  lost: count,
  reconnected: count,
  tlsResumed: count.optional(),
  left: count.optional(),
}

const report = z.object({
  kind: z.literal('fleetlab-load-report'),
  version: z.literal(1),
  runId: z.string(),
  config: keptLoadSchema,
  complete: z.boolean(),
  aborted: z.string().nullable(),
  ...figures,
  elapsedMs: n,
  bytesSent: count.nullable(),
  bytesReceived: count.nullable(),
  connections: z.object({ planned: count, ...connections, elapsedMs: n }),
  generator,
  verdict: z.object({
    passed: z.boolean(),
    inconclusive: z.boolean().default(false),
    checks: z.array(check),
  }),
  drift: z.object({ firstP99Ms: orNull, lastP99Ms: orNull, rssGrowthBytes: n }).nullable(),
  notes: z.array(z.string()),
  environment: environment.nullable().default(null),
  seriesStepMs: n,
  series: z.array(pointSchema),
  populations: z
    .array(
      z.object({
        name: z.string(),
        publishers: count,
        subscribers: count,
        qos: CLIENT_FIELDS.qos,
        ...figures,
        connections: z.object(connections),
      }),
    )
    .optional(),
  shard: shard.optional(),
  merged: z
    .object({
      shards: count,
      startSpreadMs: n,
      clockErrorMs: n.optional(),
      missing: z.array(count).optional(),
    })
    .optional(),
}) satisfies z.ZodType<LoadReport>

/** Earlier versions wrote `brokenOff` for `aborted`. */
function currentNames(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('brokenOff' in value) || 'aborted' in value)
    return value
  const { brokenOff: aborted, ...rest } = value
  return { ...rest, aborted }
}

/** A report as a file holds it; it may come from another machine, or from an earlier version. */
const reportSchema = z.preprocess(currentNames, report)

/**
 * Reads a report's JSON text; `name` is the file's.
 * @throws LoadError that names the file and the first wrong field
 */
export function readReport(text: string, name: string): LoadReport {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new LoadError(`${name}: is not JSON`, 'start')
  }
  const parsed = reportSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new LoadError(
    `${name}: is not a load report: ${issue?.path.join('.') || 'file'}: ${issue?.message ?? 'wrong'}`,
    'start',
  )
}
