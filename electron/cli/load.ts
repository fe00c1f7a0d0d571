import type { Command } from 'commander'
import { brokerHost } from '../contract/loopback'
import type { LoadConfig } from '../contract/load-config'
import type { LoadFlags } from '../contract/load-flags'
import { printable } from '../contract/printable'
import type { LoadReport } from '../contract/load-report'
import { AllowedHosts } from '../engine/base/allowed-hosts'
import { saturationSentence } from '../engine/load/report/saturation'
import { LoadError } from '../engine/load/run/failures'
import { freshRunId, sharedRunId } from '../engine/load/run/run-id'
import { runLoad } from '../engine/load/run/run-load'
import { ALLOW_HOST, nameList } from './arguments'
import { EXIT, type CliContext, type Subcommand } from './command'
import { CREDENTIAL_OPTIONS, readCredentials } from './credentials'
import { UsageError } from './failure'
import { loadConfig, shardOf, startTime } from './load-flags'
import { serveMetrics, type MetricsServer } from './load-metrics'
import { writeReport, type ReportFiles } from './load-output'
import { checkOutputs } from './write-output'
import { showLoadProgress } from './print/load-progress'

/** Options in the order of the help text. */
const OPTIONS: readonly (readonly [string, string])[] = [
  ['--url <url>', 'broker: mqtt, mqtts, ws or wss, or the word embedded (default mqtt://127.0.0.1:1883)'],
  ['--config <file>', 'YAML or JSON file with the same names; flags override it'],
  ALLOW_HOST,
  ['--publishers <number>', 'publishing clients (default 100)'],
  ['--subscribers <number>', 'subscribing clients (default 1)'],
  ['--topology <name>', 'auto, pairs, fan-in, fan-out or shared-subscription'],
  ['--rate <rate>', 'messages per second from each publisher, such as 10, 6/min, 1/h, or max'],
  ['--executor <name>', 'constant-rate, max, ramping, connection-storm, reconnect-storm or soak'],
  ['--stages <list>', 'ramping: 10s:5,30s:50 goes to 5 per second over 10 s, then to 50 over 30 s'],
  ['--start-rate <rate>', 'ramping: initial rate (default 0)'],
  ['--connect-rate <rate>', 'connection-storm: connections per second, or max'],
  ['--reconnect-every <time>', 'reconnect-storm: time between cuts (default 10s)'],
  ['--reconnect-share <share>', 'reconnect-storm: share of connections cut, 0 to 1 (default 1)'],
  ['--qos <level>', 'QoS of the publishers, 0, 1 or 2 (default 0)'],
  ['--subscribe-qos <level>', 'QoS of the subscribers (default: that of the publishers)'],
  ['--size <bytes>', 'payload size in bytes (default 64)'],
  ['--duration <time>', 'how long to publish (default 30s, no limit with --messages)'],
  ['--messages <number>', 'total messages of all publishers'],
  ['--ramp <time>', 'spread the connections over this time'],
  ['--warmup <time>', 'time at the start left out of latencies and rates'],
  ['--drain <time>', 'longest wait at the end for messages in transit (default 10s)'],
  ['--window <number>', 'unacknowledged messages per publisher (default 20)'],
  ['--receive-maximum <number>', 'MQTT 5: Receive Maximum of the subscribers'],
  ['--workers <number>', 'threads, or auto'],
  ['--protocol <version>', '3.1.1 or 5.0 (default 3.1.1)'],
  ...CREDENTIAL_OPTIONS,
  ['--keep-alive <time>', 'keep-alive (default 60s, 0s turns it off)'],
  ['--connect-timeout <time>', 'time for all clients to connect (default 30s)'],
  ['--resume', 'keep the session across a lost connection and resend'],
  ['--topic <prefix>', 'first levels of every topic name (default fleetlab)'],
  ['--local-address <list>', 'addresses of this computer to connect from, separated by commas'],
  ['--seed <number>', 'seed for payloads, retries and storms (default 1)'],
  ['--shard <i/n>', 'run part i of n, from 0 (default from JOB_COMPLETION_INDEX and FLEETLAB_SHARD_COUNT)'],
  ['--start-at <time>', 'start publishing at this time: 2030-01-31T12:00:00Z, Unix seconds, +30s'],
  ['--run-id <name>', 'name of the run, the same for all its shards'],
  ['--max-p99 <time>', 'threshold: 99th percentile of the latencies'],
  ['--max-connect-p99 <time>', 'threshold: 99th percentile of the connection times'],
  ['--max-lost <number>', 'threshold: messages lost'],
  ['--max-duplicated <number>', 'threshold: duplicated messages'],
  ['--max-out-of-order <number>', 'threshold: messages received out of order'],
  ['--max-failed <number>', 'threshold: messages refused, lost with their connection or never acknowledged'],
  ['--max-errors <number>', 'threshold: errors of all kinds'],
  ['--min-rate <rate>', 'threshold: acknowledged messages per second in total'],
  ['--metrics-port <number>', 'serve Prometheus /metrics on 127.0.0.1 while running'],
  ['--json <file>', 'write the report as JSON, - for standard output'],
  ['--html <file>', 'write the report as one HTML file'],
  ['--csv <file>', 'write the time series as CSV, - for standard output'],
  ['--junit <file>', 'write the thresholds as a JUnit file'],
  ['--markdown <file>', 'write a summary as Markdown, for a CI job or a pull request'],
]

