import type { LoadConfig } from '../../../contract/load-config'
import type { EncodedHistograms, IdentityAccount, LoadReport } from '../../../contract/load-report'
import { TextCounts } from '../measure/counts'
import { LatencyHistogram } from '../../base/latency-histogram'
import { balance, joinAccounts, type Balance } from '../measure/identity'
import { allOf, recordMissing, type NeverArrived } from '../measure/unanswered'
import { waitedFor } from '../run/executors'
import { sumCounts, type GroupResult, type WorkerCounts } from '../run/messages'
import type { Part } from '../run/slice'
import { layoutOf, topologyOf } from '../run/topologies'
import { endToEndSummary, fromSend, joinHistograms, rateOf } from './summaries'

/** When a run was, and which part of it this process did. Times are Unix ms of the run's clock. */
export interface RunTimes {
  runId: string
  shard: Part
  startedAtMs: number
  /** End of publishing as planned, or when it was stopped. */
  publishedUntilMs: number
  /** When the answers stopped being waited for. */
  endedMs: number
}

/** Latencies that every run has. */
type Leg = Exclude<keyof EncodedHistograms, 'churn' | 'roundTrip'>
type Histograms = Record<Leg, LatencyHistogram>

/** What was measured of one population, over all threads. */
export interface Measured {
  parts: readonly GroupResult[]
  histograms: Histograms
  identity: IdentityAccount
  counts: WorkerCounts
  times: { publishMs: number; receiveMs: number; elapsedMs: number }
}

const sumOf = (parts: readonly GroupResult[], f: (r: GroupResult) => number): number =>
  parts.reduce((n, r) => n + f(r), 0)
const maxOf = <T>(parts: readonly T[], f: (r: T) => number): number =>
  parts.reduce((n, r) => Math.max(n, f(r)), 0)

/** At QoS 0 a PINGREQ after the end asks for the last messages: the stop is noticed, and comes to the worker, so late. */
const LAST_PING_MS = 100

interface Lag {
  answer: number
  arrival: number
}

/** How long after its sending a message is usually answered and received, ms. */
function usualLag(config: LoadConfig, h: Histograms): Lag {
  const median = (name: Leg): number => h[name].summary().p50 ?? 0
  return {
    answer: config.qos === 0 ? LAST_PING_MS + median('connect') : median('ack'),
    arrival: median('endToEnd'),
  }
}

/**
 * How long publishing and receiving took without warm-up, and the whole with it. An open loop lasts as planned: that
 * the last answer comes a usual answer's time (`lag`, ms) after its end makes it no slower, a later one does.
 */
function timesOf(
  o: RunTimes,
  config: LoadConfig,
  parts: readonly GroupResult[],
  lag: Lag,
): Measured['times'] {
  const fromMs = o.startedAtMs + config.warmup
  const open = config.executor.kind !== 'max'
  const lasted = (lastMs: number, usualMs: number): number =>
    (open ? Math.max(o.publishedUntilMs, lastMs - usualMs) : lastMs) - fromMs
  const acknowledgedMs = maxOf(parts, (r) => r.lastAcknowledgedMs)
  const receivedMs = maxOf(parts, (r) => r.lastReceivedMs)
  const elapsed = Math.max(open ? o.publishedUntilMs : 0, acknowledgedMs, receivedMs) - o.startedAtMs
  return {
    publishMs: lasted(acknowledgedMs, lag.answer),
    receiveMs: lasted(receivedMs, lag.arrival),
    elapsedMs: Math.max(0, Math.round(elapsed * 1000) / 1000),
  }
}

/** Puts what the threads say of one population together. */
export function measure(o: RunTimes, config: LoadConfig, parts: readonly GroupResult[]): Measured {
  const join = (name: Leg): LatencyHistogram => joinHistograms(parts.map((r) => r.histograms[name]))
  const histograms = { connect: join('connect'), ack: join('ack'), endToEnd: join('endToEnd') }
  return {
    parts,
    histograms,
    identity: joinAccounts(parts.map((r) => r.identity)),
    counts: sumCounts(parts.map((r) => r.counts)),
    times: timesOf(o, config, parts, usualLag(config, histograms)),
  }
}

/** A shard can account for its own receivers only, and not for a group that others belong to as well. */
function ownReceivers({ shard: { index, count } }: RunTimes, shared: boolean): (receiver: number) => boolean {
  return (receiver) => count === 1 || (!shared && receiver % count === index)
}

/** A population whose messages are accounted for: what came and what did not. */
export interface Balanced extends Measured {
  balance: Balance
  /** What the end-to-end latencies count with its age. */
  neverArrived: NeverArrived
}

/** Accounts for a population's messages. What never arrived is added to its end-to-end latencies. */
export function settle(o: RunTimes, config: LoadConfig, m: Measured): Balanced {
  const topology = topologyOf(config)
  const layout = layoutOf(config, o.runId)
  const owns = ownReceivers(o, topology.shared)
  const waited = waitedFor(config, o.startedAtMs, o.publishedUntilMs, o.endedMs)
  return {
    ...m,
    balance: balance(m.identity, topology, layout, owns),
    neverArrived: recordMissing(m.histograms.endToEnd, m.identity, topology, layout, owns, waited),
  }
}

