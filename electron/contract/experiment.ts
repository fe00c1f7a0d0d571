import { z } from 'zod'
import { durationSchema } from './duration'
import { retriesSchema } from './link-config'
import type { QoS } from './packet'
import { qos2Schema } from './scenario'

const ascending = <T extends number>(values: T[]): T[] => [...new Set(values)].sort((a, b) => a - b)

const qosSchema = z.union([z.literal(0), z.literal(1), z.literal(2)], {
  error: 'expected one or more of 0, 1 and 2',
})
/** Above 0.9 an exchange takes hundreds of attempts: nothing is to be learned from it. */
const inRange = { error: 'expected numbers from 0 to 0.9' }
const lossSchema = z.number(inRange).min(0, inRange).max(0.9, inRange)

/** Messages of one point, counted once for each subscriber, at most. */
const MAX_DELIVERIES = 1_000_000

/** A QoS comparison: every QoS level under every chance of loss, each for itself, with the same seed. Times in ms. */
export const experimentSchema = z
  .strictObject({
    qos: z.array(qosSchema).min(1).max(30).transform(ascending).default([0, 1, 2]),
    /** Chance that a packet (on tcp links: a segment) is lost. */
    loss: z
      .array(lossSchema)
      .min(1)
      .max(50)
      .transform(ascending)
      .default([0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]),
    link: z.enum(['radio', 'tcp']).default('radio'),
    /** radio links only: what the sender does about a missing acknowledgement. */
    recovery: z.enum(['retry', 'reconnect', 'none']).default('retry'),
    retryTimeout: durationSchema.default(50),
    maxRetries: retriesSchema.default('unlimited'),
    /** Messages of each publisher at each point; below the number of packet identifiers there are. */
    messages: z.int().min(1).max(50_000).default(1000),
    publishers: z.int().min(1).max(100).default(1),
    subscribers: z.int().min(1).max(100).default(1),
    /** Messages per second of each publisher, in simulated time. */
    rate: z.number().min(0.01).max(1000).default(2),
    /** When the broker passes a QoS 2 message on. */
    qos2: qos2Schema,
    /** Which packets can be lost: up, those to the broker; down, those from it. */
    direction: z.enum(['both', 'up', 'down']).default('both'),
    /** One way, between a client and the broker. */
    delay: durationSchema.default(10),
    seed: z.int().min(0).max(4_294_967_295).default(1),
  })
  .superRefine((e, ctx) => {
    const timed = e.link === 'radio' && e.recovery !== 'none'
    if (timed && e.retryTimeout <= 2 * e.delay) {
      ctx.addIssue({
        code: 'custom',
        path: ['retryTimeout'],
        input: e.retryTimeout,
        message: `expected more than ${2 * e.delay} ms, the round-trip time: no acknowledgement can arrive earlier`,
      })
    }
    const deliveries = e.messages * e.publishers * e.subscribers
    if (deliveries > MAX_DELIVERIES) {
      ctx.addIssue({
        code: 'custom',
        path: ['messages'],
        input: e.messages,
        message: `expected messages x publishers x subscribers of ${MAX_DELIVERIES} at most; this is ${deliveries}`,
      })
    }
  })
export type ExperimentConfig = z.output<typeof experimentSchema>
export type ExperimentInput = z.input<typeof experimentSchema>

/** The values that have a closed form. */
export const EXPERIMENT_VALUES = [
  'deliveryRatio',
  'duplicatesPerMessage',
  'publishPerMessage',
  'packetsPerMessage',
] as const
export type ExperimentValue = (typeof EXPERIMENT_VALUES)[number]

/** Lower and upper bound. */
export type Interval = [number, number]

/** The latencies that have a closed form on radio links. */
export const LATENCY_FIGURES = ['mean', 'p50', 'p95', 'p99'] as const
export type LatencyFigure = (typeof LATENCY_FIGURES)[number]

/** What theory expects of latencies, ms. */
export interface LatencyTheory {
  expected: Record<LatencyFigure, number>
  interval99: Record<LatencyFigure, Interval>
}

/** One QoS level under one chance of loss. */
export interface ExperimentPoint {
  qos: QoS
  loss: number
  /** Messages published. */
  offered: number
  /** Offered times subscribers. */
  expected: number
  /** Of those expected, the ones that arrived at least once. */
  delivered: number
  /** delivered / expected */
  deliveryRatio: number
  /** Copies beyond the first, over all subscribers. */
  duplicates: number
  /** duplicates / expected: what one subscriber gets of one message. */
  duplicatesPerMessage: number
  /** PUBLISH packets from publishers to the broker / offered. */
  publishPerMessage: number
  /** Packets of the handshakes between publishers and broker, both ways / offered. */
  packetsPerMessage: number
  /**
   * At the publishers, if each packet were a TCP segment over Ethernet: with its headers, and with the acknowledgements of TCP
   * (docs/theory.md) / offered.
   */
  wireBytesPerMessage: { sent: number; received: number }
  /** From publish to first arrival, in simulated time; null when nothing arrived. */
  latencyMs: {
    mean: number | null
    p50: number | null
    p95: number | null
    p99: number | null
    max: number | null
  }
  /** Times a connection was lost and resumed. */
  reconnects: number
  /** Expectation by the formulas of docs/theory.md; null where there is none. */
  theory: Record<ExperimentValue, number | null>
  /** Where 99 of 100 runs fall if the theory holds; null where there is none. */
  interval99: Record<ExperimentValue, Interval | null>
  /** The same for the latencies; null on tcp links and where a loss ends the connection. */
  latencyTheoryMs: LatencyTheory | null
}

/** What `fleetlab experiment` prints. */
export interface ExperimentResult {
  config: ExperimentConfig
  /** False when it was cut short; the points are those that were finished. */
  complete: boolean
  /** By QoS, then by loss. */
  points: ExperimentPoint[]
}

/** What theory expects of one QoS level over the whole range of loss. */
export interface ExperimentCurve {
  qos: QoS
  /** Ascending. */
  loss: number[]
  /** One value for each loss; null where there is no closed form. */
  values: Record<ExperimentValue, (number | null)[]>
}

/** An experiment as pages see it; there is at most one at a time, and the last one stays until the next begins. */
export interface ExperimentState extends ExperimentResult {
  /** Counts experiments. */
  id: number
  state: 'running' | 'done' | 'cancelled' | 'failed'
  curves: ExperimentCurve[]
  /** Share of the messages published so far, 0 to 1. */
  fraction: number
  /** Real ms since it began. */
  elapsedMs: number
  /** Why it failed, for people. */
  error: string | null
}
