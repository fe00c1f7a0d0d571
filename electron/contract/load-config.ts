import { z } from 'zod'
import { durationSchema } from './duration'
import { parseExpression } from './load-expressions'
import { loadUrlProblem } from './load-url'
import { passwordVariableSchema } from './password-variable'
import { isValidTopic } from './topics'

const rate = z.number().positive().max(10_000_000)
const qos = z.union([z.literal(0), z.literal(1), z.literal(2)])
const file = z.string().min(1).max(4096)

/** What drives a load test, one variant per file in engine/load/executors. Rates are messages per second of each publisher. */
const executorSchema = z.discriminatedUnion('kind', [
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

const expressionSchema = z.string().superRefine((text, ctx) => {
  const read = parseExpression(text)
  if (typeof read === 'string') ctx.addIssue({ code: 'custom', input: text, message: read })
})

/** Limits that decide the verdict; each is absent by default. */
export const thresholdsSchema = z.strictObject({
  /** Of publish to acknowledgement at QoS 1 and 2, and of publish to receipt where there are subscribers. */
  maxP99: durationSchema.optional(),
  maxConnectP99: durationSchema.optional(),
  maxLost: z.int().min(0).optional(),
  maxDuplicated: z.int().min(0).optional(),
  maxOutOfOrder: z.int().min(0).optional(),
  maxFailed: z.int().min(0).optional(),
  maxErrors: z.int().min(0).optional(),
  /** Acknowledged messages per second over all publishers. */
  minRate: z.number().min(0).optional(),
  /** Such as `p99<50ms`, `lost==0`, `rate>=9500`. */
  expressions: z.array(expressionSchema).max(50).optional(),
})
export type Thresholds = z.output<typeof thresholdsSchema>

/**
 * Bytes at the start of each payload that name the message: run, publisher, sequence, intended send time. Smaller payloads
 * carry less of it, or have it in the topic name.
 */
export const IDENTITY_BYTES = 20

const fields = z.strictObject({
  url: z
    .string()
    .superRefine((url, ctx) => {
      const problem = loadUrlProblem(url)
      if (problem !== null) ctx.addIssue({ code: 'custom', input: url, message: problem })
    })
    .default('mqtt://127.0.0.1:1883'),
  /** 4 is MQTT 3.1.1, 5 is MQTT 5.0. */
  protocol: z.union([z.literal(4), z.literal(5)]).default(4),
  /**
   * MQTT client identifier; %i is the number of the client, subscribers after publishers, from 0, and %% a percent sign.
   * @default one that names run, role and number
   */
  clientId: z.string().min(1).max(512).optional(),
  /** With %i as above and %c, the client identifier. */
  username: z.string().max(65_535).optional(),
  /** The will of every client, with %i and %c; its topic must not be one of the run's. */
  willTopic: z
    .string()
    .min(1)
    .max(512)
    .refine(isValidTopic, { error: 'expected a topic name without + or #' })
    .optional(),
  willPayload: z.string().max(65_535).default(''),
  willQos: qos.default(0),
  passwordEnv: passwordVariableSchema.optional(),
  caFile: file.optional(),
  certFile: file.optional(),
  keyFile: file.optional(),
  serverName: z.string().min(1).max(253).optional(),
  /** Accepts any certificate. */
  insecure: z.boolean().default(false),
  publishers: z.int().min(0).max(10_000_000).default(100),
  subscribers: z.int().min(0).max(10_000_000).default(1),
  /** auto: pairs when there are as many of both, fan-in when subscribers are fewer, else fan-out. */
  topology: z.enum(['auto', ...TOPOLOGIES]).default('auto'),
  executor: executorSchema.prefault({ kind: 'constant-rate' }),
  /**
   * Open loop: when messages come due at a rate. even: the publishers one after the other in equal gaps; jittered: each anywhere in
   * its gap; poisson: exponential gaps over all publishers together, as from many independent sources.
   */
  arrivals: z.enum(['even', 'jittered', 'poisson']).default('even'),
  qos: qos.default(0),
  /** @default the publishers' QoS */
  subscribeQos: qos.optional(),
  /** Payload bytes. */
  size: z.int().min(0).max(16_777_216).default(64),
  /** Length of the publishing. @default 30 s, or no limit when `messages` is given */
  duration: durationSchema.optional(),
  /** Messages of all publishers together. */
  messages: z.int().min(1).max(4_000_000_000).optional(),
  /** Connections are spread over this time; publishing begins when all are made. */
  ramp: durationSchema.default(0),
  /** Left out of latencies and rates, counted from the start of publishing. */
  warmup: durationSchema.default(0),
  /** How long to wait at the end for what is on its way. */
  drain: durationSchema.default(10_000),
  /** Unacknowledged QoS 1 and 2 messages a publisher may have. */
  window: z.int().min(1).max(65_535).default(20),
  /** MQTT 5 Receive Maximum the subscribers ask for. */
  receiveMaximum: z.int().min(1).max(65_535).optional(),
  workers: z.union([z.literal('auto'), z.int().min(1).max(256)]).default('auto'),
  /** 0 turns keep-alive off. */
  keepAlive: durationSchema.default(60_000),
  /** For all clients together to be connected. */
  connectTimeout: durationSchema.default(30_000),
  /** Share of the clients, above 0 to 1, with which the run begins when the time to connect is over. */
  minConnected: z.number().gt(0).max(1).default(1),
  /** Keeps the session over a lost connection and resends what was not acknowledged. */
  resume: z.boolean().default(false),
  /** First levels of every topic name. */
  topic: z
    .string()
    .min(1)
    .max(512)
    .refine((t) => isValidTopic(t) && !t.startsWith('$'), {
      error: 'expected a topic name without + or #, not starting with $',
    })
    .default('fleetlab'),
  /** Addresses of this machine to connect from, in turn: each has its own ports. */
  localAddresses: z.array(z.string().min(1)).max(256).default([]),
  seed: z.int().min(0).max(4_294_967_295).default(1),
  thresholds: thresholdsSchema.prefault({}),
})

/** One load test. The same names in the file, on the page and (with dashes) on the command line. */
export const loadSchema = fields.superRefine(checkTogether)
/** The same as a report keeps it, where any variable may be named: it is shown, and read for nothing. */
export const keptLoadSchema = fields
  .extend({ url: z.string(), passwordEnv: z.string().optional() })
  .superRefine(checkTogether)
export type LoadConfig = z.output<typeof loadSchema>
export type LoadInput = z.input<typeof loadSchema>

/** How many flows (publisher, subscriber) one run may account for. */
const MAX_FLOWS = 4_000_000

/** Whether a template has %i, and not only after a percent sign that stands for itself. */
const namesEach = (template: string): boolean => template.replaceAll('%%', '').includes('%i')

interface Together {
  publishers: number
  subscribers: number
  topology: string
  executor: { kind: string }
  warmup: number
  duration?: number | undefined
  clientId?: string | undefined
  arrivals: string
  keyFile?: string | undefined
  certFile?: string | undefined
}

function checkTogether(c: Together, ctx: z.RefinementCtx): void {
  const wrong = (path: string, input: unknown, message: string) =>
    ctx.addIssue({ code: 'custom', path: [path], input, message })
  if (c.publishers + c.subscribers === 0)
    wrong('publishers', 0, 'expected at least one publisher or subscriber')
  if (c.clientId !== undefined && !namesEach(c.clientId) && c.publishers + c.subscribers > 1)
    wrong(
      'clientId',
      c.clientId,
      'expected %i, the number of the client, in the identifier of several clients',
    )
  if (c.arrivals !== 'even' && !['constant-rate', 'reconnect-storm', 'soak'].includes(c.executor.kind))
    wrong('arrivals', c.arrivals, `expected even: ${c.executor.kind} has no constant rate`)
  if (c.topology === 'pairs' && c.publishers !== c.subscribers) {
    wrong('subscribers', c.subscribers, `expected ${c.publishers}, one for each publisher (topology pairs)`)
  }
  if (c.topology === 'fan-in' && c.subscribers > c.publishers) {
    wrong(
      'subscribers',
      c.subscribers,
      `expected at most ${c.publishers}, the number of publishers (topology fan-in)`,
    )
  }
  const fanOut = c.topology === 'fan-out' || (c.topology === 'auto' && c.subscribers > c.publishers)
  if (fanOut && c.publishers * c.subscribers > MAX_FLOWS) {
    wrong(
      'subscribers',
      c.subscribers,
      `expected publishers x subscribers of at most ${MAX_FLOWS} in a fan-out`,
    )
  }
  if (c.duration !== undefined && c.warmup >= c.duration) {
    wrong(
      'warmup',
      `${c.warmup} ms`,
      `expected less than the duration, ${c.duration} ms: only the time after the warm-up is measured`,
    )
  }
  if ((c.keyFile === undefined) !== (c.certFile === undefined)) {
    wrong('keyFile', c.keyFile ?? 'nothing', 'certFile and keyFile must be set together')
  }
}
