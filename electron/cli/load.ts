import type { Command } from 'commander'
import type { LoadConfig } from '../contract/load-config'
import { flagWord, type LoadFlags } from '../contract/load-flags'
import { maskedUrls } from '../contract/load-url'
import type { LoadReport } from '../contract/load-report'
import { seriesStepMs } from '../engine/load/measure/series'
import { runPlan } from '../engine/load/run/executors'
import { LoadError } from '../engine/load/run/failures'
import { freshRunId, sharedRunId } from '../engine/load/run/run-id'
import type { LoadOptions } from '../engine/load/run/load-options'
import type { Part } from '../engine/load/run/slice'
import { runLoad } from '../engine/load/run/run-load'
import type { CollectorLink } from '../engine/load/watch/collector-link'
import { MOST_REPEATS } from '../engine/load/report/matrix'
import { wholeNumber } from './arguments'
import type { CliContext, Subcommand } from './command'
import { UsageError } from './failure'
import { checkRunId, exitCode } from './load-exit'
import { addFindLimit } from './load-find-limit'
import { shardOf, startTime } from './load-flags'
import { loadMatrix } from './load-matrix'
import { OUTPUT_OPTIONS, outputs, writeReport } from './load-output'
import { collectorOf, REPORT_TO_OPTIONS } from './load-report-to'
import { addLoadSettings, loadSettings, textFlag } from './load-settings'
import { addWatch } from './load-watch'
import {
  addMetricsOptions,
  loadMetrics,
  metricsFlags,
  shareMetrics,
  type SharedMetrics,
} from './metrics-output'
import { checkOutputs } from './write-output'
import { showLoadProgress } from './print/load-progress'

/** What one run is told besides, in the order of the help text. */
const RUN_OPTIONS: readonly (readonly [string, string])[] = [
  ['--shard <i/n>', 'run part i of n, from 0 (default from JOB_COMPLETION_INDEX and FLEETLAB_SHARD_COUNT)'],
  ['--start-at <time>', 'start publishing at this time: 2030-01-31T12:00:00Z, Unix seconds, +30s'],
  ['--run-id <name>', 'name of the run, the same for all its shards'],
  ['--broker-pid <number>', 'process of the broker on this computer: its CPU and memory go into the report'],
  [
    '--broker-metrics <url>',
    'the same from a broker that shows its process to Prometheus, such as http://HOST:9090/metrics',
  ],
  ...REPORT_TO_OPTIONS,
  ...OUTPUT_OPTIONS,
]

interface MatrixFlags {
  matrix?: string[]
  repeats?: number
}

/** `fleetlab load`: load-tests a broker and prints the results. */
export const loadCommand: Subcommand = (program, context, report) => {
  const command: Command = program
    .command('load')
    .description('load-test a broker: latency percentiles, lost and duplicated messages, a verdict')
  // find-limit has the same flags
  command.enablePositionalOptions()
  addLoadSettings(command)
  for (const [flags, text] of RUN_OPTIONS) command.option(flags, text)
  addMetricsOptions(command)
  command
    .option(
      '--matrix <settings...>',
      'one load test for each combination, as a table with intervals: qos=0,1,2 size=16,1024',
    )
    .option(
      '--repeats <number>',
      'with --matrix: runs of each combination (default 3)',
      wholeNumber(1, MOST_REPEATS),
    )
    .action(async ({ matrix, repeats, ...flags }: LoadFlags & MatrixFlags) => {
      if (matrix !== undefined) report(await loadMatrix(context, matrix, flags, repeats))
      else if (repeats === undefined) report(await load(context, flags))
      else throw new UsageError('--repeats: only with --matrix')
    })
  addFindLimit(command, context, report)
  addWatch(command, context, report)
}

/** Runs, writes the report, and returns the exit code. */
async function load(context: CliContext, flags: LoadFlags): Promise<number> {
  if (flags['json'] === '-' && flags['csv'] === '-') {
    throw new UsageError('--csv: found - with --json -; expected only one of the two on standard output')
  }
  const { config, preset, credentials } = await loadSettings(context, flags)
  await checkOutputs(Object.values(outputs(flags)).filter((path: string) => !path.includes('{run}')))
  const shard = shardOf(textFlag(flags, 'shard'), context.env)
  const startAtMs = startTime(textFlag(flags, 'startAt') ?? context.env['FLEETLAB_START_AT'], Date.now())
  const given = givenRunId(flags, context)
  const collector = await collectorOf(context, flags, { config, shard, runId: given ?? null })
  const runId =
    collector?.runId ?? given ?? (shard === undefined ? freshRunId() : sharedRunId(config, startAtMs))
  const options: LoadOptions = {
    credentials,
    runId,
    ...(shard === undefined ? {} : { shard }),
    ...(startAtMs === undefined ? {} : { startAtMs }),
    ...brokerWatched(flags),
    besides: besides(flags, context, shard),
    ...(preset === null ? {} : { notes: [`preset ${preset.toLowerCase()}`] }),
    toolVersion: context.version,
    signal: context.interrupt,
  }
  const result = await runShown(context, flags, config, options, collector)
  await writeReport(context, result, outputs(flags))
  if (collector !== undefined && !(await handIn(collector, result)))
    context.stderr.write('warning: --report-to: the collector did not take the report\n')
  const silent = flags['json'] === '-' || flags['csv'] === '-'
  return exitCode(context, result, silent)
}

