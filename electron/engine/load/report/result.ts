import { hostname } from 'node:os'
import type { LoadConfig } from '../../../contract/load-config'
import type {
  EncodedHistograms,
  EncodedSendTimes,
  IdentityAccount,
  LoadReport,
  RunEnvironment,
  SeriesPoint,
} from '../../../contract/load-report'
import { TextCounts } from '../measure/counts'
import { LatencyHistogram } from '../measure/histogram'
import { balance, joinAccounts } from '../measure/identity'
import { recordMissing } from '../measure/unanswered'
import { waitedFor } from '../run/executors'
import type { WorkerResult } from '../run/messages'
import type { Part } from '../run/slice'
import { layoutOf, topologyOf } from '../run/topologies'
import { saturationReasons } from './saturation'
import { checkThresholds, verdictOf } from './thresholds'

/** Everything a run knows at its end. Times are Unix ms of the run's clock. */
export interface RunOutcome {
  config: LoadConfig
  runId: string
  shard: Part
  startAtMs: number | null
  startedAtMs: number
  /** End of publishing as planned, or when it was stopped. */
  publishedUntilMs: number
  /** When the answers stopped being waited for. */
  endedMs: number
  aborted: string | null
  results: readonly WorkerResult[]
  /** CPU time of this process while publishing, µs. */
  cpuMicros: number
  includesBroker: boolean
  planned: number
  /** From the first attempt until all were connected. */
  connectingMs: number
  seriesStepMs: number
  series: SeriesPoint[]
  drift: LoadReport['drift']
  notes: string[]
  environment: RunEnvironment | null
}

const sumOf = (results: readonly WorkerResult[], f: (r: WorkerResult) => number): number =>
  results.reduce((n, r) => n + f(r), 0)
const maxOf = (results: readonly WorkerResult[], f: (r: WorkerResult) => number): number =>
  results.reduce((n, r) => Math.max(n, f(r)), 0)

/** Adds histograms of the same kind: exact, unlike averaging percentiles. */
export function joinHistograms(texts: readonly string[]): LatencyHistogram {
  const sum = new LatencyHistogram()
  for (const t of texts) sum.add(LatencyHistogram.decode(t))
  return sum
}

/** End-to-end latencies; none where clocks were seen to disagree, since all of them are wrong by as much. */
export const endToEndSummary = (
  h: LatencyHistogram,
  neverArrived: number,
  negatives: number,
): LoadReport['endToEndMs'] => (negatives > 0 ? new LatencyHistogram().summary() : h.summary(neverArrived))

/** Times from the actual send; null where there are none, and end to end none where clocks were seen to disagree. */
export function fromSend(
  parts: readonly (EncodedSendTimes | null | undefined)[],
  negatives: number,
): LoadReport['fromSend'] {
  const known = parts.filter((p) => p !== null && p !== undefined)
  if (known.length === 0) return null
  return {
    ackMs: joinHistograms(known.map((p) => p.ack)).summary(),
    endToEndMs: endToEndSummary(joinHistograms(known.map((p) => p.endToEnd)), 0, negatives),
    delayMs: joinHistograms(known.map((p) => p.delay)).summary(),
  }
}

/** Messages a second over a time, to three decimals; 0 for no time. */
export const rateOf = (messages: number, ms: number): number =>
  ms > 0 ? Math.round((messages * 1e6) / ms) / 1000 : 0

function generatorOf(o: RunOutcome, offered: number): LoadReport['generator'] {
  const handled = sumOf(o.results, (r) => r.counts.acknowledged + r.counts.failed + r.counts.received)
  const lateSends = sumOf(o.results, (r) => r.lateSends)
  const busiestWorker = maxOf(o.results, (r) => r.utilization)
  const p99LoopDelayMs = maxOf(o.results, (r) => r.p99LoopDelayMs)
  const stalledShare = maxOf(o.results, (r) => r.stalledShare)
  const reasons = saturationReasons({ offered, lateSends, busiestWorker, p99LoopDelayMs, stalledShare })
  return {
    cpuMicrosPerMessage: handled > 0 ? Math.round((o.cpuMicros / handled) * 1000) / 1000 : null,
    includesBroker: o.includesBroker,
    maxLoopDelayMs: maxOf(o.results, (r) => r.maxLoopDelayMs),
    lateSends,
    maxSendDelayMs: Math.round(maxOf(o.results, (r) => r.maxSendDelayMs) * 1000) / 1000,
    busiestWorker: Math.round(busiestWorker * 1000) / 1000,
    workers: o.results.length,
    saturated: reasons.length > 0,
    reasons,
  }
}

