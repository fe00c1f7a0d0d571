import { z } from 'zod'
import { answerSchema, checkAnswers, stateSchema } from './answers'
import { brokerLimitsSchema } from './broker-limits'
import { durationSchema } from './duration'
import { linkSchema } from './link-config'
import { lossyListenerSchema, MAX_LOSSY_LISTENERS } from './lossy-listener'
import { passwordVariableSchema } from './password-variable'
import { checkPhases, phasesSchema } from './phases'
import { isPlain } from './printable'
import { replaySchema } from './replay'
import { identitySchema, nameSchema, PLAIN, qosSchema, topicFilter, topicTemplate } from './scenario-fields'

const port = z.int().min(0).max(65_535)

/** Text of an MQTT 5 property (5.0 section 1.5.4). */
const propertyText = (most: number) => z.string().max(most).refine(isPlain, PLAIN)

/** What a PUBLISH of MQTT 5 carries besides its message (5.0 section 3.3.2.3). */
const publishPropertiesSchema = z.strictObject({
  /** The broker hands the message to nobody after this time; sent in whole seconds. */
  messageExpiry: durationSchema.optional(),
  contentType: propertyText(256).optional(),
  /** Where an answer to the message is expected. */
  responseTopic: topicTemplate.optional(),
  /** Comes back with the answer; {seq} is the number of the message, {id} the device's identifier. */
  correlationData: propertyText(1024).optional(),
  userProperties: z.record(propertyText(256), propertyText(1024)).optional(),
})
export type PublishProperties = z.output<typeof publishPropertiesSchema>

/** What a device writes into its messages, one model each. */
export const payloadSchema = z.discriminatedUnion('kind', [
  /** {"n": sequence number} */
  z.strictObject({ kind: z.literal('counter') }),
  z.strictObject({
    kind: z.literal('random-walk'),
    field: nameSchema.default('value'),
    start: z.number().default(20),
    step: z.number().positive().default(0.5),
    min: z.number().default(-1e9),
    max: z.number().default(1e9),
  }),
  z.strictObject({
    kind: z.literal('sine'),
    field: nameSchema.default('value'),
    mean: z.number().default(0),
    amplitude: z.number().default(1),
    period: durationSchema.default(60_000),
    noise: z.number().min(0).default(0),
  }),
  /**
   * Text sent as it is, with {seq} (number of the message), {id}, {group}, {t} (ms since start), {random} and {state.NAME} (of
   * the group's `state`) filled in. {n} is an older name of {seq}.
   */
  z.strictObject({ kind: z.literal('template'), text: z.string().max(65_536) }),
  /** This many bytes, the same at every run with the same seed. */
  z.strictObject({ kind: z.literal('bytes'), size: z.int().min(0).max(1_048_576) }),
])
export type PayloadConfig = z.output<typeof payloadSchema>

export const publishSchema = z.strictObject({
  topic: topicTemplate,
  qos: qosSchema.default(0),
  /** Messages per second from each device; 1/3600 is one per hour. */
  rate: z.number().positive().max(10_000).default(1),
  /** fixed: even gaps; jittered: even gaps, each moved by up to half a gap; poisson: exponential gaps. */
  schedule: z.enum(['fixed', 'jittered', 'poisson']).default('fixed'),
  retain: z.boolean().default(false),
  payload: payloadSchema.prefault({ kind: 'counter' }),
  /**
   * Messages of a recording, as they are, in place of `payload`; {topic} in `topic` is the recorded one. `rate` counts only
   * where the recording has no times.
   */
  from: replaySchema.optional(),
  /**
   * How the ledger knows a message again: a member `_id` added to a JSON payload, an MQTT 5 user property,
   * or only its content (topic and bytes), where two equal messages are distinguished by order.
   */
  identity: identitySchema.default('payload'),
  /** Only with `protocol: 5`. */
  properties: publishPropertiesSchema.optional(),
})
export type PublishConfig = z.output<typeof publishSchema>

export const subscribeSchema = z.strictObject({
  /** With `protocol: 5` also `$share/GROUP/FILTER`: each message goes to one member of the group (5.0 section 4.8.2). */
  filter: topicFilter,
  qos: qosSchema.default(0),
  /** Only with `protocol: 5`: do not send the device's own messages back to it (5.0 section 3.8.3.1). */
  noLocal: z.boolean().optional(),
  /** Only with `protocol: 5`: RETAIN comes as the publisher set it. */
  retainAsPublished: z.boolean().optional(),
  /** Only with `protocol: 5`: send retained messages always (0), only for a new subscription (1) or never (2). */
  retainHandling: z.union([z.literal(0), z.literal(1), z.literal(2)]).optional(),
  /** Only with `protocol: 5`: a number that comes back with each message that the subscription lets in (5.0 section 3.8.2.1.2). */
  identifier: z.int().min(1).max(268_435_455).optional(),
})
export type SubscribeConfig = z.output<typeof subscribeSchema>