/** Several populations as one. */
export function together(all: readonly Balanced[]): Omit<Balanced, 'identity'> {
  const [only] = all
  if (all.length === 1 && only !== undefined) return only
  const join = (name: Leg): LatencyHistogram => {
    const sum = new LatencyHistogram()
    for (const m of all) sum.add(m.histograms[name])
    return sum
  }
  const count = (f: (m: Balanced) => number): number => all.reduce((n, m) => n + f(m), 0)
  return {
    parts: all.flatMap((m) => m.parts),
    histograms: { connect: join('connect'), ack: join('ack'), endToEnd: join('endToEnd') },
    counts: sumCounts(all.map((m) => m.counts)),
    times: {
      publishMs: maxOf(all, (m) => m.times.publishMs),
      receiveMs: maxOf(all, (m) => m.times.receiveMs),
      elapsedMs: maxOf(all, (m) => m.times.elapsedMs),
    },
    balance: {
      offered: count((m) => m.balance.offered),
      expected: count((m) => m.balance.expected),
      lost: count((m) => m.balance.lost),
      duplicated: count((m) => m.balance.duplicated),
      outOfOrder: count((m) => m.balance.outOfOrder),
      delivered: count((m) => m.balance.delivered),
    },
    neverArrived: allOf(all.map((m) => m.neverArrived)),
  }
}

/** The figures of a report, which thresholds are checked against. */
export function figuresOf(m: Omit<Balanced, 'identity'>) {
  const { parts, counts, histograms, times } = m
  const { offered, acknowledged, failed } = counts
  const errors = new TextCounts()
  for (const r of parts) errors.addAll(r.errors)
  const negative = {
    count: sumOf(parts, (r) => r.negative.count),
    mostMs: maxOf(parts, (r) => r.negative.mostMs),
  }
  return {
    offered,
    acknowledged,
    failed,
    inFlight: offered - acknowledged - failed,
    received: counts.received,
    expected: m.balance.expected,
    lost: m.balance.lost,
    neverArrived: m.neverArrived,
    duplicated: m.balance.duplicated,
    outOfOrder: m.balance.outOfOrder,
    publishRate: rateOf(
      sumOf(parts, (r) => r.measuredAcknowledged),
      times.publishMs,
    ),
    receiveRate: rateOf(
      sumOf(parts, (r) => r.measuredReceived),
      times.receiveMs,
    ),
    connectMs: histograms.connect.summary(sumOf(parts, (r) => r.unanswered.connect)),
    ackMs: histograms.ack.summary(sumOf(parts, (r) => r.unanswered.ack)),
    negative,
    endToEndMs: endToEndSummary(histograms.endToEnd, m.neverArrived, negative.count),
    fromSend: fromSend(
      parts.map((r) => r.sendTimes),
      negative.count,
    ),
    ...rareFigures(parts),
    errors: errors.toRecord(),
  }
}

/** What parts of a run say of the latencies that not every run has. */
interface Rare {
  histograms: EncodedHistograms
  unanswered?: { roundTrip?: number | undefined } | undefined
}

/** Latencies that not every run has, over several parts, for another merge; absent where nothing was measured. */
export function rareHistograms(parts: readonly Rare[]): Pick<EncodedHistograms, 'churn' | 'roundTrip'> {
  const join = (name: 'churn' | 'roundTrip'): string | undefined => {
    const texts = parts.flatMap((p) => p.histograms[name] ?? [])
    return texts.length > 0 ? joinHistograms(texts).encode() : undefined
  }
  return { churn: join('churn'), roundTrip: join('roundTrip') }
}

/** The same for people. */
export function rareFigures(parts: readonly Rare[]): Pick<LoadReport, 'churnMs' | 'roundTripMs'> {
  const { churn, roundTrip } = rareHistograms(parts)
  const unanswered = parts.reduce((n, p) => n + (p.unanswered?.roundTrip ?? 0), 0)
  return {
    ...(churn === undefined ? {} : { churnMs: LatencyHistogram.decode(churn).summary() }),
    ...(roundTrip === undefined
      ? {}
      : { roundTripMs: LatencyHistogram.decode(roundTrip).summary(unanswered) }),
  }
}

/** What became of the connections. */
export function connectionsOf(
  parts: readonly GroupResult[],
): Omit<LoadReport['connections'], 'planned' | 'elapsedMs'> {
  const count = (k: keyof GroupResult['connections']) => sumOf(parts, (r) => r.connections[k])
  return {
    established: count('established'),
    refused: count('refused'),
    lost: count('lost'),
    reconnected: count('reconnected'),
    tlsResumed: count('tlsResumed'),
    left: count('left'),
  }
}
