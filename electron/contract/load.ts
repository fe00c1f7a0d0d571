import { z } from 'zod'
import type { LoadConfig } from './load-config'
import { loadUrlProblem } from './load-url'
import { brokerHosts, isLoopback } from './loopback'
import type { LoadProgress, LoadReport, SeriesPoint } from './load-report'

/** Names a run; part of file names, topics and client identifiers. */
export const runIdSchema = z.string().regex(/^[A-Za-z0-9-]{1,32}$/, { error: 'expected the id of a run' })

/** Forms in which a run can be saved: the report, its series, a page of its own. */
export const LOAD_FILE_FORMATS = ['json', 'csv', 'html'] as const
export type LoadFileFormat = (typeof LOAD_FILE_FORMATS)[number]

/**
 * How a run ended. passed, failed: its thresholds did; inconclusive: the generator was the limit; stopped: by the user; aborted: by the broker or the machine.
 */
export type LoadOutcome = 'passed' | 'failed' | 'inconclusive' | 'no-thresholds' | 'stopped' | 'aborted'

/** `LoadReport.aborted` of a run that the user ended. */
const STOPPED = /^stopped /

export function outcomeOf(r: Pick<LoadReport, 'aborted' | 'verdict'>): LoadOutcome {
  if (r.aborted !== null) return STOPPED.test(r.aborted) ? 'stopped' : 'aborted'
  if (r.verdict.inconclusive) return 'inconclusive'
  if (r.verdict.checks.length === 0) return 'no-thresholds'
  return r.verdict.passed ? 'passed' : 'failed'
}

/** Which latency tells most of a run: to the subscriber, else to the acknowledgement; null when there is neither. */
export type LatencyKind = 'endToEnd' | 'ack'
export function latencyKind(
  c: Pick<LoadConfig, 'publishers' | 'subscribers' | 'qos' | 'executor'>,
): LatencyKind | null {
  if (c.publishers === 0 || c.executor.kind === 'connection-storm') return null
  if (c.subscribers > 0) return 'endToEnd'
  return c.qos > 0 ? 'ack' : null
}

/** One line of the history. */
export interface LoadRunInfo {
  runId: string
  /** Counts the runs of the history, from 1. */
  number: number
  /** Unix ms. */
  startedAtMs: number
  config: LoadConfig
  outcome: LoadOutcome
  /** Messages per second: received where there are subscribers, else acknowledged. */
  rate: number
  /** Of the latency that `latencyKind` names, ms. */
  p99: number | null
  /** Null where it was not known, see LoadReport. */
  lost: number | null
  saturated: boolean
}

/** A run that is kept. */
export interface LoadRun {
  runId: string
  number: number
  startedAtMs: number
  report: LoadReport
}

export function runInfo({ runId, number, startedAtMs, report }: LoadRun): LoadRunInfo {
  const { config } = report
  const kind = latencyKind(config)
  return {
    runId,
    number,
    startedAtMs,
    config,
    outcome: outcomeOf(report),
    rate: config.subscribers > 0 ? report.receiveRate : report.publishRate,
    p99: kind === 'endToEnd' ? report.endToEndMs.p99 : kind === 'ack' ? report.ackMs.p99 : null,
    lost: report.lost,
    saturated: report.generator.saturated,
  }
}

/** The run that goes on, or the last one when it could not start. There is one at a time, for all pages. */
export interface LoadNow {
  runId: string
  number: number
  startedAtMs: number
  config: LoadConfig
  state: 'running' | 'stopping' | 'failed'
  /** Why it could not start: one plain line. */
  error: string | null
  /** Null until the first report of its workers. */
  progress: LoadProgress | null
}

/** What pages learn about load tests. */
export interface LoadEvent {
  now: LoadNow | null
  /** Number of the first of `points` in the series of the run, from 0; a page that has others forgets them. */
  from: number
  points: SeriesPoint[]
  /** Counts changes of the history. */
  history: number
}

/** Where a load test is aimed. */
export type LoadTarget = 'embedded' | 'loopback' | 'elsewhere'

/** The kind of the addresses as the load form takes them; null where one is none. */
export function loadTarget(url: string): LoadTarget | null {
  if (url === 'embedded') return 'embedded'
  if (loadUrlProblem(url) !== null) return null
  return brokerHosts(url).every(isLoopback) ? 'loopback' : 'elsewhere'
}