const willSchema = z.strictObject({
  topic: topicTemplate,
  payload: z.string().max(65_535).default(''),
  qos: qosSchema.default(0),
  retain: z.boolean().default(false),
  /** Only with `protocol: 5`: the broker waits so long, in whole seconds, before it publishes it (5.0 section 3.1.3.2.2). */
  delay: durationSchema.optional(),
})

export const groupSchema = z.strictObject({
  name: nameSchema,
  count: z.int().min(1).max(100_000).default(1),
  /** Client identifiers; {n} is 1 to count. Must tell the devices apart. */
  id: z.string().min(1).max(256).refine(isPlain, PLAIN).default('{group}-{n}'),
  publishes: z.array(publishSchema).max(50).default([]),
  subscribes: z.array(subscribeSchema).max(50).default([]),
  /** Messages that its devices answer. */
  answers: z.array(answerSchema).max(20).optional(),
  /** What each of its devices keeps, and begins with; payloads read it as {state.NAME}, answers change it. */
  state: stateSchema.optional(),
  clean: z.boolean().default(true),
  /** 0 turns keep-alive off. */
  keepAlive: durationSchema.default(30_000),
  protocol: z.union([z.literal(4), z.literal(5)]).default(4),
  /**
   * Only with `protocol: 5`: for how long, in whole seconds, the broker keeps the session of a device that is away
   * (5.0 section 3.1.2.11.2). Without it: for ever with `clean: false`, else not at all.
   */
  sessionExpiry: durationSchema.optional(),
  /** Only with `protocol: 5`: QoS 1 and 2 messages that may be on their way to a device at a time (5.0 section 3.1.2.11.3). */
  receiveMaximum: z.int().min(1).max(65_535).optional(),
  /**
   * Only with `protocol: 5`: topic aliases that a device takes from the broker (5.0 section 3.1.2.11.5). They need a link
   * that keeps the order and loses nothing, tcp or cut: on a radio link the packet that names a topic can be lost, and a
   * client ends a connection on which an alias comes that it does not know.
   */
  topicAliasMaximum: z.int().min(0).max(65_535).optional(),
  will: willSchema.optional(),
  link: linkSchema.optional(),
})
export type GroupConfig = z.output<typeof groupSchema>
export type GroupInput = z.input<typeof groupSchema>

/** Fields of a group that only MQTT 5 has, with what they are; the path within the group. */
function onlyInVersion5(g: GroupConfig): { path: (string | number)[]; value: unknown }[] {
  const found = [
    { path: ['sessionExpiry'], value: g.sessionExpiry },
    { path: ['receiveMaximum'], value: g.receiveMaximum },
    { path: ['topicAliasMaximum'], value: g.topicAliasMaximum },
    { path: ['will', 'delay'], value: g.will?.delay },
    ...g.publishes.map((p, i) => ({ path: ['publishes', i, 'properties'], value: p.properties })),
    ...g.subscribes.flatMap((s, i) =>
      (['noLocal', 'retainAsPublished', 'retainHandling', 'identifier'] as const).map((option) => ({
        path: ['subscribes', i, option],
        value: s[option],
      })),
    ),
  ]
  return found.filter((f) => f.value !== undefined)
}

/** Further ports whose clients reach the broker through a link that can lose, delay and cut. */
const listeners = z.array(lossyListenerSchema).max(MAX_LOSSY_LISTENERS).optional()

/** When a broker passes a QoS 2 message on: at its PUBLISH or at its PUBREL (methods B and A of MQTT 3.1.1 figure 4.3). */
export const qos2Schema = z.enum(['on-publish', 'on-release']).default('on-publish')
export type Qos2Method = z.output<typeof qos2Schema>

const embeddedBroker = z.strictObject({
  kind: z.literal('embedded'),
  host: z.string().min(1).default('127.0.0.1'),
  /** 1883 if free, else the next free one, unless `fixedPort`; 0 lets the system choose. */
  port: port.default(1883),
  fixedPort: z.boolean().default(false),
  /** WebSocket listener; absent means none. */
  wsPort: port.optional(),
  tls: z
    .strictObject({
      port: port.default(8883),
      certFile: z.string().optional(),
      keyFile: z.string().optional(),
      /** Only clients with a certificate of this authority get in (mutual TLS). */
      clientCaFile: z.string().optional(),
    })
    .optional(),
  /** User names allowed in, their passwords in environment variables, and what they may publish and subscribe. */
  users: z
    .array(
      z.strictObject({
        username: z.string().min(1).max(256),
        passwordEnv: passwordVariableSchema,
        publish: z.array(topicFilter).default(['#']),
        subscribe: z.array(topicFilter).default(['#']),
      }),
    )
    .max(1000)
    .optional(),
  /** Topics that nobody may publish to, and filters that nobody may subscribe to, whatever the user. */
  refuse: z
    .strictObject({
      publish: z.array(topicFilter).max(1000).default([]),
      subscribe: z.array(topicFilter).max(1000).default([]),
    })
    .optional(),
  /** How often `$SYS/broker/...` is published to those who come over the network; 0 is never. */
  sysInterval: durationSchema.default(10_000),
  qos2: qos2Schema,
  limits: brokerLimitsSchema.prefault({}),
  listeners,
})
const externalBroker = z.strictObject({
  kind: z.literal('external'),
  url: z.string().regex(/^(mqtts?|wss?):\/\/(\[[^\]]+\]|[^\s@/:?#\\]+)[^\s@]*$/, {
    error: 'expected mqtt://, mqtts://, ws:// or wss:// with a host, and without a user name',
  }),
  username: z.string().max(256).optional(),
  passwordEnv: passwordVariableSchema.optional(),
  caFile: z.string().optional(),
  /** What devices show to a broker that asks for a client certificate (mutual TLS); with `keyFile`. */
  certFile: z.string().optional(),
  keyFile: z.string().optional(),
  /** Name the broker's certificate must have, and that is sent to it, where the URL has another. */
  serverName: z.string().max(255).optional(),
  insecure: z.boolean().default(false),
  listeners,
})
export const brokerSchema = z.discriminatedUnion('kind', [embeddedBroker, externalBroker])
export type BrokerConfig = z.output<typeof brokerSchema>
export type EmbeddedBrokerConfig = z.output<typeof embeddedBroker>
export type ExternalBrokerConfig = z.output<typeof externalBroker>

