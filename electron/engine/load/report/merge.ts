import { populationsOf, type LoadConfig, type Population } from '../../../contract/load-config'
import { counted } from '../../../contract/counted'
import { HIDDEN_PASSWORD, loadCommandLine } from '../../../contract/load-text'
import type {
  LoadReport,
  PopulationReport,
  SeriesPoint,
  ShardInfo,
  ShardMeasures,
} from '../../../contract/load-report'
import { TextCounts } from '../measure/counts'
import { LatencyHistogram } from '../../base/latency-histogram'
import { balance, joinAccounts, type Balance } from '../measure/identity'
import { allOf, recordMissing, type NeverArrived, type Waited } from '../measure/unanswered'
import { waitedFor } from '../run/executors'
import { LoadError } from '../run/failures'
import { layoutOf, topologyOf } from '../run/topologies'
import { absentOf } from './absent'
import { clockErrorOf, clockLine, knownWithin } from './clocks'
import { rareFigures } from './measured'
import { endToEndSummary, fromSend, joinHistograms, rateOf } from './summaries'
import { saturationReasons } from './saturation'
import { checksOf, verdictOf } from './thresholds'

type ShardReport = LoadReport & { shard: ShardInfo }

/** What one shard says of the whole, or of one population. */
type Row = Omit<PopulationReport, 'name' | 'publishers' | 'subscribers' | 'qos'>

const sum = <T>(reports: readonly T[], f: (r: T) => number): number => reports.reduce((n, r) => n + f(r), 0)
const most = <T>(reports: readonly T[], f: (r: T) => number): number =>
  reports.reduce((n, r) => Math.max(n, f(r)), 0)

/**
 * Puts the reports of the shards of one run together: histograms are added, messages are accounted by identity
 * across shards. Percentiles are never averaged; the series has no percentiles, since the shards' steps have lost them.
 * Where a shard's report is missing the result is not complete and says what it is without.
 * @throws LoadError when they are not shards of one run
 */
export function mergeReports(reports: readonly LoadReport[]): LoadReport {
  const shards = checkShards(reports)
  const first = shards[0] as ShardReport
  const { config, runId } = first
  const starts = shards.map((r) => r.shard.startedAtMs)
  const startedMs = Math.min(...starts)
  const elapsedMs = most(shards, (r) => r.shard.startedAtMs - startedMs + r.elapsedMs)
  const clockErrorMs = clockErrorOf(shards)
  const known = { elapsedMs, clockErrorMs: clockErrorMs ?? 0 }
  const joined = populationsOf(config).map((p, i) => joinPopulation(shards, p, i))
  const measured = figuresIn(shards, shards, joined, known)
  const populations = joined.map((one, i) => rowOf(shards, one, i, known))
  const within = { clockErrorMs: known.clockErrorMs }
  const checks = checksOf(
    config,
    { ...measured, ...within, connections: joinConnections(shards) },
    populations.map((p) => ({ ...p, ...within })),
  )
  const missing = missingOf(shards)
  const aborted = shards.find((r) => r.aborted !== null)?.aborted ?? missingLine(first, missing)
  const generator = joinGenerators(shards)
  return {
    kind: first.kind,
    version: first.version,
    runId,
    config,
    seriesStepMs: first.seriesStepMs,
    complete: aborted === null,
    aborted,
    elapsedMs,
    ...measured,
    bytesSent: sum(shards, (r) => r.bytesSent ?? 0),
    bytesReceived: sum(shards, (r) => r.bytesReceived ?? 0),
    connections: {
      planned: sum(shards, (r) => r.connections.planned),
      ...joinConnections(shards),
      elapsedMs: most(shards, (r) => r.connections.elapsedMs),
    },
    generator,
    verdict: verdictOf(checks, { aborted, generator }),
    drift: null,
    notes: [...missingNotes(first, missing), ...notesOf(shards, starts, measured.negative.count)],
    environment: environmentOfAll(first, config),
    series: joinSeries(shards),
    ...(config.populations === undefined ? {} : { populations }),
    merged: {
      shards: shards.length,
      startSpreadMs: Math.max(...starts) - startedMs,
      ...(clockErrorMs === null ? {} : { clockErrorMs }),
      ...(missing.length > 0 ? { missing } : {}),
    },
  }
}

