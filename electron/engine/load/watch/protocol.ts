import { z } from 'zod'
import { keptLoadSchema } from '../../../contract/load-config'
import { progressSchema, stepCounts } from '../report/read'

/** Both ends speak this version, or the shard is turned away. */
export const WATCH_VERSION = 1
/** Path of the shards' WebSocket at the collector. */
export const SHARDS_PATH = '/shards'
/** Longest message, bytes: the report of a shard with some 100,000 clients. */
export const MAX_MESSAGE_BYTES = 256 * 1024 * 1024
/** Clock exchanges before a shard says hello, and the time between two later ones, which are its sign of life too. */
export const FIRST_EXCHANGES = 16
export const EXCHANGE_EVERY_MS = 500

const n = z.number()
const count = z.int().min(0)
const text = z.string().max(2000)
const clock = z.object({ offsetMs: n, errorMs: n.min(0) })
const shardIndex = z.int().min(0).max(999_999)

/** What a shard says first. */
const hello = z.object({
  type: z.literal('hello'),
  version: n,
  index: shardIndex,
  count: shardIndex.min(1),
  /** Names this process; a connection that comes back brings the same. */
  instance: text,
  host: text,
  /** Processes with the same text read the same monotonic clock. */
  machine: text,
  config: keptLoadSchema,
  /** Null: whatever the collector calls the run. */
  runId: text.nullable(),
  clock,
})

/** Counts and histograms of one step of the series, all threads of the shard together. */
const step = z.object({
  bucket: count,
  ...stepCounts,
  ack: z.string().nullable(),
  endToEnd: z.string().nullable(),
})

/** Everything a shard sends. Times of the clock exchange are ms of its monotonic clock. */
export const fromShardSchema = z.discriminatedUnion('type', [
  hello,
  z.object({ type: z.literal('time'), sentMs: n }),
  z.object({ type: z.literal('clock'), clock }),
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('progress'), progress: progressSchema }),
  z.object({ type: z.literal('step'), step }),
  z.object({ type: z.literal('failed'), text }),
  /** The report as the JSON text that its file holds. */
  z.object({ type: z.literal('report'), report: z.string() }),
])

export type FromShard = z.infer<typeof fromShardSchema>
export type Hello = Extract<FromShard, { type: 'hello' }>

/** Everything the collector sends. Times are Unix ms of the collector's clock, unless they are echoed. */
export const toShardSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('time'), sentMs: n, takenMs: n, answeredMs: n }),
  /** `clockOffsetMs` added to the shard's monotonic clock gives the collector's time; `exact` on the same computer. */
  z.object({ type: z.literal('welcome'), runId: text, clockOffsetMs: n, exact: z.boolean() }),
  z.object({ type: z.literal('refused'), text }),
  z.object({ type: z.literal('start'), atMs: n }),
  z.object({ type: z.literal('stop') }),
  z.object({ type: z.literal('thanks') }),
])

export type ToShard = z.infer<typeof toShardSchema>

/** A message as it came, or null for what is none. */
export function parseMessage<T>(schema: z.ZodType<T>, message: string): T | null {
  try {
    return schema.parse(JSON.parse(message))
  } catch {
    return null
  }
}
