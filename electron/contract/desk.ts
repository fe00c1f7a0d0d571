import { z } from 'zod'
import type { LinkConfig } from './link-config'
import type { QoS } from './packet'
import { isValidFilter, isValidTopic } from './topics'

/** Longest payload that a page publishes, in bytes. */
export const MAX_DESK_PAYLOAD = 1_048_576
/** Messages of one repetition, and how many per second of clock time. */
export const REPEAT = { most: 10_000, slowest: 0.01, fastest: 100 } as const
/** Messages that the test client keeps, and bytes of each payload. */
export const DESK_RECEIVED = { messages: 200, bytes: 4096 } as const

const qos = z.union([z.literal(0), z.literal(1), z.literal(2)])
const topic = z.string().refine(isValidTopic, { error: 'expected a topic name without + or #' })
const filter = z.string().max(1024).refine(isValidFilter, {
  error: 'expected a topic filter: + must occupy an entire level, # only the last',
})
const bytesUpTo = (most: number) =>
  z
    .instanceof(Uint8Array<ArrayBufferLike>)
    .refine((b) => b.length <= most, { error: `expected at most ${most} bytes` })

/** Text of a property: a UTF-8 string of MQTT (5.0 section 1.5.4). */
const text = (most: number) =>
  z
    .string()
    .max(most)
    .refine((s) => !/[\u0000\ud800-\udfff]/u.test(s), { error: 'expected text without U+0000' })

/** What a PUBLISH of MQTT 5 may carry besides its message (5.0 section 3.3.2.3). */
const messagePropertiesSchema = z.strictObject({
  contentType: text(256).optional(),
  responseTopic: topic.optional(),
  correlationData: bytesUpTo(1024).optional(),
  userProperties: z
    .array(z.strictObject({ name: text(256), value: text(1024) }))
    .max(32)
    .optional(),
  /** Seconds; 0 to 4,294,967,295. */
  messageExpiry: z.int().min(0).max(4_294_967_295).optional(),
})
export type MessageProperties = z.output<typeof messagePropertiesSchema>

/** Who publishes: the broker itself, the desk's test client, or a device of the fleet. */
const publishSourceSchema = z.union([
  z.enum(['broker', 'test-client']),
  z.strictObject({ clientId: z.string().min(1).max(65_535) }),
])
export type PublishSource = z.output<typeof publishSourceSchema>

export const deskMessageSchema = z.strictObject({
  /** @default the broker */
  from: publishSourceSchema.optional(),
  topic,
  payload: z.union([z.string().max(MAX_DESK_PAYLOAD), bytesUpTo(MAX_DESK_PAYLOAD)]),
  qos,
  retain: z.boolean(),
  /** Of MQTT 5: refused where the publisher speaks 3.1.1. */
  properties: messagePropertiesSchema.optional(),
  /** The same message again, so many times in all; a repetition that runs already ends. */
  repeat: z
    .strictObject({
      perSecond: z.number().min(REPEAT.slowest).max(REPEAT.fastest),
      count: z.int().min(2).max(REPEAT.most),
    })
    .optional(),
})
export type DeskMessage = z.output<typeof deskMessageSchema>

/** The test client as it should be; changed filters need no new connection, another protocol does. */
export const testClientSchema = z.strictObject({
  protocol: z.union([z.literal(4), z.literal(5)]),
  subscribes: z.array(z.strictObject({ filter, qos })).max(20),
})
export type TestClientConfig = z.output<typeof testClientSchema>

/** What became of a message that the page published. */
export interface Published {
  /** Of its publisher; null for the broker. */
  clientId: string | null
  /** Number of the latest packet captured before it. */
  after: number
  /** It waits until its publisher is connected. */
  waits: boolean
}

/** A message that the test client received. */
export interface DeskReceived {
  /** Ascending from 1. */
  n: number
  atMs: number
  topic: string
  qos: QoS
  retained: boolean
  dup: boolean
  /** Its beginning, see `DESK_RECEIVED`. */
  payload: Uint8Array
  /** Of the whole payload. */
  bytes: number
}

export interface DeskState {
  /** Null until it is first used. */
  client: {
    clientId: string
    /** away: the connection was lost, and it comes back by itself. */
    state: 'connecting' | 'ready' | 'away'
    protocol: 4 | 5
    /** `granted` is null until the broker has answered. */
    subscribes: { filter: string; qos: QoS; granted: QoS | null }[]
    link: LinkConfig
  } | null
  /** Those after the number that was asked for, oldest first. */
  received: DeskReceived[]
  /** All that were received. */
  total: number
  repeat: { topic: string; clientId: string | null; perSecond: number; sent: number; count: number } | null
}

/** A message that the user keeps to publish it again. */
export const savedMessageSchema = z.strictObject({
  name: z.string().min(1).max(64),
  topic: z.string().max(1024),
  form: z.enum(['text', 'json', 'hex']),
  payload: z.string().max(65_536),
  qos,
  retain: z.boolean(),
  contentType: z.string().max(256).default(''),
  responseTopic: z.string().max(1024).default(''),
  /** Hexadecimal. */
  correlationData: z.string().max(2048).default(''),
  /** One `name: value` a line. */
  userProperties: z.string().max(4096).default(''),
  /** Seconds, or empty. */
  messageExpiry: z.string().max(10).default(''),
})
export const savedMessagesSchema = z.array(savedMessageSchema).max(50)
export type SavedMessage = z.output<typeof savedMessageSchema>
