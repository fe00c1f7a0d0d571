import { z } from 'zod'
import { durationSchema } from './duration'
import { HANDSHAKE_TYPES, PACKET_TYPES } from './packet'

const probability = z.number().min(0).max(1)

/** One rule of loss by name: which packets of a type are lost. `next` and `every` count from when the rule is set. */
const lossRuleSchema = z.strictObject({
  type: z.enum(PACKET_TYPES).default('PUBLISH'),
  /** Lose the next n packets of the type, then no more. */
  next: z.int().min(1).optional(),
  /** Lose every n-th packet of the type. */
  every: z.int().min(1).optional(),
  /** Lose exactly these, counted from 1. */
  nth: z.array(z.int().min(1)).max(10_000).optional(),
})
export type LossRule = z.output<typeof lossRuleSchema>

const lossModels = z.discriminatedUnion('model', [
  z.strictObject({ model: z.literal('none') }),
  /** Each packet is lost with chance p, independently of all others. */
  z.strictObject({ model: z.literal('independent'), p: probability }),
  /** Two-state Markov chain (Gilbert 1960, Elliott 1963): chances per packet to change state, and of loss in each. */
  z.strictObject({
    model: z.literal('gilbert-elliott'),
    goodToBad: probability,
    badToGood: probability,
    lossGood: probability.default(0),
    lossBad: probability.default(1),
  }),
  z.strictObject({ model: z.literal('rule'), rules: z.array(lossRuleSchema).min(1).max(100) }),
  /** Independent loss whose chance changes at given times after the start. */
  z.strictObject({
    model: z.literal('schedule'),
    steps: z
      .array(z.strictObject({ at: durationSchema, p: probability }))
      .min(1)
      .max(1000),
  }),
])

/** How packets are lost in one direction. A plain number means `independent` with that chance. */
export const lossSchema = z.union([
  probability.transform((p): z.output<typeof lossModels> =>
    p === 0 ? { model: 'none' } : { model: 'independent', p },
  ),
  lossModels,
])
export type LossConfig = z.output<typeof lossSchema>

const delayModels = z.discriminatedUnion('model', [
  z.strictObject({ model: z.literal('constant'), ms: durationSchema }),
  z.strictObject({ model: z.literal('uniform'), minMs: durationSchema, maxMs: durationSchema }),
  /** Normal distribution cut off at 0. */
  z.strictObject({ model: z.literal('normal'), meanMs: durationSchema, deviationMs: durationSchema }),
  /** Changes at given times after the start; 0 before the first of them. */
  z.strictObject({
    model: z.literal('schedule'),
    steps: z
      .array(z.strictObject({ at: durationSchema, ms: durationSchema }))
      .min(1)
      .max(1000),
  }),
])

/** One-way delay. A plain duration means `constant`. Order within a connection is kept whatever the model. */
export const delaySchema = z.union([
  durationSchema.transform((ms): z.output<typeof delayModels> => ({ model: 'constant', ms })),
  delayModels,
])
export type DelayConfig = z.output<typeof delaySchema>

/** Cuts the connection when the n-th packet of a type enters the link (before: it is lost with it; after: it still arrives). */
const cutRuleSchema = z.strictObject({
  when: z.enum(['before', 'after']).default('before'),
  direction: z.enum(['uplink', 'downlink']),
  type: z.enum(PACKET_TYPES),
  nth: z.int().min(1).default(1),
})

/** Counts upward from 0; `unlimited` never gives up. */
export const retriesSchema = z.union([z.int().min(0).max(1_000_000), z.literal('unlimited')])

const recoveryTimes = {
  timeout: durationSchema.default(1000),
  /** Factor on the timeout after each attempt, 1 for none. */
  backoff: z.number().min(1).max(10).default(1),
  maxRetries: retriesSchema.default('unlimited'),
}

const recoverySchema = z.strictObject({
  /**
   * retry: the client resends with DUP=1; reconnect: drop the connection and resume the session; link: the link itself
   * sends the same bytes again, as a radio with acknowledgements of its own does; none: stall.
   */
  mode: z.enum(['retry', 'reconnect', 'link', 'none']).default('retry'),
  ...recoveryTimes,
})
export type RecoveryConfig = z.output<typeof recoverySchema>

/** A real client does not resend while it is connected, so nothing does so in its place. */
const realRecoverySchema = z.strictObject({
  mode: z
    .enum(['reconnect', 'link', 'none'], {
      error: 'expected reconnect, link or none: a real client does not resend while it is connected',
    })
    .default('reconnect'),
  ...recoveryTimes,
})

