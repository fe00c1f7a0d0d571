import type { LoadReport, SeriesPoint, ShardInfo } from '../../../contract/load-report'
import { TextCounts } from '../measure/counts'
import { balance, joinAccounts } from '../measure/identity'
import { recordMissing, type Waited } from '../measure/unanswered'
import { waitedFor } from '../run/executors'
import { LoadError } from '../run/failures'
import { indicesOf } from '../run/slice'
import { layoutOf, topologyOf } from '../run/topologies'
import { clockErrorOf, clockLine, knownWithin } from './clocks'
import { rareFigures } from './measured'
import { endToEndSummary, fromSend, joinHistograms, rateOf } from './summaries'
import { saturationReasons } from './saturation'
import { checkThresholds, verdictOf } from './thresholds'

type ShardReport = LoadReport & { shard: ShardInfo }

const sum = (reports: readonly LoadReport[], f: (r: LoadReport) => number): number =>
  reports.reduce((n, r) => n + f(r), 0)
const most = (reports: readonly LoadReport[], f: (r: LoadReport) => number): number =>
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
  const elapsedMs = most(shards, (r) => (r as ShardReport).shard.startedAtMs - startedMs + r.elapsedMs)
  const clockErrorMs = clockErrorOf(shards)
  const measured = measuredIn(shards, elapsedMs, clockErrorMs ?? 0)
  const receiveRate = rateOf(
    sum(shards, (r) => (r.receiveRate * measuredMs(r)) / 1000),
    elapsedMs - config.warmup,
  )
  const checks = checkThresholds(config.thresholds, {
    ...measured,
    receiveRate,
    clockErrorMs: clockErrorMs ?? 0,
  })
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
    offered: sum(shards, (r) => r.offered),
    acknowledged: sum(shards, (r) => r.acknowledged),
    received: sum(shards, (r) => r.received),
    elapsedMs,
    ...measured,
    receiveRate,
    bytesSent: sum(shards, (r) => r.bytesSent ?? 0),
    bytesReceived: sum(shards, (r) => r.bytesReceived ?? 0),
    connections: joinConnections(shards),
    generator,
    verdict: verdictOf(checks, { aborted, saturated: generator.saturated }),
    drift: null,
    notes: [...missingNotes(first, missing), ...notesOf(shards, starts)],
    environment: first.environment,
    series: joinSeries(shards),
    merged: {
      shards: shards.length,
      startSpreadMs: Math.max(...starts) - startedMs,
      ...(clockErrorMs === null ? {} : { clockErrorMs }),
      ...(missing.length > 0 ? { missing } : {}),
    },
  }
}

/** Arrivals before their time, by more than the clocks can be off. */
function negativeIn(shards: readonly ShardReport[], clockErrorMs: number): LoadReport['negative'] {
  const mostMs = most(shards, (r) => r.negative.mostMs)
  return mostMs > clockErrorMs
    ? { count: sum(shards, (r) => r.negative.count), mostMs }
    : { count: 0, mostMs: 0 }
}

