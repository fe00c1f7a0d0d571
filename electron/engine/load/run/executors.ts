import { formatDuration } from '../../../contract/duration'
import { count, counted, percent } from '../../../contract/counted'
import type { ExecutorConfig, ExecutorKind } from '../../../contract/load-fields'
import { populationsOf, runLengthMs, type LoadConfig } from '../../../contract/load-config'
import type { Waited } from '../measure/unanswered'
import { basePlan, type Plan } from './plan'
import { evenSchedule, rampSchedule, startWaitOf } from './schedule'

/** One way to drive a load test. */
export interface Executor<K extends ExecutorKind = ExecutorKind> {
  readonly kind: K
  /** One line for people. */
  describe(own: Extract<ExecutorConfig, { kind: K }>, all: LoadConfig): string
  plan(own: Extract<ExecutorConfig, { kind: K }>, all: LoadConfig): Plan
}

/** A rate in the unit in which it is a number that can be read. */
function rateText(perSecond: number): string {
  const [value, unit] =
    perSecond >= 1
      ? [perSecond, 'second']
      : perSecond * 60 >= 1
        ? [perSecond * 60, 'minute']
        : [perSecond * 3600, 'hour']
  const rounded = Number(value.toPrecision(6))
  return `${rounded} ${rounded === 1 ? 'message' : 'messages'} per ${unit}`
}

const fromEach = (rate: number, { publishers }: LoadConfig): string =>
  `${rateText(rate)} from ${publishers === 1 ? '1 publisher' : `each of ${count(publishers)} publishers`}`

/** Open loop: a slow broker does not slow the sending, and its delay shows in the latency. */
const constantRate: Executor<'constant-rate'> = {
  kind: 'constant-rate',
  describe: (own, all) => `${fromEach(own.rate, all)} (open loop)`,
  plan: (own, all) => ({
    ...basePlan(all),
    publishing: { kind: 'open', schedule: evenSchedule(own.rate, all) },
  }),
}

function closedLoopText({ qos, window, thinkTime, request }: LoadConfig): string {
  if (request || thinkTime !== undefined) {
    const pause = thinkTime === undefined ? '' : `, then ${formatDuration(thinkTime)} of thinking on average`
    return `each publisher waits for the ${request ? 'response' : 'answer'} to its message${pause}`
  }
  return qos === 0
    ? 'as fast as the connections accept bytes'
    : `as fast as possible, ${counted(window, 'unacknowledged message')} per publisher`
}

/** Closed loop: as fast as the broker acknowledges (QoS 1, 2) or the connection takes bytes (QoS 0). */
const max: Executor<'max'> = {
  kind: 'max',
  describe: (_own, all) => `${closedLoopText(all)} (closed loop)`,
  plan: (_own, all) => ({
    ...basePlan(all),
    publishing: { kind: 'closed', total: all.messages ?? Infinity },
  }),
}

/** Open loop with a rate that rises and falls in straight lines, to find the load at which a broker gives way. */
const ramping: Executor<'ramping'> = {
  kind: 'ramping',
  describe: (own) =>
    `from ${own.startRate} messages per second of each publisher ${own.stages
      .map((s) => `to ${s.rate} over ${formatDuration(s.over)}`)
      .join(', ')} (open loop)`,
  plan: (own, all) => ({
    ...basePlan(all),
    publishing: { kind: 'open', schedule: rampSchedule(own.startRate, own.stages, all) },
  }),
}

/** Nothing but connections: how fast the broker takes them, and whether it holds them. */
const connectionStorm: Executor<'connection-storm'> = {
  kind: 'connection-storm',
  describe: (own, all) =>
    `${counted(all.publishers + all.subscribers, 'connection')}${own.connectRate === 'max' ? ' at once' : `, ${own.connectRate} per second`}`,
  plan: (own, all) => ({
    ...basePlan(all),
    connectRate: own.connectRate === 'max' ? basePlan(all).connectRate : own.connectRate,
    toleratesRefusals: true,
  }),
}

/** What happens when an access point restarts: many connections are cut at once and all come back together. */
const reconnectStorm: Executor<'reconnect-storm'> = {
  kind: 'reconnect-storm',
  describe: (own) =>
    `${rateText(own.rate)} from each publisher (open loop); ${percent(own.share, 10)} of the connections cut every ${formatDuration(own.every)}`,
  plan: (own, all) => ({
    ...basePlan(all),
    publishing: { kind: 'open', schedule: evenSchedule(own.rate, all) },
    cuts: { everyMs: own.every, share: own.share },
    toleratesRefusals: true,
  }),
}

/** A constant rate for hours, watched for drift: does the last quarter do as well as the first? */
const soak: Executor<'soak'> = {
  kind: 'soak',
  describe: (own, all) => `${fromEach(own.rate, all)} (open loop), checked for drift`,
  plan: (own, all) => ({
    ...basePlan(all),
    publishing: { kind: 'open', schedule: evenSchedule(own.rate, all) },
    watchesDrift: true,
  }),
}

/** All executors. A new one: a variant of the schema, an object above, a line here. */
const EXECUTORS: { [K in ExecutorKind]: Executor<K> } = {
  'constant-rate': constantRate,
  max,
  ramping,
  'connection-storm': connectionStorm,
  'reconnect-storm': reconnectStorm,
  soak,
}

const executorOf = <K extends ExecutorKind>(own: Extract<ExecutorConfig, { kind: K }>): Executor<K> =>
  EXECUTORS[own.kind]

export const planOf = (config: LoadConfig): Plan => {
  const own = config.executor
  const plan = executorOf(own).plan(own, config)
  return config.publishers === 0 ? { ...plan, publishing: { kind: 'none' } } : plan
}

/**
 * What the run as a whole does: with populations it lasts as long as the longest, and each has a plan of its own for its
 * messages and cuts.
 */
export function runPlan(config: LoadConfig): Plan {
  const all = planOf(config)
  if (config.populations === undefined) return all
  const plans = populationsOf(config).map((p) => planOf(p.config))
  return {
    ...all,
    publishing: plans.find((p) => p.publishing.kind !== 'none')?.publishing ?? { kind: 'none' },
    durationMs: runLengthMs(config),
    cuts: null,
    toleratesRefusals: plans.some((p) => p.toleratesRefusals),
  }
}

export const describeExecutor = (config: LoadConfig): string =>
  executorOf(config.executor).describe(config.executor, config)

/**
 * When the messages of a run were due, for the age of those that never arrived. In a closed loop that is not fixed before
 * the run; there a message counts from the end of publishing on, when all had been sent. Times are Unix ms.
 */
export function waitedFor(
  config: LoadConfig,
  startedMs: number,
  publishedUntilMs: number,
  endedMs: number,
): (publisher: number) => Waited {
  const { publishing } = planOf(config)
  const { publishers } = config
  const timeOf = (publisher: number) => (k: number) =>
    publishing.kind === 'open'
      ? startedMs + startWaitOf(config, publisher) + publishing.schedule.timeOf(k * publishers + publisher)
      : publishedUntilMs
  return (publisher) => ({ timeOf: timeOf(publisher), endedMs, fromMs: startedMs + config.warmup })
}