/** Where the first shard ran, with the command line of the whole run. */
function environmentOfAll({ environment }: LoadReport, config: LoadConfig): LoadReport['environment'] {
  if (environment === null) return null
  const hidden = environment.commandLine.endsWith(HIDDEN_PASSWORD) ? HIDDEN_PASSWORD : ''
  return { ...environment, commandLine: loadCommandLine(config) + hidden }
}

/** Arrivals before their time, by more than the clocks can be off. */
function negativeIn(rows: readonly Row[], clockErrorMs: number): LoadReport['negative'] {
  const mostMs = most(rows, (r) => r.negative.mostMs)
  return mostMs > clockErrorMs
    ? { count: sum(rows, (r) => r.negative.count), mostMs }
    : { count: 0, mostMs: 0 }
}

/** What all shards have of one population, accounted for. What never arrived is added to the end-to-end latencies. */
interface Joined {
  population: Population
  measures: readonly ShardMeasures[]
  sums: Balance
  /** What a group received is not known where some of its members are missing. */
  unknown: boolean
  endToEnd: LatencyHistogram
  neverArrived: NeverArrived
}

const measuresOf = ({ shard }: ShardReport, population: number): ShardMeasures[] =>
  population === 0 ? [shard] : (shard.others?.slice(population - 1, population) ?? [])

function joinPopulation(shards: readonly ShardReport[], population: Population, i: number): Joined {
  const { config } = population
  const { runId } = shards[0] as ShardReport
  const measures = shards.flatMap((r) => measuresOf(r, i))
  const identity = joinAccounts(measures.map((m) => m.identity))
  const topology = topologyOf(config)
  const layout = layoutOf(config, runId)
  const owns = ownedBy(shards, topology.shared)
  const unknown = topology.shared && missingOf(shards).length > 0
  const endToEnd = joinHistograms(measures.map((m) => m.histograms.endToEnd))
  const waited = waitedForIn(shards, config)
  const accounted = unknown ? () => false : owns
  return {
    population,
    measures,
    unknown,
    endToEnd,
    sums: balance(identity, topology, layout, owns),
    neverArrived: recordMissing(endToEnd, identity, topology, layout, accounted, waited),
  }
}

/** The figures of the whole, or of one population, over all shards. */
function figuresIn(
  shards: readonly ShardReport[],
  rows: readonly Row[],
  joined: readonly Joined[],
  { elapsedMs, clockErrorMs }: { elapsedMs: number; clockErrorMs: number },
) {
  const measures = joined.flatMap((j) => j.measures)
  const unknown = joined.some((j) => j.unknown)
  const count = (f: (b: Balance) => number): number => joined.reduce((n, j) => n + f(j.sums), 0)
  const unanswered = (leg: 'ack' | 'connect'): number =>
    measures.reduce((n, m) => n + (m.unanswered?.[leg] ?? 0), 0)
  const summaryOf = (leg: 'ack' | 'connect') =>
    joinHistograms(measures.map((m) => m.histograms[leg])).summary(unanswered(leg))
  const rate = (of: 'publishRate' | 'receiveRate'): number => {
    const messages = rows.map((row, i) => (row[of] * measuredMs(shards[i] as ShardReport)) / 1000)
    return rateOf(
      messages.reduce((n, m) => n + m, 0),
      elapsedMs - (shards[0] as ShardReport).config.warmup,
    )
  }
  const negative = negativeIn(rows, clockErrorMs)
  const endToEnd = new LatencyHistogram()
  for (const j of joined) endToEnd.add(j.endToEnd)
  const neverArrived = allOf(joined.map((j) => j.neverArrived))
  const sent = fromSend(
    measures.map((m) => m.sendTimes),
    negative.count,
  )
  const errors = new TextCounts()
  for (const r of rows) errors.addAll(r.errors)
  return {
    offered: sum(rows, (r) => r.offered),
    acknowledged: sum(rows, (r) => r.acknowledged),
    failed: sum(rows, (r) => r.failed),
    inFlight: sum(rows, (r) => r.inFlight),
    received: sum(rows, (r) => r.received),
    expected: unknown ? null : count((b) => b.expected),
    lost: unknown ? null : count((b) => b.lost),
    ...(unknown ? {} : { neverArrived }),
    duplicated: count((b) => b.duplicated),
    outOfOrder: count((b) => b.outOfOrder),
    publishRate: rate('publishRate'),
    receiveRate: rate('receiveRate'),
    connectMs: summaryOf('connect'),
    ackMs: summaryOf('ack'),
    negative,
    endToEndMs: knownWithin(endToEndSummary(endToEnd, neverArrived, negative.count), clockErrorMs),
    fromSend: sent === null ? null : { ...sent, endToEndMs: knownWithin(sent.endToEndMs, clockErrorMs) },
    ...rareFigures(measures),
    errors: errors.toRecord(),
  }
}

