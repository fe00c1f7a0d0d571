import { hostname } from 'node:os'
import { populationsOf, type LoadConfig, type Population } from '../../../contract/load-config'
import { withoutSecrets } from '../../../contract/load-headers'
import type {
  EncodedSendTimes,
  LoadReport,
  PopulationReport,
  RunEnvironment,
  SeriesPoint,
  ShardInfo,
  ShardMeasures,
} from '../../../contract/load-report'
import type { WorkerCounts, WorkerResult } from '../run/messages'
import {
  connectionsOf,
  figuresOf,
  measure,
  rareHistograms,
  settle,
  together,
  type Balanced,
  type Measured,
  type RunTimes,
} from './measured'
import { saturationReasons } from './saturation'
import { joinHistograms } from './summaries'
import { checksOf, verdictOf } from './thresholds'

/** Everything a run knows at its end. Times are Unix ms of the run's clock. */
export interface RunOutcome extends RunTimes {
  config: LoadConfig
  /** The run was begun as a shard, which may be the only one: its report can be merged. */
  isShard: boolean
  startAtMs: number | null
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

function generatorOf(o: RunOutcome, counts: WorkerCounts): LoadReport['generator'] {
  const { offered } = counts
  const handled = counts.acknowledged + counts.failed + counts.received
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

/** The last steps in which nothing happened any more, and the one that was cut short, say nothing. */
function withoutEmptyEnd(series: readonly SeriesPoint[]): SeriesPoint[] {
  const idle = (p: SeriesPoint): boolean => p.offered + p.acknowledged + p.failed + p.received === 0
  const last = series.findLastIndex((p) => !idle(p))
  return last < 0 ? [...series] : series.slice(0, last + 1)
}

/** The report of one process: a whole run, or one shard of it. */
export function makeReport(o: RunOutcome): LoadReport {
  const { results } = o
  const populations = populationsOf(o.config).map((p, i) => ({
    ...p,
    measured: measure(
      o,
      p.config,
      results.flatMap((r) => r.groups[i] ?? []),
    ),
  }))
  // a shard's own part goes on to the merge as it was measured: what is missing shows only in the whole
  const [first, ...others] = populations.map((p) => p.measured)
  const shard = o.isShard && first ? { shard: shardOf(o, first, others) } : {}
  const balanced = populations.map((p) => ({ ...p, measured: settle(o, p.config, p.measured) }))
  const all = together(balanced.map((p) => p.measured))
  const figures = figuresOf(all)
  const rows = balanced.map(rowOf)
  const connections = connectionsOf(all.parts)
  // One of several sees only its part: the merge checks the thresholds.
  const checks = o.shard.count > 1 ? [] : checksOf(o.config, { ...figures, connections }, rows)
  const generator = generatorOf(o, all.counts)
  return {
    kind: 'fleetlab-load-report',
    version: 1,
    runId: o.runId,
    config: withoutSecrets(o.config),
    complete: o.aborted === null,
    aborted: o.aborted,
    elapsedMs: all.times.elapsedMs,
    ...figures,
    bytesSent: sumOf(results, (r) => r.bytesSent),
    bytesReceived: sumOf(results, (r) => r.bytesReceived),
    connections: {
      planned: o.planned,
      ...connections,
      elapsedMs: Math.round(o.connectingMs),
    },
    generator,
    verdict: verdictOf(checks, { aborted: o.aborted, generator }),
    drift: o.drift,
    notes: o.notes,
    environment: o.environment,
    seriesStepMs: o.seriesStepMs,
    series: withoutEmptyEnd(o.series),
    ...(o.config.populations === undefined ? {} : { populations: rows }),
    ...shard,
  }
}

/** One population's figures. */
function rowOf({ name, config, measured }: Population & { measured: Balanced }): PopulationReport {
  const { publishers, subscribers, qos } = config
  return {
    name: name ?? '',
    publishers,
    subscribers,
    qos,
    ...figuresOf(measured),
    connections: connectionsOf(measured.parts),
  }
}

const joinSendTimes = (parts: readonly EncodedSendTimes[]): EncodedSendTimes => {
  const join = (name: keyof EncodedSendTimes): string => joinHistograms(parts.map((p) => p[name])).encode()
  return { ack: join('ack'), endToEnd: join('endToEnd'), delay: join('delay') }
}

function measuresOf({ parts, histograms: h, identity }: Measured): ShardMeasures {
  const sendTimes = parts.flatMap((r) => r.sendTimes ?? [])
  return {
    unanswered: {
      ack: parts.reduce((n, r) => n + r.unanswered.ack, 0),
      connect: parts.reduce((n, r) => n + r.unanswered.connect, 0),
      roundTrip: parts.reduce((n, r) => n + r.unanswered.roundTrip, 0),
    },
    ...(sendTimes.length === 0 ? {} : { sendTimes: joinSendTimes(sendTimes) }),
    histograms: {
      connect: h.connect.encode(),
      ack: h.ack.encode(),
      endToEnd: h.endToEnd.encode(),
      ...rareHistograms(parts),
    },
    identity,
  }
}

function shardOf(o: RunOutcome, first: Measured, others: readonly Measured[]): ShardInfo {
  return {
    index: o.shard.index,
    count: o.shard.count,
    startedAtMs: o.startedAtMs,
    startAtMs: o.startAtMs,
    publishedUntilMs: o.publishedUntilMs,
    endedAtMs: o.endedMs,
    hostname: hostname(),
    ...measuresOf(first),
    ...(others.length === 0 ? {} : { others: others.map(measuresOf) }),
  }
}