function connectionsOf(o: RunOutcome): LoadReport['connections'] {
  const count = (k: 'established' | 'refused' | 'lost' | 'reconnected') =>
    sumOf(o.results, (r) => r.connections[k])
  return {
    planned: o.planned,
    established: count('established'),
    refused: count('refused'),
    lost: count('lost'),
    reconnected: count('reconnected'),
    elapsedMs: Math.round(o.connectingMs),
  }
}

/** At QoS 0 a PINGREQ after the end asks for the last messages: the stop is noticed, and comes to the worker, so late. */
const LAST_PING_MS = 100

interface Lag {
  answer: number
  arrival: number
}

/** How long after its sending a message is usually answered and received, ms. */
function usualLag(o: RunOutcome, h: Record<keyof EncodedHistograms, LatencyHistogram>): Lag {
  const median = (name: keyof EncodedHistograms): number => h[name].summary().p50 ?? 0
  return {
    answer: o.config.qos === 0 ? LAST_PING_MS + median('connect') : median('ack'),
    arrival: median('endToEnd'),
  }
}

/**
 * How long publishing and receiving took without warm-up, and the whole with it. An open loop lasts as planned: that
 * the last answer comes a usual answer's time (`lag`, ms) after its end makes it no slower, a later one does.
 */
function timesOf(o: RunOutcome, lag: Lag): { publishMs: number; receiveMs: number; elapsedMs: number } {
  const fromMs = o.startedAtMs + o.config.warmup
  const open = o.config.executor.kind !== 'max'
  const lasted = (lastMs: number, usualMs: number): number =>
    (open ? Math.max(o.publishedUntilMs, lastMs - usualMs) : lastMs) - fromMs
  const acknowledgedMs = maxOf(o.results, (r) => r.lastAcknowledgedMs)
  const receivedMs = maxOf(o.results, (r) => r.lastReceivedMs)
  const elapsed = Math.max(open ? o.publishedUntilMs : 0, acknowledgedMs, receivedMs) - o.startedAtMs
  return {
    publishMs: lasted(acknowledgedMs, lag.answer),
    receiveMs: lasted(receivedMs, lag.arrival),
    elapsedMs: Math.max(0, Math.round(elapsed * 1000) / 1000),
  }
}

/** The last steps in which nothing happened any more, and the one that was cut short, say nothing. */
function withoutEmptyEnd(series: readonly SeriesPoint[]): SeriesPoint[] {
  const idle = (p: SeriesPoint): boolean => p.offered + p.acknowledged + p.failed + p.received === 0
  const last = series.findLastIndex((p) => !idle(p))
  return last < 0 ? [...series] : series.slice(0, last + 1)
}

/** A shard can account for its own receivers only, and not for a group that others belong to as well. */
function ownReceivers(o: RunOutcome): (receiver: number) => boolean {
  const { index, count } = o.shard
  const { shared } = topologyOf(o.config)
  return (receiver) => count === 1 || (!shared && receiver % count === index)
}

type Histograms = Record<keyof EncodedHistograms, LatencyHistogram>

function histogramsOf(o: RunOutcome): Histograms {
  const join = (name: keyof EncodedHistograms): LatencyHistogram =>
    joinHistograms(o.results.map((r) => r.histograms[name]))
  return { connect: join('connect'), ack: join('ack'), endToEnd: join('endToEnd') }
}