async function handIn(collector: CollectorLink, result: LoadReport): Promise<boolean> {
  try {
    return await collector.report(result)
  } finally {
    collector.close()
  }
}

/** Runs with progress on standard error, at `/metrics` and to a collector, where these were asked for. */
async function runShown(
  context: CliContext,
  flags: LoadFlags,
  config: LoadConfig,
  options: LoadOptions,
  collector: CollectorLink | undefined,
): Promise<LoadReport> {
  const progress = showLoadProgress(context.stderr)
  const { runId, shard } = options
  const metrics = await loadMetrics(flags, {
    run: runId,
    ...(shard === undefined ? {} : { shard: String(shard.index) }),
  })
  const join = collector === undefined ? {} : joined(collector, config, options)
  let shared: SharedMetrics | undefined
  try {
    shared = metrics === null ? undefined : await shareMetrics(context, metricsFlags(flags), metrics)
    const result = await runLoad(config, {
      ...options,
      ...join,
      onStep: (p, latencies) => {
        metrics?.step(latencies)
        join.onStep?.(p, latencies)
      },
      onProgress: (p) => {
        progress.show(p)
        metrics?.update(p)
        collector?.progress(p)
      },
    })
    if (collector?.refused === null || collector === undefined) return collector?.withClock(result) ?? result
    throw new LoadError(`--report-to: the collector turned this shard away: ${collector.refused}`, 'run')
  } catch (thrown) {
    collector?.failed(thrown instanceof Error ? thrown.message : String(thrown))
    collector?.close()
    if (thrown instanceof LoadError) throw new UsageError(thrown.message)
    throw thrown
  } finally {
    progress.end()
    await shared?.close()
  }
}

/** What makes a shard part of the run that the collector holds together. */
function joined(collector: CollectorLink, config: LoadConfig, { signal }: LoadOptions): Partial<LoadOptions> {
  const stepMs = seriesStepMs(runPlan(config).durationMs)
  return {
    clockOffsetMs: collector.clockOffsetMs,
    rendezvous: () => collector.rendezvous(),
    onStep: (p, latencies) => collector.step(p, stepMs, latencies),
    signal: AbortSignal.any(signal === undefined ? [collector.signal] : [signal, collector.signal]),
  }
}

/** Whose CPU and memory go into the report. @throws UsageError */
function brokerWatched(flags: LoadFlags): Pick<LoadOptions, 'brokerPid' | 'brokerMetrics'> {
  const [pid, url] = [textFlag(flags, 'brokerPid'), textFlag(flags, 'brokerMetrics')]
  if (pid !== undefined && url !== undefined)
    throw new UsageError('--broker-metrics: expected it or --broker-pid, not both')
  if (url === undefined) return pid === undefined ? {} : { brokerPid: pidOf(pid) }
  const read = URL.canParse(url) ? new URL(url) : null
  if (read !== null && /^https?:$/.test(read.protocol) && read.username + read.password + read.search === '')
    return { brokerMetrics: url }
  throw new UsageError(
    `--broker-metrics: found ${maskedUrls(url)}; expected an address such as http://127.0.0.1:9090/metrics, without a password or a query`,
  )
}

/** What the run is told besides its settings, as it would be typed again; where it is reported to is not among it. */
function besides(flags: LoadFlags, { env }: CliContext, shard: Part | undefined): string[] {
  const startAt = textFlag(flags, 'startAt') ?? env['FLEETLAB_START_AT']
  const words = {
    shard: shard === undefined ? undefined : `${shard.index}/${shard.count}`,
    // a point in time has passed when the run is repeated
    startAt: startAt?.startsWith('+') === true ? startAt : undefined,
    runId: textFlag(flags, 'runId') ?? env['FLEETLAB_RUN_ID'],
    brokerPid: textFlag(flags, 'brokerPid'),
    brokerMetrics: textFlag(flags, 'brokerMetrics'),
  }
  return Object.entries(words).flatMap(([flag, word]) =>
    word === undefined || word === '' ? [] : [flagWord(flag), word],
  )
}

function pidOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`--broker-pid: found ${text}; expected the number of a process`)
}

const givenRunId = (flags: LoadFlags, context: CliContext): string | undefined =>
  checkRunId(textFlag(flags, 'runId') ?? context.env['FLEETLAB_RUN_ID'])
