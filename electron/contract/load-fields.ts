import { z } from 'zod'
import { durationSchema } from './duration'
import { parsePayload, topicProblem } from './load-payload'
import { isValidTopic } from './topics'

const rate = z.number().positive().max(10_000_000)
const qos = z.union([z.literal(0), z.literal(1), z.literal(2)])

const file = z.string().min(1).max(4096)

const payload = z
  .string()
  .min(1)
  .max(65_535)
  .superRefine((text, ctx) => {
    const read = parsePayload(text)
    if (!Array.isArray(read)) ctx.addIssue({ code: 'custom', input: read.found, message: read.expected })
  })

const topics = z
  .array(
    z
      .string()
      .max(512)
      .superRefine((text, ctx) => {
        const problem = topicProblem(text)
        if (problem !== null) ctx.addIssue({ code: 'custom', input: text, message: problem })
      }),
  )
  .min(1)
  .max(64)

/** What drives a load test, one variant per object in engine/load/run/executors. Rates are messages per second of each publisher. */
export const executorSchema = z.discriminatedUnion('kind', [
  /** Open loop: send times are fixed in advance, and latency counts from them. */
  z.strictObject({ kind: z.literal('constant-rate'), rate: rate.default(10) }),
  /** Closed loop: each publisher keeps `window` messages unacknowledged. */
  z.strictObject({ kind: z.literal('max') }),
  /** Open loop; the rate moves in a straight line to each stage's rate. The stages' lengths are the duration. */
  z.strictObject({
    kind: z.literal('ramping'),
    startRate: z.number().min(0).max(10_000_000).default(0),
    stages: z
      .array(z.strictObject({ over: durationSchema, rate: z.number().min(0).max(10_000_000) }))
      .min(1)
      .max(1000),
  }),
  /** Connects all clients, `connectRate` a second over all, and holds them. */
  z.strictObject({
    kind: z.literal('connection-storm'),
    connectRate: z.union([z.literal('max'), rate]).default('max'),
  }),
  /** Constant rate, and every so often a share of all connections is cut at once and comes back. */
  z.strictObject({
    kind: z.literal('reconnect-storm'),
    rate: rate.default(1),
    every: durationSchema.default(10_000),
    share: z.number().gt(0).max(1).default(1),
  }),
  /** Constant rate for hours: a coarser series, and the end compared with the beginning. */
  z.strictObject({ kind: z.literal('soak'), rate: rate.default(1) }),
])
export type ExecutorConfig = z.output<typeof executorSchema>
export type ExecutorKind = ExecutorConfig['kind']

/**
 * Who receives whose messages. pairs: publisher i to subscriber i; fan-in: each publisher to one subscriber;
 * fan-out: each publisher to every subscriber; shared-subscription: each message to one of the group.
 */
const TOPOLOGIES = ['pairs', 'fan-in', 'fan-out', 'shared-subscription'] as const
export type TopologyKind = (typeof TOPOLOGIES)[number]

/** The topology that a run means, where it leaves that open too. */
export function topologyKind(c: {
  topology: 'auto' | TopologyKind
  publishers: number
  subscribers: number
}): TopologyKind {
  if (c.topology !== 'auto') return c.topology
  if (c.subscribers === c.publishers) return 'pairs'
  return c.subscribers < c.publishers ? 'fan-in' : 'fan-out'
}