/** What thresholds are checked against. What never arrived is added to the end-to-end latencies. */
function measuredOf(o: RunOutcome, histograms: Histograms, identity: IdentityAccount, publishMs: number) {
  const { results } = o
  const [topology, layout, owns] = [topologyOf(o.config), layoutOf(o.config, o.runId), ownReceivers(o)]
  const sums = balance(identity, topology, layout, owns)
  const waited = waitedFor(o.config, o.startedAtMs, o.publishedUntilMs, o.endedMs)
  const neverArrived = recordMissing(histograms.endToEnd, identity, topology, layout, owns, waited)
  const errors = new TextCounts()
  for (const r of results) errors.addAll(r.errors)
  const negative = {
    count: sumOf(results, (r) => r.negative.count),
    mostMs: maxOf(results, (r) => r.negative.mostMs),
  }
  const offered = sumOf(results, (r) => r.counts.offered)
  const acknowledged = sumOf(results, (r) => r.counts.acknowledged)
  const failed = sumOf(results, (r) => r.counts.failed)
  return {
    offered,
    acknowledged,
    failed,
    inFlight: offered - acknowledged - failed,
    expected: sums.expected,
    lost: sums.lost,
    duplicated: sums.duplicated,
    outOfOrder: sums.outOfOrder,
    publishRate: rateOf(
      sumOf(results, (r) => r.measuredAcknowledged),
      publishMs,
    ),
    connectMs: histograms.connect.summary(sumOf(results, (r) => r.unanswered.connect)),
    ackMs: histograms.ack.summary(sumOf(results, (r) => r.unanswered.ack)),
    negative,
    endToEndMs: endToEndSummary(histograms.endToEnd, neverArrived, negative.count),
    fromSend: fromSend(
      results.map((r) => r.sendTimes),
      negative.count,
    ),
    errors: errors.toRecord(),
  }
}

/** The report of one process: a whole run, or one shard of it. */
export function makeReport(o: RunOutcome): LoadReport {
  const results = o.results
  const histograms = histogramsOf(o)
  const identity = joinAccounts(results.map((r) => r.identity))
  const { publishMs, receiveMs, elapsedMs } = timesOf(o, usualLag(o, histograms))
  // a shard's own part goes on to the merge as it was measured: what is missing shows only in the whole
  const shard = o.shard.count > 1 ? { shard: shardOf(o, histograms, identity) } : {}
  const measured = measuredOf(o, histograms, identity, publishMs)
  const receiveRate = rateOf(
    sumOf(results, (r) => r.measuredReceived),
    receiveMs,
  )
  // A shard sees only its part: the merge checks the thresholds.
  const checks = o.shard.count > 1 ? [] : checkThresholds(o.config.thresholds, { ...measured, receiveRate })
  const generator = generatorOf(o, measured.offered)
  return {
    kind: 'fleetlab-load-report',
    version: 1,
    runId: o.runId,
    config: o.config,
    complete: o.aborted === null,
    aborted: o.aborted,
    received: sumOf(results, (r) => r.counts.received),
    elapsedMs,
    ...measured,
    receiveRate,
    bytesSent: sumOf(results, (r) => r.bytesSent),
    bytesReceived: sumOf(results, (r) => r.bytesReceived),
    connections: connectionsOf(o),
    generator,
    verdict: verdictOf(checks, { aborted: o.aborted, saturated: generator.saturated }),
    drift: o.drift,
    notes: o.notes,
    environment: o.environment,
    seriesStepMs: o.seriesStepMs,
    series: withoutEmptyEnd(o.series),
    ...shard,
  }
}

const joinSendTimes = (parts: readonly EncodedSendTimes[]): EncodedSendTimes => {
  const join = (name: keyof EncodedSendTimes): string => joinHistograms(parts.map((p) => p[name])).encode()
  return { ack: join('ack'), endToEnd: join('endToEnd'), delay: join('delay') }
}

function shardOf(
  o: RunOutcome,
  h: Record<keyof EncodedHistograms, LatencyHistogram>,
  identity: NonNullable<LoadReport['shard']>['identity'],
): NonNullable<LoadReport['shard']> {
  const sendTimes = o.results.flatMap((r) => r.sendTimes ?? [])
  return {
    index: o.shard.index,
    count: o.shard.count,
    startedAtMs: o.startedAtMs,
    startAtMs: o.startAtMs,
    publishedUntilMs: o.publishedUntilMs,
    endedAtMs: o.endedMs,
    unanswered: {
      ack: sumOf(o.results, (r) => r.unanswered.ack),
      connect: sumOf(o.results, (r) => r.unanswered.connect),
    },
    hostname: hostname(),
    ...(sendTimes.length === 0 ? {} : { sendTimes: joinSendTimes(sendTimes) }),
    histograms: { connect: h.connect.encode(), ack: h.ack.encode(), endToEnd: h.endToEnd.encode() },
    identity,
  }
}