const runShape = {
  name: z.string().min(1).max(120).refine(isPlain, PLAIN),
  description: z.string().max(2000).optional(),
  seed: z.int().min(0).max(4_294_967_295).default(1),
  duration: durationSchema.optional(),
  /** Stop after this many messages of each publishing device. */
  messages: z.int().min(1).max(100_000_000).optional(),
  /** Timed changes, from when all devices are ready. Without `duration` and `messages` the run ends with the last of them. */
  phases: phasesSchema.optional(),
}
/** What a scenario says of the run as a whole, but for its links. */
export const runSchema = z.strictObject({ ...runShape, broker: brokerSchema })
export type RunInput = z.input<typeof runSchema>

const isHalf = (a: string | undefined, b: string | undefined): boolean =>
  (a === undefined) !== (b === undefined)

/** Certificate and key go together. */
function halfCertificate(b: BrokerConfig): { path: string[]; value: string | undefined } | null {
  const [at, of] = b.kind === 'external' ? [['broker'], b] : [['broker', 'tls'], b.tls]
  if (!of || !isHalf(of.certFile, of.keyFile)) return null
  return { path: [...at, of.certFile === undefined ? 'certFile' : 'keyFile'], value: undefined }
}

/** Scenario file, version 1: broker, groups, links, faults, seed, duration. One schema for page, command line and tests. */
export const scenarioSchema = z
  .strictObject({
    version: z.literal(1),
    ...runShape,
    broker: brokerSchema.prefault({ kind: 'embedded' }),
    /** The link of every group that names none. */
    link: linkSchema.prefault({}),
    groups: z.array(groupSchema).max(200).default([]),
  })
  .superRefine((s, ctx) => {
    const ports = new Set<number>(s.broker.kind === 'embedded' ? [s.broker.port] : [])
    s.broker.listeners?.forEach((l, i) => {
      const path = ['broker', 'listeners', i, 'port']
      if (l.port !== 0 && ports.has(l.port))
        ctx.addIssue({ code: 'custom', path, input: l.port, message: 'expected a port of its own' })
      ports.add(l.port)
    })
    const half = halfCertificate(s.broker)
    if (half) {
      const message = 'expected certFile and keyFile together'
      ctx.addIssue({ code: 'custom', path: half.path, input: half.value, message })
    }
    const names = new Map<string, number>()
    const ids = new Map<string, number>()
    s.groups.forEach((g, i) => {
      const own = (field: 'name' | 'id', value: string, seen: Map<string, number>, what: string): void => {
        const before = seen.get(value)
        seen.set(value, i)
        if (before === undefined) return
        const message = `expected ${what}; groups[${before}] has it too`
        ctx.addIssue({ code: 'custom', path: ['groups', i, field], input: g[field], message })
      }
      for (const { path, value } of g.protocol === 5 ? [] : onlyInVersion5(g))
        ctx.addIssue({
          code: 'custom',
          path: ['groups', i, ...path],
          input: value,
          message: 'expected protocol: 5 in this group, because MQTT 3.1.1 has no such thing',
        })
      own('name', g.name, names, 'a unique name')
      own('id', g.id.replaceAll('{group}', g.name), ids, 'a unique client identifier pattern')
      if (g.count > 1 && !g.id.includes('{n}')) {
        ctx.addIssue({
          code: 'custom',
          path: ['groups', i, 'id'],
          input: g.id,
          message: 'expected {n} in it, because the group has more than one device',
        })
      }
    })
    checkPhases(s, (path, input, message) => ctx.addIssue({ code: 'custom', path, input, message }))
    checkAnswers(s.groups, (path, input, message) => ctx.addIssue({ code: 'custom', path, input, message }))
  })
export type Scenario = z.output<typeof scenarioSchema>
export type ScenarioInput = z.input<typeof scenarioSchema>
