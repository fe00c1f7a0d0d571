import type { Command } from 'commander'
import type { LoadConfig } from '../contract/load-config'
import type { LoadFlags } from '../contract/load-flags'
import { printable } from '../contract/printable'
import type { LoadReport } from '../contract/load-report'
import { saturationSentence } from '../engine/load/report/saturation'
import { LoadError } from '../engine/load/run/failures'
import { freshRunId, sharedRunId } from '../engine/load/run/run-id'
import { runLoad } from '../engine/load/run/run-load'
import { MOST_REPEATS } from '../engine/load/report/matrix'
import { wholeNumber } from './arguments'
import { EXIT, type CliContext, type Subcommand } from './command'
import { UsageError } from './failure'
import { addFindLimit } from './load-find-limit'
import { shardOf, startTime } from './load-flags'
import { loadMatrix } from './load-matrix'
import { serveMetrics, type MetricsServer } from './load-metrics'
import { writeReport, type ReportFiles } from './load-output'
import { addLoadSettings, loadSettings, textFlag } from './load-settings'
import { checkOutputs } from './write-output'
import { showLoadProgress } from './print/load-progress'

/** What one run is told besides, in the order of the help text. */
const RUN_OPTIONS: readonly (readonly [string, string])[] = [
  ['--shard <i/n>', 'run part i of n, from 0 (default from JOB_COMPLETION_INDEX and FLEETLAB_SHARD_COUNT)'],
  ['--start-at <time>', 'start publishing at this time: 2030-01-31T12:00:00Z, Unix seconds, +30s'],
  ['--run-id <name>', 'name of the run, the same for all its shards'],
  ['--broker-pid <number>', 'process of the broker on this computer: its CPU and memory go into the report'],
  ['--metrics-port <number>', 'serve Prometheus /metrics while running'],
  ['--metrics-address <address>', 'address of this computer to serve it at (default 127.0.0.1)'],
  ['--json <file>', 'write the report as JSON, - for standard output'],
  ['--html <file>', 'write the report as one HTML file'],
  ['--csv <file>', 'write the time series as CSV, - for standard output'],
  ['--junit <file>', 'write the thresholds as a JUnit file'],
  ['--markdown <file>', 'write a summary as Markdown, for a CI job or a pull request'],
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
}

/** Runs, writes the report, and returns the exit code. */
async function load(context: CliContext, flags: LoadFlags): Promise<number> {
  if (flags['json'] === '-' && flags['csv'] === '-') {
    throw new UsageError('--csv: found - with --json -; expected only one of the two on standard output')
  }
  const { config, credentials } = await loadSettings(context, flags)
  await checkOutputs(Object.values(outputs(flags)))
  const shard = shardOf(textFlag(flags, 'shard'), context.env)
  const startAtMs = startTime(textFlag(flags, 'startAt') ?? context.env['FLEETLAB_START_AT'], Date.now())
  const runId = runIdOf(flags, context, config, shard !== undefined, startAtMs)
  const brokerPid = pidOf(textFlag(flags, 'brokerPid'))
  const preset = textFlag(flags, 'preset')
  const progress = showLoadProgress(context.stderr)
  const metrics = await metricsOf(context, flags, runId)
  let result: LoadReport
  try {
    result = await runLoad(config, {
      credentials,
      runId,
      ...(shard === undefined ? {} : { shard }),
      ...(startAtMs === undefined ? {} : { startAtMs }),
      ...(brokerPid === undefined ? {} : { brokerPid }),
      ...(preset === undefined ? {} : { notes: [`preset ${preset.toLowerCase()}`] }),
      toolVersion: context.version,
      signal: context.interrupt,
      onProgress: (p) => {
        progress.show(p)
        metrics?.update(p)
      },
    })
  } catch (thrown) {
    progress.end()
    if (thrown instanceof LoadError) throw new UsageError(thrown.message)
    throw thrown
  } finally {
    metrics?.close()
  }
  progress.end()
  await writeReport(context, result, outputs(flags))
  const silent = flags['json'] === '-' || flags['csv'] === '-'
  return exitCode(context, result, silent)
}

const outputs = (flags: LoadFlags): ReportFiles =>
  Object.fromEntries(
    ['json', 'html', 'csv', 'junit', 'markdown'].flatMap((k) =>
      textFlag(flags, k) ? [[k, textFlag(flags, k)]] : [],
    ),
  )

/** Says what is wrong on standard error and gives the exit code. `silent`: the text for people was not printed. */
function exitCode(context: CliContext, r: LoadReport, silent: boolean): number {
  const saturated = saturationSentence(r.generator)
  if (silent && saturated !== null) context.stderr.write(`warning: ${saturated}\n`)
  if (context.interrupt.aborted) return EXIT.interrupted
  if (r.aborted !== null) {
    context.stderr.write(`fleetlab: ${printable(r.aborted)}
`)
    return EXIT.thresholds
  }
  if (r.verdict.inconclusive) return EXIT.inconclusive
  return r.verdict.passed ? EXIT.done : EXIT.thresholds
}

function pidOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`--broker-pid: found ${text}; expected the number of a process`)
}

const RUN_ID = /^[A-Za-z0-9-]{1,32}$/

function runIdOf(
  flags: LoadFlags,
  context: CliContext,
  config: LoadConfig,
  sharded: boolean,
  startAtMs: number | undefined,
): string {
  const given = textFlag(flags, 'runId') ?? context.env['FLEETLAB_RUN_ID']
  if (given !== undefined) {
    if (RUN_ID.test(given)) return given
    throw new UsageError(`--run-id: found ${given}; expected 1 to 32 letters, digits or dashes`)
  }
  return sharded ? sharedRunId(config, startAtMs) : freshRunId()
}

async function metricsOf(
  context: CliContext,
  flags: LoadFlags,
  runId: string,
): Promise<MetricsServer | undefined> {
  const port = textFlag(flags, 'metricsPort')
  const address = textFlag(flags, 'metricsAddress')
  if (port === undefined) {
    if (address === undefined) return undefined
    throw new UsageError('--metrics-address: only with --metrics-port')
  }
  const number = /^\d{1,5}$/.test(port) ? Number(port) : NaN
  if (!(number <= 65_535)) throw new UsageError(`--metrics-port: found ${port}; expected 0 to 65535`)
  const server = await serveMetrics(number, address ?? '127.0.0.1', runId, (e) => {
    context.stderr.write(`warning: --metrics-port: ${e instanceof Error ? e.message : String(e)}\n`)
  })
  context.stderr.write(`metrics ${server.url}\n`)
  return server
}
