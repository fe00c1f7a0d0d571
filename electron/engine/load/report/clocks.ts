import type { LatencySummary, LoadReport, ShardInfo } from '../../../contract/load-report'
import { millis } from './text'

type ShardReport = LoadReport & { shard: ShardInfo }

/** Of each computer the clock as its shards have measured it best. */
function byMachine(
  shards: readonly ShardReport[],
): Map<string, { host: string; offsetMs: number; errorMs: number }> {
  const machines = new Map<string, { host: string; offsetMs: number; errorMs: number }>()
  for (const { shard } of shards) {
    const { clock, hostname: host } = shard
    if (clock === undefined) continue
    const before = machines.get(clock.machine)
    if (before === undefined || clock.errorMs < before.errorMs)
      machines.set(clock.machine, { host, offsetMs: clock.offsetMs, errorMs: clock.errorMs })
  }
  return machines
}

/**
 * By how much an end-to-end latency between two of the shards can be wrong, ms: the errors of the two worst clocks
 * together. 0 where all read the same clock; null where a clock was not compared with the collector's.
 */
export function clockErrorOf(shards: readonly ShardReport[]): number | null {
  if (shards.some((r) => r.shard.clock === undefined)) return null
  const errors = [...byMachine(shards).values()].map((m) => m.errorMs).sort((a, b) => b - a)
  return errors.length < 2 ? 0 : (errors[0] ?? 0) + (errors[1] ?? 0)
}

/** Without the figures that are less than the error of the clocks: they are not known. */
export function knownWithin(s: LatencySummary, errorMs: number): LatencySummary {
  const known = (v: number | null): number | null => (v !== null && v >= errorMs ? v : null)
  return {
    ...s,
    min: known(s.min),
    mean: known(s.mean),
    p50: known(s.p50),
    p90: known(s.p90),
    p95: known(s.p95),
    p99: known(s.p99),
    p999: known(s.p999),
    max: known(s.max),
  }
}

/** One line on what the shards' clocks allow to say. @param negatives messages that arrived before they were sent */
export function clockLine(shards: readonly ShardReport[], negatives: number): string {
  const errorMs = clockErrorOf(shards)
  const hosts = new Set(shards.map((r) => r.shard.hostname)).size
  if (errorMs === null && hosts > 1)
    return `the shards ran on ${hosts} computers: end-to-end latency between them is only as accurate as their clocks agree (NTP); acknowledgement latency and message counts do not depend on it`
  if (negatives > 0 && (errorMs === null || errorMs === 0)) {
    const how =
      errorMs === null
        ? 'with --report-to a collector compares them'
        : 'two computers may have one name, so that the collector took their clocks for one; give each its own'
    return `all shards say that they ran on one computer, but their clocks do not agree: ${how}`
  }
  if (errorMs === null || errorMs === 0) return 'all shards ran on one computer: their clocks agree'
  const offsets = [...byMachine(shards).values()].map(
    (m) => `${m.host} ${m.offsetMs < 0 ? '' : '+'}${m.offsetMs.toFixed(2)} ± ${m.errorMs.toFixed(2)} ms`,
  )
  return `clocks set to the collector's: ${offsets.join(', ')}; end-to-end latency between computers is exact to ± ${millis(errorMs)} ms, and figures below that are not given`
}
