import { z } from 'zod'
import { durationSchema } from './duration'
import { plannedMs } from './load-duration'
import { CLIENT_FIELDS } from './load-fields'
import { headerSchema } from './load-headers'
import { DEFAULT_TOPIC, namesEachTopic } from './load-payload'
import { MOST_POPULATIONS, populationSchema } from './load-populations'
import { limitsConnected, thresholdsSchema } from './load-thresholds'
import { loadAddresses, loadUrlProblem } from './load-url'
import { passwordVariableSchema } from './password-variable'

const file = z.string().min(1).max(4096)
const own = CLIENT_FIELDS

/**
 * Bytes at the start of each payload that name the message: run, publisher, sequence, intended send time. Smaller payloads
 * carry less of it, or have it in the topic name or, at MQTT 5.0, in a user property.
 */
export const IDENTITY_BYTES = 20
/** The same in less: publisher (combined with a number of the run), sequence number and time, 4 bytes each. */
export const SHORT_IDENTITY_BYTES = 12

/** All settings of a load test, without how they go together. */
export const runFields = z.strictObject({
  url: z
    .string()
    .overwrite((url) => loadAddresses(url).join(','))
    .superRefine((url, ctx) => {
      const problem = loadUrlProblem(url)
      if (problem !== null) ctx.addIssue({ code: 'custom', input: url, message: problem })
    })
    .default('mqtt://127.0.0.1:1883'),
  protocol: own.protocol.default(4),
  clientId: own.clientId.optional(),
  username: own.username.optional(),
  willTopic: own.willTopic.optional(),
  willPayload: own.willPayload.default(''),
  willQos: own.willQos.default(0),
  passwordEnv: passwordVariableSchema.optional(),
  caFile: file.optional(),
  certFile: file.optional(),
  keyFile: file.optional(),
  serverName: z.string().min(1).max(253).optional(),
  /** Accepts any certificate. */
  insecure: z.boolean().default(false),
  /** A CSV file with a client on each line: client_id, username, password, cert, key. */
  clients: file.optional(),
  /** ALPN, for mqtts:// addresses. */
  alpn: z
    .array(
      z
        .string()
        .regex(/^[\x21-\x7e]{1,255}$/, { error: 'expected names of protocols such as mqtt, without spaces' }),
    )
    .min(1)
    .max(10)
    .optional(),
  /** `Name: value` of a WebSocket handshake; a value `env:FLEETLAB_NAME` is that of the environment variable. */
  wsHeaders: z.array(headerSchema).min(1).max(20).optional(),
  /** A client that connects again takes up its TLS session. */
  tlsResume: z.boolean().default(false),
  publishers: own.publishers.default(100),
  subscribers: own.subscribers.default(1),
  /** Clients of several kinds, each with settings of its own over these; `publishers` and `subscribers` are their sums. */
  populations: z.array(populationSchema).min(1).max(MOST_POPULATIONS).optional(),
  topology: own.topology.default('auto'),
  executor: own.executor.prefault({ kind: 'constant-rate' }),
  arrivals: own.arrivals.default('even'),
  qos: own.qos.default(0),
  subscribeQos: own.subscribeQos.optional(),
  size: own.size.default(64),
  payload: own.payload.optional(),
  payloadFile: own.payloadFile.optional(),
  dataFile: own.dataFile.optional(),
  topics: own.topics.optional(),
  /** Length of the publishing. @default 30 s, or no limit when `messages` is given */
  duration: durationSchema.optional(),
  messages: own.messages.optional(),
  /** Connections are spread over this time; publishing begins when all are made. */
  ramp: durationSchema.default(0),
  /** Left out of latencies and rates, counted from the start of publishing. */
  warmup: durationSchema.default(0),
  /** How long to wait at the end for what is on its way. */
  drain: durationSchema.default(10_000),
  retain: own.retain.default(false),
  userProperties: own.userProperties.optional(),
  messageExpiry: own.messageExpiry.optional(),
  thinkTime: own.thinkTime.optional(),
  request: own.request.default(false),
  startWait: own.startWait.optional(),
  disconnectEvery: own.disconnectEvery.optional(),
  disconnectKind: own.disconnectKind.default('broken'),
  awayFor: own.awayFor.default(0),
  churnEvery: own.churnEvery.optional(),
  window: own.window.default(20),
  topicAliases: own.topicAliases.optional(),
  receiveMaximum: own.receiveMaximum.optional(),
  workers: z.union([z.literal('auto'), z.int().min(1).max(256)]).default('auto'),
  keepAlive: own.keepAlive.default(60_000),
  /** For all clients together to be connected. */
  connectTimeout: durationSchema.default(30_000),
  /** Share of the clients, above 0 to 1, with which the run begins when the time to connect is over: see `leastConnected`. */
  minConnected: z.number().gt(0).max(1).optional(),
  resume: own.resume.default(false),
  topic: own.topic.default(DEFAULT_TOPIC),
  /** Addresses of this machine to connect from, in turn: each has its own ports. */
  localAddresses: z
    .array(
      z
        .string()
        .regex(
          /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F.]*:[0-9a-fA-F:.]*(%[\w.-]+)?)$/,
          'expected an IP address of this computer, such as 127.0.0.2',
        ),
    )
    .max(256)
    .default([]),
  seed: z.int().min(0).max(4_294_967_295).default(1),
  thresholds: thresholdsSchema.prefault({}),
})

export type LoadConfig = z.output<typeof runFields>

/** All messages of a publisher must have its topic names as they are: whole ones from a template, with something retained, or with aliases. */
export const keepsTopicName = (c: Pick<LoadConfig, 'topic' | 'retain' | 'topicAliases'>): boolean =>
  namesEachTopic(c.topic) || c.retain || c.topicAliases !== undefined

/**
 * Share of the clients, 0 to 1, that a run needs to begin. Without a word of it all of them; where a threshold on their
 * share decides (`connected>=99%`), as many as there are.
 */
export function leastConnected(c: LoadConfig): number {
  const decides = [c.thresholds, ...(c.populations ?? []).flatMap((p) => p.thresholds ?? [])].some(
    limitsConnected,
  )
  return c.minConnected ?? (decides ? 0 : 1)
}

/** One population of a run, or the whole of a run that names none. */
export interface Population {
  /** Null where the run names no populations. */
  name: string | null
  /** What its clients do: a run of its own, on topics of its own. */
  config: LoadConfig
  /** Clients of the same role in the populations before it. */
  before: { publishers: number; subscribers: number }
}

/** The run of each population: its own settings over the run's. */
export function populationsOf(config: LoadConfig): Population[] {
  const before = { publishers: 0, subscribers: 0 }
  const { populations, ...common } = config
  if (populations === undefined) return [{ name: null, config, before }]
  return populations.map(({ name, ...own }) => {
    const first = own.topic ?? common.topic
    const one: LoadConfig = {
      ...common,
      messages: undefined,
      thresholds: {},
      ...own,
      topic: namesEachTopic(first) ? first : `${first}/${name}`,
    }
    const at = { ...before }
    before.publishers += one.publishers
    before.subscribers += one.subscribers
    return { name, config: one, before: at }
  })
}

/** How long a run publishes, ms: as long as its longest population that has a length; null where none has. */
export const runLengthMs = (config: LoadConfig): number | null =>
  longestMs(populationsOf(config).map((p) => p.config))

/** The same of the populations of a run. */
export function longestMs(all: readonly LoadConfig[]): number | null {
  const known = all.flatMap((c) => plannedMs(c) ?? [])
  return known.length > 0 ? Math.max(...known) : null
}