/** Settings in which the populations of one run may differ, without their defaults. */
export const CLIENT_FIELDS = {
  publishers: z.int().min(0).max(10_000_000),
  subscribers: z.int().min(0).max(10_000_000),
  /** auto: pairs when there are as many of both, fan-in when subscribers are fewer, else fan-out. */
  topology: z.enum(['auto', ...TOPOLOGIES]),
  executor: executorSchema,
  /**
   * Open loop: when messages come due at a rate. even: the publishers one after the other in equal gaps; jittered: each anywhere in
   * its gap; poisson: exponential gaps over all publishers together, as from many independent sources.
   */
  arrivals: z.enum(['even', 'jittered', 'poisson']),
  qos,
  /** @default the publishers' QoS */
  subscribeQos: qos,
  /** Payload bytes. */
  size: z.int().min(0).max(16_777_216),
  /** A template in place of filler, see `load-payload.ts`; one that is a JSON object gets a member `fleetlab` that names the message. */
  payload,
  /** A file that has the template. */
  payloadFile: file,
  /** A CSV file for `%{csv:COLUMN}`; its first line names the columns. */
  dataFile: file,
  /**
   * First levels of every topic name, before the name of the run and what the topology gives. With %i, %c or %u it is each publisher's
   * own topic as it stands.
   */
  topic: z
    .string()
    .min(1)
    .max(512)
    .refine((t) => isValidTopic(t) && !t.startsWith('$'), {
      error: 'expected a topic name without + or #, not starting with $',
    }),
  /** Levels below a publisher's own topic, with %i, %c and %u: its messages take them in turn. */
  topics,
  /** Messages of all publishers together. */
  messages: z.int().min(1).max(4_000_000_000),
  /** Closed loop (max): the pause after each answer, on average; the next message is sent after it. */
  thinkTime: durationSchema,
  /** Each message asks for a response, which its receiver sends; who publishes measures the round trip. */
  request: z.boolean(),
  /** Each publisher begins at a random time of this length. */
  startWait: durationSchema,
  /** Each client ends its connection at random times, so far apart on average, and comes back. */
  disconnectEvery: durationSchema.refine((ms) => ms > 0, { error: 'expected more than 0' }),
  /** clean: with DISCONNECT, broken: without, mixed: half of both. */
  disconnectKind: z.enum(['broken', 'clean', 'mixed']),
  /** How long it stays away. */
  awayFor: durationSchema,
  /** Each subscriber takes one more filter and drops the one before, at random times so far apart on average. */
  churnEvery: durationSchema.refine((ms) => ms > 0, { error: 'expected more than 0' }),
  /** Unacknowledged QoS 1 and 2 messages a publisher may have. */
  window: z.int().min(1).max(65_535),
  /** MQTT 5: topic aliases that each publisher uses, as far as the broker lets it, and that each subscriber accepts. */
  topicAliases: z.int().min(1).max(65_535),
  /** MQTT 5 Receive Maximum the subscribers ask for. */
  receiveMaximum: z.int().min(1).max(65_535),
  /** 4 is MQTT 3.1.1, 5 is MQTT 5.0. */
  protocol: z.union([z.literal(4), z.literal(5)]),
  /**
   * MQTT client identifier; %i is the number of the client, subscribers after publishers, from 0, and %% a percent sign.
   * @default one that names run, role and number
   */
  clientId: z.string().min(1).max(512),
  /** With %i as above and %c, the client identifier. */
  username: z.string().max(65_535),
  /** The will of every client, with %i and %c; its topic must not be one of the run's. */
  willTopic: z
    .string()
    .min(1)
    .max(512)
    .refine(isValidTopic, { error: 'expected a topic name without + or #' }),
  willPayload: z.string().max(65_535),
  willQos: qos,
  /** Messages are retained; the last of each publisher is removed at the end. */
  retain: z.boolean(),
  /** MQTT 5: `name=value` in each message. */
  userProperties: z
    .array(
      z
        .string()
        .regex(/^[^=\n]{1,256}=[^\n]{0,4096}$/, { error: 'expected a property such as site=plant-2' }),
    )
    .min(1)
    .max(20),
  /** MQTT 5: Message Expiry Interval, in whole seconds. */
  messageExpiry: durationSchema,
  /** 0 turns keep-alive off. */
  keepAlive: durationSchema,
  /** Keeps the session over a lost connection and resends what was not acknowledged. */
  resume: z.boolean(),
} as const