/** One population over all shards. */
function rowOf(
  shards: readonly ShardReport[],
  joined: Joined,
  i: number,
  known: { elapsedMs: number; clockErrorMs: number },
): PopulationReport {
  const { name, config } = joined.population
  const { publishers, subscribers, qos } = config
  const rows = shards.map((r) => r.populations?.[i] ?? r)
  return {
    name: name ?? '',
    publishers,
    subscribers,
    qos,
    ...figuresIn(shards, rows, [joined], known),
    connections: joinConnections(rows),
  }
}

/** A publisher's messages were due by the clock of its shard, and were waited for until the last shard ended. */
function waitedForIn(
  shards: readonly ShardReport[],
  config: LoadConfig,
): (publisher: number) => Waited | null {
  const ended = (r: ShardReport): number => r.shard.endedAtMs ?? r.shard.startedAtMs + r.elapsedMs
  const endedMs = Math.max(...shards.map(ended))
  const byIndex = new Map(
    shards.map((r) => [
      r.shard.index,
      waitedFor(config, r.shard.startedAtMs, r.shard.publishedUntilMs ?? ended(r), endedMs),
    ]),
  )
  const count = shards[0]?.shard.count ?? 1
  return (publisher) => byIndex.get(publisher % count)?.(publisher) ?? null
}

const measuredMs = (r: LoadReport): number => Math.max(0, r.elapsedMs - r.config.warmup)

function checkShards(reports: readonly LoadReport[]): ShardReport[] {
  const refuse = (why: string): never => {
    throw new LoadError(why, 'start')
  }
  const shards = reports.filter((r): r is ShardReport => r.shard !== undefined)
  const first = shards[0]
  if (first === undefined || shards.length < reports.length) {
    return refuse('a report is not from a shard: use the JSON files of runs with --shard')
  }
  const { count } = first.shard
  for (const r of shards) {
    if (r.runId !== first.runId) {
      refuse(`the shards belong to different runs: ${first.runId} and ${r.runId}`)
    }
    if (r.shard.count !== count || JSON.stringify(r.config) !== JSON.stringify(first.config)) {
      refuse(
        `shard ${r.shard.index} of run ${r.runId} had a different configuration from shard ${first.shard.index}`,
      )
    }
  }
  const others = (first.config.populations?.length ?? 1) - 1
  const without = shards.find((r) => (r.shard.others?.length ?? 0) !== others)
  if (without !== undefined) refuse(`shard ${without.shard.index} does not say what each population measured`)
  const have = new Set(shards.map((r) => r.shard.index))
  if (have.size < shards.length) refuse('a shard is listed twice')
  return shards.sort((a, b) => a.shard.index - b.shard.index)
}

/** Indices of the shards whose reports are not there, ascending. */
function missingOf(shards: readonly ShardReport[]): number[] {
  const have = new Set(shards.map((r) => r.shard.index))
  return Array.from({ length: shards[0]?.shard.count ?? 0 }, (_, i) => i).filter((i) => !have.has(i))
}

/** The receivers that the shards which are there account for. */
function ownedBy(shards: readonly ShardReport[], shared: boolean): (receiver: number) => boolean {
  const have = new Set(shards.map((r) => r.shard.index))
  const count = shards[0]?.shard.count ?? 1
  return (receiver) => shared || have.has(receiver % count)
}

