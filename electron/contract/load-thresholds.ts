import { z } from 'zod'
import { durationSchema } from './duration'
import { fulfils, parseExpression, type Expression } from './load-expressions'

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
  /** Such as `p99<50ms`, `lost==0`, `rate>=9500`, `connected>=99%`. */
  expressions: z
    .union([z.string().transform((text) => text.split(',')), z.array(z.string())])
    .pipe(z.array(expressionSchema).max(50))
    .optional(),
})
export type Thresholds = z.output<typeof thresholdsSchema>

/** What thresholds are measured against; null for what was not measured, or is not known before the end. */
export interface ThresholdValues {
  /** The worse of the latencies to acknowledgement and to receipt, ms. */
  p99Ms: number | null
  connectP99Ms: number | null
  lost: number | null
  duplicated: number | null
  outOfOrder: number | null
  /** Messages refused, or lost with their connection. */
  failed: number | null
  /** Messages in flight: offered and neither acknowledged nor failed. At the end of a run they count as failed. */
  unanswered: number
  errors: number | null
  /** Acknowledged messages per second. */
  publishRate: number | null
  /** Messages received per second. */
  receiveRate: number | null
  /** Share of the run's clients that have been connected, percent. */
  connected: number | null
  /** Latencies in ms by the names of expressions, such as `p99` and `ack.mean`; what is left out is not known. */
  latencies: Readonly<Record<string, number | null>>
}

/**
 * How a threshold stands. passed, failed: at the end, or already certain; beyond: a rate or latency that may still
 * recover; unanswered: failed if the messages in flight are not answered; end: known at the end only.
 */
export type ThresholdState = 'passed' | 'failed' | 'beyond' | 'unanswered' | 'end'

/** One threshold and what was measured. `name` is its flag on the command line. */
export interface ThresholdCheck {
  name: string
  limit: number
  actual: number | null
  state: ThresholdState
}

interface Rule {
  key: Exclude<keyof Thresholds, 'expressions'>
  actual(v: ThresholdValues): number | null
  /** True: the limit is the least, not the most. */
  least?: true
  /** The value can only grow, so a limit once exceeded stays exceeded. */
  grows?: true
}

const RULES: readonly Rule[] = [
  { key: 'maxP99', actual: (v) => v.p99Ms },
  { key: 'maxConnectP99', actual: (v) => v.connectP99Ms },
  { key: 'maxLost', actual: (v) => v.lost },
  { key: 'maxDuplicated', actual: (v) => v.duplicated, grows: true },
  { key: 'maxOutOfOrder', actual: (v) => v.outOfOrder, grows: true },
  { key: 'maxFailed', actual: (v) => v.failed, grows: true },
  { key: 'maxErrors', actual: (v) => v.errors, grows: true },
  { key: 'minRate', actual: (v) => v.publishRate, least: true },
]

/** The flag of a threshold: maxP99 is max-p99, maxConnectP99 is max-connect-p99. */
const thresholdName = (key: string): string => key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)

/**
 * Evaluates the thresholds of a run, while it goes on and at its end. At the end nothing is open any more: messages
 * without an answer have failed, and so has a threshold on something that was not measured.
 */
export function evaluateThresholds(asked: Thresholds, v: ThresholdValues, ended: boolean): ThresholdCheck[] {
  const named = RULES.flatMap((rule) => {
    const limit = asked[rule.key]
    return limit === undefined
      ? []
      : [{ name: thresholdName(rule.key), limit, ...stateOf(rule, limit, v, ended) }]
  })
  const written = (asked.expressions ?? []).flatMap((text) => {
    const e = parseExpression(text)
    return typeof e === 'string' ? [] : [{ name: e.text, limit: e.limit, ...stateOfExpression(e, v, ended) }]
  })
  return [...named, ...written]
}

function valueOf(metric: string, v: ThresholdValues): number | null {
  switch (metric) {
    case 'rate':
      return v.publishRate
    case 'receiveRate':
      return v.receiveRate
    case 'lost':
    case 'duplicated':
    case 'outOfOrder':
    case 'failed':
    case 'errors':
    case 'connected':
      return v[metric]
    default:
      return v.latencies[metric] ?? null
  }
}

function stateOfExpression(
  e: Expression,
  v: ThresholdValues,
  ended: boolean,
): Pick<ThresholdCheck, 'actual' | 'state'> {
  const certain = valueOf(e.metric, v)
  if (certain === null) return { actual: null, state: ended ? 'failed' : 'end' }
  const actual = e.metric === 'failed' ? certain + v.unanswered : certain
  if (ended) return { actual, state: fulfils(e, actual) ? 'passed' : 'failed' }
  if (!fulfils(e, certain)) {
    const over =
      e.grows && (e.operator === '<' || (e.operator !== '>' && e.operator !== '>=' && certain > e.limit))
    return { actual: certain, state: over ? 'failed' : 'beyond' }
  }
  return fulfils(e, actual) ? { actual: certain, state: 'passed' } : { actual, state: 'unanswered' }
}

function stateOf(
  rule: Rule,
  limit: number,
  v: ThresholdValues,
  ended: boolean,
): Pick<ThresholdCheck, 'actual' | 'state'> {
  const certain = rule.actual(v)
  if (certain === null) return { actual: null, state: ended ? 'failed' : 'end' }
  // messages in flight count as failed from the end on, and could until then
  const actual = rule.key === 'maxFailed' ? certain + v.unanswered : certain
  const holds = (value: number): boolean => (rule.least ? value >= limit : value <= limit)
  if (ended) return { actual, state: holds(actual) ? 'passed' : 'failed' }
  if (!holds(certain)) return { actual: certain, state: rule.grows ? 'failed' : 'beyond' }
  return holds(actual) ? { actual: certain, state: 'passed' } : { actual, state: 'unanswered' }
}

/**
 * Whether a report's thresholds on lost messages count all that never arrived. Those of earlier versions, with a warm-up, have the
 * larger of what was lost in the whole run and what never arrived after the warm-up.
 */
export const countsAllNeverArrived = (r: {
  config: { warmup: number }
  neverArrived?: object | undefined
}): boolean => r.neverArrived !== undefined || r.config.warmup === 0

/**
 * What the figure of a threshold on messages is of, where its name says less: all that never arrived, lost or in flight, and
 * what is in flight beside what failed; null for any other.
 * @param all see `countsAllNeverArrived`
 */
export function countedBeside(check: string, all: boolean): 'neverArrived' | 'failedOrInFlight' | null {
  const [, metric] = /^(?:.*: )?(?:max-)?(lost|failed)(?:$|[<>=])/.exec(check) ?? []
  if (metric === 'failed') return 'failedOrInFlight'
  return metric === 'lost' && all ? 'neverArrived' : null
}

/** Whether a threshold on the share of connected clients decides, and not the run's beginning. */
export const limitsConnected = ({ expressions = [] }: Thresholds): boolean =>
  expressions.some((text) => {
    const read = parseExpression(text)
    return typeof read !== 'string' && read.metric === 'connected'
  })