const tcpSchema = z.strictObject({
  /** The retransmission timeout is so much longer than the round trip at least (Linux: tcp_rto_min); it doubles (RFC 6298). */
  rto: durationSchema.default(200),
  /** After this many timeouts in a row the next one resets the connection (Linux: tcp_retries2). */
  maxRetransmissions: z.int().min(0).max(50).default(15),
  segmentBytes: z.int().min(64).max(65_495).default(1460),
})

const cutSchema = z.strictObject({
  /** Cut each time this long after a connection was opened. */
  every: durationSchema.optional(),
  /** How long the client waits before it connects again. */
  down: durationSchema.default(500),
  rules: z.array(cutRuleSchema).max(100).default([]),
  /** Cut at these times after the start. */
  at: z.array(durationSchema).max(1000).default([]),
})

/** From when, after the start, and how long. */
export const outageSchema = z.strictObject({ at: durationSchema, for: durationSchema })

/** What a network does besides losing packets. The first three happen to packets that may be lost (`lossScope`). */
const faultsSchema = z.strictObject({
  /** Chance that a packet arrives twice, one copy behind the other. */
  duplicate: probability.default(0),
  /** Chance that one bit behind the packet's fixed header arrives turned over. */
  corrupt: probability.default(0),
  /** With chance `p` a packet, and with it what follows on its connection, is held up so that other clients' overtake it. */
  reorder: z.strictObject({ p: probability, by: durationSchema }).optional(),
  /** In these times nothing gets through, neither packets nor the end of a connection: it arrives afterwards. */
  partitions: z.array(outageSchema).max(1000).default([]),
  /** So long after a connection was opened it is dead, and neither end is told. A new connection works. */
  halfOpen: durationSchema.optional(),
  /** The end of a connection reaches the other side so much later. */
  slowClose: durationSchema.optional(),
})
export type FaultsConfig = z.output<typeof faultsSchema>

const directionFields = {
  loss: lossSchema.optional(),
  delay: delaySchema.optional(),
  /** Bits per second; absent means no limit. */
  bandwidth: z.number().positive().optional(),
}
const directionSchema = z.strictObject(directionFields)

const linkKindSchema = z.enum(['radio', 'tcp', 'cut'])
export type LinkKind = z.output<typeof linkKindSchema>

const linkFields = {
  kind: linkKindSchema.default('radio'),
  ...directionFields,
  uplink: directionSchema.optional(),
  downlink: directionSchema.optional(),
  /** Which packets a radio link may lose. */
  lossScope: z.enum(['handshake', 'all']).default('handshake'),
  tcp: tcpSchema.prefault({}),
  faults: faultsSchema.optional(),
  cut: cutSchema.prefault({}),
  /** Step mode: packets wait at the gate for a decision. */
  gate: z.boolean().default(false),
  /** Step mode decided beforehand: packets that match are delivered or dropped in this order, the rest wait. */
  script: z
    .array(
      z.strictObject({
        direction: z.enum(['uplink', 'downlink']).optional(),
        type: z.enum(HANDSHAKE_TYPES).optional(),
        action: z.enum(['deliver', 'drop']),
      }),
    )
    .max(10_000)
    .default([]),
}

type OneDirection = z.output<typeof directionSchema>
type BothDirections = OneDirection & {
  uplink?: OneDirection | undefined
  downlink?: OneDirection | undefined
}

/** Spells both directions out. */
function eachWay<T extends BothDirections>(link: T) {
  const { loss, delay, bandwidth, uplink, downlink, ...rest } = link
  const side = (own: OneDirection | undefined) => ({
    loss: own?.loss ?? loss ?? ({ model: 'none' } as const),
    delay: own?.delay ?? delay ?? ({ model: 'constant', ms: 0 } as const),
    bandwidth: own?.bandwidth ?? bandwidth,
  })
  return { ...rest, uplink: side(uplink), downlink: side(downlink) }
}

/**
 * The simulated network between one client and the broker.
 * `loss`, `delay` and `bandwidth` count for both directions unless `uplink` or `downlink` says otherwise.
 */
export const linkSchema = z
  .strictObject({ ...linkFields, recovery: recoverySchema.prefault({}) })
  .transform(eachWay)

/** The same for a program of somebody else's: what recovers a lost packet is not the client's doing. */
export const realLinkSchema = z
  .strictObject({ ...linkFields, recovery: realRecoverySchema.prefault({}) })
  .transform(eachWay)

/** A link as the engine uses it: both directions spelled out, times in milliseconds. Parses to itself. */
export type LinkConfig = z.output<typeof linkSchema>
/** A link as a file may spell it. */
export type LinkInput = z.input<typeof linkSchema>
export type DirectionConfig = LinkConfig['uplink']