/** `fleetlab load`: load-tests a broker and prints the results. */
export const loadCommand: Subcommand = (program, context, report) => {
  const command: Command = program
    .command('load')
    .description('load-test a broker: latency percentiles, lost and duplicated messages, a verdict')
  for (const [flags, text] of OPTIONS) command.option(flags, text)
  command.option(
    '--threshold <expressions>',
    'thresholds such as p99<50ms, ack.mean<2ms, lost==0, rate>=9500; can be repeated',
    (text: string, before?: string) => (before === undefined ? text : `${before},${text}`),
  )
  command.action(async (flags: LoadFlags) => {
    report(await load(context, flags))
  })
}

const text = (flags: LoadFlags, name: string): string | undefined => {
  const value = flags[name]
  return typeof value === 'string' ? value : undefined
}

/** Runs, writes the report, and returns the exit code. */
async function load(context: CliContext, flags: LoadFlags): Promise<number> {
  if (flags['json'] === '-' && flags['csv'] === '-') {
    throw new UsageError('--csv: found - with --json -; expected only one of the two on standard output')
  }
  const config = await loadConfig(flags)
  await checkOutputs(Object.values(outputs(flags)))
  confirmTarget(flags, config)
  const shard = shardOf(text(flags, 'shard'), context.env)
  const startAtMs = startTime(text(flags, 'startAt') ?? context.env['FLEETLAB_START_AT'], Date.now())
  const runId = runIdOf(flags, context, config, shard !== undefined, startAtMs)
  const credentials = await readCredentials(config, context, text(flags, 'password'))
  const progress = showLoadProgress(context.stderr)
  const metrics = await metricsOf(context, text(flags, 'metricsPort'), runId)
  let result: LoadReport
  try {
    result = await runLoad(config, {
      credentials,
      runId,
      ...(shard === undefined ? {} : { shard }),
      ...(startAtMs === undefined ? {} : { startAtMs }),
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
      text(flags, k) ? [[k, text(flags, k)]] : [],
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

/** A URL that was typed is the user's word; one that came with a file needs it. */
function confirmTarget(flags: LoadFlags, config: LoadConfig): void {
  const hosts = new AllowedHosts()
  const typed = brokerHost(text(flags, 'url') ?? '')
  for (const host of [...nameList(text(flags, 'allowHost') ?? ''), typed ?? '']) hosts.allow(host)
  hosts.check(config)
}

const RUN_ID = /^[A-Za-z0-9-]{1,32}$/

function runIdOf(
  flags: LoadFlags,
  context: CliContext,
  config: LoadConfig,
  sharded: boolean,
  startAtMs: number | undefined,
): string {
  const given = text(flags, 'runId') ?? context.env['FLEETLAB_RUN_ID']
  if (given !== undefined) {
    if (RUN_ID.test(given)) return given
    throw new UsageError(`--run-id: found ${given}; expected 1 to 32 letters, digits or dashes`)
  }
  return sharded ? sharedRunId(config, startAtMs) : freshRunId()
}

async function metricsOf(
  context: CliContext,
  port: string | undefined,
  runId: string,
): Promise<MetricsServer | undefined> {
  if (port === undefined) return undefined
  const number = /^\d{1,5}$/.test(port) ? Number(port) : NaN
  if (!(number <= 65_535)) throw new UsageError(`--metrics-port: found ${port}; expected 0 to 65535`)
  const server = await serveMetrics(number, runId, (e) => {
    context.stderr.write(`warning: --metrics-port: ${e instanceof Error ? e.message : String(e)}\n`)
  })
  context.stderr.write(`metrics ${server.url}\n`)
  return server
}