/** What thresholds are checked against, over all shards. What never arrived is added to the end-to-end latencies. */
function measuredIn(shards: readonly ShardReport[], elapsedMs: number, clockErrorMs: number) {
  const { config, runId } = shards[0] as ShardReport
  const identity = joinAccounts(shards.map((r) => r.shard.identity))
  const topology = topologyOf(config)
  const owns = ownedBy(shards)
  const sums = balance(identity, topology, layoutOf(config, runId), owns)
  // a group's messages may have gone to members that are missing
  const unknown = topology.shared && missingOf(shards).length > 0
  const endToEnd = joinHistograms(shards.map((r) => r.shard.histograms.endToEnd))
  const neverArrived = recordMissing(
    endToEnd,
    identity,
    topology,
    layoutOf(config, runId),
    unknown ? () => false : owns,
    waitedForIn(shards),
  )
  const negative = negativeIn(shards, clockErrorMs)
  const sendTimes = shards.map((r) => r.shard.sendTimes)
  const sent = fromSend(sendTimes, negative.count)
  const errors = new TextCounts()
  for (const r of shards) errors.addAll(r.errors)
  return {
    ...rareFigures(shards.map((r) => r.shard)),
    failed: sum(shards, (r) => r.failed),
    inFlight: sum(shards, (r) => r.inFlight),
    expected: unknown ? null : sums.expected,
    lost: unknown ? null : sums.lost,
    duplicated: sums.duplicated,
    outOfOrder: sums.outOfOrder,
    publishRate: rateOf(
      sum(shards, (r) => (r.publishRate * measuredMs(r)) / 1000),
      elapsedMs - config.warmup,
    ),
    connectMs: joinHistograms(shards.map((r) => r.shard.histograms.connect)).summary(
      sum(shards, (r) => r.shard?.unanswered?.connect ?? 0),
    ),
    ackMs: joinHistograms(shards.map((r) => r.shard.histograms.ack)).summary(
      sum(shards, (r) => r.shard?.unanswered?.ack ?? 0),
    ),
    negative,
    endToEndMs: knownWithin(endToEndSummary(endToEnd, neverArrived, negative.count), clockErrorMs),
    fromSend: sent === null ? null : { ...sent, endToEndMs: knownWithin(sent.endToEndMs, clockErrorMs) },
    errors: errors.toRecord(),
  }
}

/** A publisher's messages were due by the clock of its shard, and were waited for until the last shard ended. */
function waitedForIn(shards: readonly ShardReport[]): (publisher: number) => Waited | null {
  const ended = (r: ShardReport): number => r.shard.endedAtMs ?? r.shard.startedAtMs + r.elapsedMs
  const endedMs = Math.max(...shards.map(ended))
  const byIndex = new Map(
    shards.map((r) => [
      r.shard.index,
      waitedFor(r.config, r.shard.startedAtMs, r.shard.publishedUntilMs ?? ended(r), endedMs),
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
function ownedBy(shards: readonly ShardReport[]): (receiver: number) => boolean {
  const have = new Set(shards.map((r) => r.shard.index))
  const count = shards[0]?.shard.count ?? 1
  const { shared } = topologyOf((shards[0] as ShardReport).config)
  return (receiver) => shared || have.has(receiver % count)
}

const missingLine = ({ shard }: ShardReport, missing: readonly number[]): string | null =>
  missing.length === 0
    ? null
    : `no report of ${missing.length === 1 ? 'shard' : 'shards'} ${missing.join(', ')} of 0 to ${shard.count - 1}`

/** What the figures are without. */
function missingNotes({ config, shard }: ShardReport, missing: readonly number[]): string[] {
  if (missing.length === 0) return []
  const among = (total: number): number =>
    missing.reduce((sum, index) => sum + indicesOf(total, { index, count: shard.count }).length, 0)
  const group = topologyOf(config).shared
    ? '; what the group received is not known, so nothing can be said of loss'
    : ''
  return [
    `without ${among(config.publishers)} of ${config.publishers} publishers and ${among(config.subscribers)} of ${config.subscribers} subscribers: counts and rates are lower bounds, percentiles and loss are of the other clients alone${group}`,
  ]
}

function joinConnections(shards: readonly ShardReport[]): LoadReport['connections'] {
  return {
    planned: sum(shards, (r) => r.connections.planned),
    established: sum(shards, (r) => r.connections.established),
    refused: sum(shards, (r) => r.connections.refused),
    lost: sum(shards, (r) => r.connections.lost),
    reconnected: sum(shards, (r) => r.connections.reconnected),
    tlsResumed: sum(shards, (r) => r.connections.tlsResumed ?? 0),
    left: sum(shards, (r) => r.connections.left ?? 0),
    elapsedMs: most(shards, (r) => r.connections.elapsedMs),
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

function notesOf(shards: readonly ShardReport[], starts: readonly number[]): string[] {
  const spread = Math.round(Math.max(...starts) - Math.min(...starts))
  const own = shards.flatMap((r) => r.notes.map((n) => `shard ${r.shard.index}: ${n}`))
  return [
    `${shards.length} shards, publishing started within ${spread} ms by their clocks`,
    clockLine(shards),
    ...new Set(own),
  ]
}
