import { z } from 'zod'
import { durationSchema, formatDuration } from './duration'
import { plannedMs } from './load-duration'
import { isOfExecutor } from './load-executor-flags'
import { CLIENT_FIELDS, topologyKind } from './load-fields'
import { hiddenHeader, HIDDEN_HEADER } from './load-headers'
import { DEFAULT_TOPIC, namesEachTopic, oneTopicName } from './load-payload'
import { MOST_POPULATIONS, populationProblem, populationSchema, settlePopulations } from './load-populations'
import { limitsConnected, thresholdsSchema } from './load-thresholds'
import { HIDDEN_PARAMETER, hidesSecret, loadAddresses, loadUrlProblem, usesTls } from './load-url'
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

const headerSchema = z.string().superRefine((line, ctx) => {
  const [, value] = /^[\w!#$%&'*+.^`|~-]+:\s*([\x20-\x7e]{0,8192})$/.exec(line) ?? []
  const variable = value === undefined ? undefined : /^env:(.*)$/.exec(value.trim())?.[1]
  if (value !== undefined && (variable === undefined || passwordVariableSchema.safeParse(variable).success))
    return
  const message = "expected a header such as 'X-Tenant: plant' or 'Authorization: env:FLEETLAB_TOKEN'"
  ctx.addIssue({ code: 'custom', input: line, message })
})

const fields = z.strictObject({
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

/** All messages of a publisher must have its topic names as they are: whole ones from a template, with something retained, or with aliases. */
export const keepsTopicName = (c: Pick<LoadConfig, 'topic' | 'retain' | 'topicAliases'>): boolean =>
  namesEachTopic(c.topic) || c.retain || c.topicAliases !== undefined

/** One load test. The same names in the file, on the page and (with dashes) on the command line. */
export const loadSchema = fields.transform(settlePopulations).superRefine(checkAll).superRefine(checkIdle)
/** The same as a report keeps it, where any variable may be named and settings may be idle: it is shown, and read for nothing. */
export const keptLoadSchema = fields
  .extend({ url: z.string(), passwordEnv: z.string().optional() })
  .transform(settlePopulations)
  .superRefine(checkAll)
export type LoadConfig = z.output<typeof fields>
export type LoadInput = z.input<typeof loadSchema>

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

/** How many flows (publisher, subscriber) one run may account for. */
const MAX_FLOWS = 4_000_000

/** Whether a template has %i, and not only after a percent sign that stands for itself. */
const namesEach = (template: string): boolean => template.replaceAll('%%', '').includes('%i')

/** Each population is checked as the run that it is; what is wrong in it is said of it. */
function checkAll(c: LoadConfig, ctx: z.RefinementCtx): void {
  const problem = populationProblem(c)
  if (problem !== null) {
    ctx.addIssue({ code: 'custom', ...problem })
    return
  }
  for (const [i, { name, config }] of populationsOf(c).entries()) {
    checkTogether(config, (path, input, message) => {
      const within = name !== null && path in (c.populations?.[i] ?? {}) ? ['populations', i] : []
      ctx.addIssue({
        code: 'custom',
        path: [...within, path],
        input,
        message: name === null ? message : `${message} (population ${name})`,
      })
    })
  }
}

/** How long a run publishes, ms: as long as its longest population that has a length; null where none has. */
export function runLengthMs(config: LoadConfig): number | null {
  const known = populationsOf(config).flatMap((p) => plannedMs(p.config) ?? [])
  return known.length > 0 ? Math.max(...known) : null
}

/** Populations begin and end together. */
function checkLength(c: LoadConfig, wrong: Wrong): void {
  if (c.duration === 0) {
    wrong('duration', '0s', 'expected more than 0')
    return
  }
  const longest = runLengthMs(c)
  if (c.warmup === 0 || longest === null || longest === 0 || c.warmup < longest) return
  const length = formatDuration(longest)
  wrong('warmup', formatDuration(c.warmup), `expected less than the duration, ${length}`)
}

/** Settings that would do nothing beside the others, or that a report has and nobody can send. */
function checkIdle(c: LoadConfig, ctx: z.RefinementCtx): void {
  const idle = (path: string, input: unknown, message: string): void =>
    ctx.addIssue({ code: 'custom', path: [path], input, message })
  checkLength(c, idle)
  for (const { name, config } of populationsOf(c)) {
    const { protocol, receiveMaximum, willTopic, willQos, willPayload } = config
    const whose = name === null ? '' : ` (population ${name})`
    if (receiveMaximum !== undefined && protocol !== 5)
      idle('protocol', '3.1.1', `expected 5.0 with receiveMaximum: 3.1.1 has none${whose}`)
    if (willTopic === undefined && (willQos > 0 || willPayload !== ''))
      idle(
        'willTopic',
        undefined,
        `expected the topic of the will that willQos or willPayload belongs to${whose}`,
      )
  }
  if (hidesSecret(c.url)) idle('url', c.url, HIDDEN_PARAMETER)
  const hidden = hiddenHeader(c.wsHeaders ?? [])
  if (hidden !== undefined) idle('wsHeaders', hidden, HIDDEN_HEADER)
  if (c.tlsResume && !usesTls(c.url))
    idle('tlsResume', c.url, 'expected an address with mqtts:// or wss:// for TLS sessions')
}

type Wrong = (path: string, input: unknown, message: string) => void

function checkRequests(c: LoadConfig, wrong: Wrong): void {
  if (topologyKind(c) === 'fan-out' && c.subscribers > 1)
    wrong(
      'topology',
      c.topology,
      'expected one receiver for each request: pairs, fan-in or shared-subscription',
    )
  if (c.churnEvery !== undefined)
    wrong('churnEvery', formatDuration(c.churnEvery), 'expected requests or changing subscriptions, not both')
  if (c.protocol === 5) return
  if (c.subscribers === 0)
    wrong('protocol', '3.1.1', 'expected 5.0 where others respond: 3.1.1 has no response topic')
}

const hasTemplate = (c: LoadConfig): boolean => c.payload !== undefined || c.payloadFile !== undefined

/** At 3.1.1 smaller payloads have their identity in the topic name, which is then another for each message. */
function checkRoom(c: LoadConfig, wrong: Wrong): void {
  const one = oneTopicName(c)
  if (one === null || hasTemplate(c) || c.size >= SHORT_IDENTITY_BYTES) return
  const least = `expected at least ${SHORT_IDENTITY_BYTES} ${one.where}`
  wrong('size', c.size, `${least}, or --protocol 5.0: at 3.1.1 smaller ones have a topic each`)
}

function checkMessages(c: LoadConfig, wrong: Wrong): void {
  const templated = hasTemplate(c)
  if (c.payload !== undefined && c.payloadFile !== undefined)
    wrong('payloadFile', c.payloadFile, 'expected either payload or payloadFile')
  if (c.dataFile !== undefined && !templated)
    wrong('dataFile', c.dataFile, 'expected a payload with %{csv:COLUMN} that uses it')
  for (const name of ['userProperties', 'messageExpiry', 'topicAliases'] as const) {
    if (c[name] !== undefined && c.protocol !== 5)
      wrong('protocol', '3.1.1', `expected 5.0 with ${name}: 3.1.1 has no properties`)
  }
}

function checkClients(c: LoadConfig, wrong: Wrong): void {
  if (c.publishers + c.subscribers === 0)
    wrong('publishers', 0, 'expected at least one publisher or subscriber')
  if (
    c.clients === undefined &&
    c.clientId !== undefined &&
    !namesEach(c.clientId) &&
    c.publishers + c.subscribers > 1
  )
    wrong(
      'clientId',
      c.clientId,
      'expected %i, the number of the client, in the identifier of several clients',
    )
}

/** Whole topic names: who subscribes must know them. */
function checkTopic(c: LoadConfig, wrong: Wrong): void {
  if (!namesEachTopic(c.topic) || c.subscribers === 0) return
  const kind = topologyKind(c)
  if (kind !== 'pairs' && (kind !== 'fan-in' || c.subscribers < 2)) return
  const has = (template: string, what: RegExp): boolean => what.test(template.replaceAll('%%', ''))
  if (c.clients === undefined) {
    if (!has(c.topic, /%[ic]/))
      wrong(
        'topic',
        c.topic,
        'expected %i or %c, so that each subscriber gets the messages of its own publishers',
      )
    return
  }
  const message =
    'expected %i, and no %c or %u, where each subscriber has its own publishers: it does not know the names that the list gives them'
  if (has(c.topic, /%[cu]/) || !has(c.topic, /%i/)) wrong('topic', c.topic, message)
  const named = c.topics?.find((t) => has(t, /%[cu]/))
  if (named !== undefined) wrong('topics', named, message)
}

function checkTogether(c: LoadConfig, wrong: Wrong): void {
  checkTopic(c, wrong)
  checkMessages(c, wrong)
  checkRoom(c, wrong)
  checkClients(c, wrong)
  if (c.wsHeaders !== undefined && !/^wss?:/.test(c.url))
    wrong('wsHeaders', c.url, 'expected an address with ws:// or wss:// for headers')
  if (c.alpn !== undefined && !c.url.startsWith('mqtts:'))
    wrong('alpn', c.url, 'expected an address with mqtts:// for ALPN')
  if (c.thinkTime !== undefined && !isOfExecutor('thinkTime', c.executor.kind))
    wrong('thinkTime', c.executor.kind, 'expected the executor max: at a rate nobody waits for an answer')
  if (c.awayFor > 0 && c.disconnectEvery === undefined)
    wrong('awayFor', formatDuration(c.awayFor), 'expected disconnectEvery with it')
  if (c.request) checkRequests(c, wrong)
  if (c.churnEvery !== undefined && c.subscribers === 0)
    wrong('churnEvery', 'no subscribers', 'expected at least one subscriber')
  if (c.arrivals !== 'even' && !isOfExecutor('arrivals', c.executor.kind))
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
  if (topologyKind(c) === 'fan-out' && c.publishers * c.subscribers > MAX_FLOWS) {
    wrong(
      'subscribers',
      c.subscribers,
      `expected publishers x subscribers of at most ${MAX_FLOWS} in a fan-out`,
    )
  }
  if ((c.keyFile === undefined) !== (c.certFile === undefined)) {
    wrong('keyFile', c.keyFile ?? 'nothing', 'certFile and keyFile must be set together')
  }
}