const missingLine = ({ shard }: ShardReport, missing: readonly number[]): string | null =>
  missing.length === 0
    ? null
    : `no report of ${missing.length === 1 ? 'shard' : 'shards'} ${missing.join(', ')} of 0 to ${shard.count - 1}`

/** What the figures are without. */
function missingNotes({ config, shard }: ShardReport, missing: readonly number[]): string[] {
  if (missing.length === 0) return []
  const populations = populationsOf(config)
  const among = absentOf(config, missing, shard.count)
  const group = populations.some((p) => topologyOf(p.config).shared)
    ? '; what the group received is not known, so nothing can be said of loss'
    : ''
  return [
    `without ${among.publishers} of ${counted(config.publishers, 'publisher')} and ${among.subscribers} of ${counted(config.subscribers, 'subscriber')}: counts and rates are lower bounds, percentiles and loss are of the other clients alone${group}`,
  ]
}

function joinConnections(shards: readonly Row[]): Row['connections'] {
  return {
    established: sum(shards, (r) => r.connections.established),
    refused: sum(shards, (r) => r.connections.refused),
    lost: sum(shards, (r) => r.connections.lost),
    reconnected: sum(shards, (r) => r.connections.reconnected),
    tlsResumed: sum(shards, (r) => r.connections.tlsResumed ?? 0),
    left: sum(shards, (r) => r.connections.left ?? 0),
  }
}

function joinGenerators(shards: readonly ShardReport[]): LoadReport['generator'] {
  const handled = (r: LoadReport): number => r.acknowledged + r.failed + r.received
  const cpu = sum(shards, (r) => (r.generator.cpuMicrosPerMessage ?? 0) * handled(r))
  const all = sum(shards, handled)
  const saturated = shards.filter((r) => r.generator.saturated)
  const reasons = saturated.flatMap((r) => r.generator.reasons.map((t) => `shard ${r.shard.index}: ${t}`))
  const lateSends = sum(shards, (r) => r.generator.lateSends)
  const own = {
    offered: sum(shards, (r) => r.offered),
    lateSends,
    busiestWorker: 0,
    p99LoopDelayMs: 0,
    stalledShare: 0,
  }
  return {
    cpuMicrosPerMessage: all > 0 ? Math.round((cpu / all) * 1000) / 1000 : null,
    includesBroker: shards.some((r) => r.generator.includesBroker),
    maxLoopDelayMs: most(shards, (r) => r.generator.maxLoopDelayMs),
    lateSends,
    maxSendDelayMs: most(shards, (r) => r.generator.maxSendDelayMs),
    busiestWorker: most(shards, (r) => r.generator.busiestWorker),
    workers: sum(shards, (r) => r.generator.workers),
    saturated: reasons.length > 0 || saturationReasons(own).length > 0,
    reasons: reasons.length > 0 ? reasons : saturationReasons(own),
  }
}

/** Steps are put together by their distance from each shard's own start. */
function joinSeries(shards: readonly ShardReport[]): SeriesPoint[] {
  const none = { p50: null, p95: null, p99: null }
  const points = new Map<number, SeriesPoint>()
  for (const p of shards.flatMap((r) => r.series)) {
    const into = points.get(p.atMs)
    if (into === undefined) {
      points.set(p.atMs, { ...p, ack: none, endToEnd: none })
      continue
    }
    for (const k of ['offered', 'acknowledged', 'failed', 'received', 'connected', 'errors'] as const) {
      into[k] += p[k]
    }
  }
  return [...points.values()].sort((a, b) => a.atMs - b.atMs)
}

function notesOf(shards: readonly ShardReport[], starts: readonly number[], negatives: number): string[] {
  const spread = Math.round(Math.max(...starts) - Math.min(...starts))
  const own = shards.flatMap((r) => r.notes.map((n) => `shard ${r.shard.index}: ${n}`))
  return [
    `${counted(shards.length, 'shard')}, publishing started within ${spread} ms by their clocks`,
    clockLine(shards, negatives),
    ...new Set(own),
  ]
}
