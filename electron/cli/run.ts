import { dirname, resolve } from 'node:path'
import { endsWithRecordings } from '../contract/replay'
import type { RunReport } from '../contract/report'
import type { Scenario } from '../contract/scenario'
import type { RunLimits } from '../engine/types'
import { ALLOW_HOST, RepeatedOption, duration, nameList, speed, wholeNumber } from './arguments'
import { EXIT, type CliContext, type Subcommand } from './command'
import { unlessAborted } from './interrupt'
import { engineFor } from './log'
import { engineMetrics } from './engine-metrics'
import { addMetricsOptions, shareMetrics, type MetricsFlags, type SharedMetrics } from './metrics-output'
import { runTable } from './print/run-table'
import { showProgress } from './print/progress'
import { readScenario } from './scenario-input'
import { checkOutputs, writeOutput } from './write-output'

interface RunFlags extends MetricsFlags {
  duration?: number
  messages?: number
  seed?: number
  speed?: number
  json?: string
  pcap?: string
  allowHost?: string[]
}

/** `fleetlab run`: one scenario to its end, and what became of its messages. */
export const runCommand: Subcommand = (program, context, report) => {
  const command = program
    .command('run')
    .description('run a scenario to its end and print what happened to its messages')
    .argument('<scenario>', 'scenario file, YAML or JSON')
    .option('--duration <time>', 'stop after this much run time, e.g. 10s', duration)
    .option(
      '--messages <number>',
      'stop after this many messages from each publishing device',
      wholeNumber(1, 100_000_000),
    )
    .option('--seed <number>', 'seed of all randomness', wholeNumber(0, 4_294_967_295))
    .option('--speed <factor>', 'run seconds per real second, or max', speed)
    .option('--json <file>', 'write the result as JSON, - for standard output')
    .option('--pcap <file>', 'write the packets as pcapng for Wireshark')
  addMetricsOptions(command)
    .addOption(new RepeatedOption(...ALLOW_HOST, nameList))
    .action(async (file: string, flags: RunFlags) => {
      const scenario = await readScenario(file)
      await checkOutputs([flags.json, flags.pcap])
      const result = await runScenario(context, scenario, file, flags)
      if (result) await printReport(context, result, flags.json)
      if (!result?.complete) report(EXIT.interrupted)
    })
}

const hasEnd = (scenario: Scenario, flags: RunFlags): boolean =>
  [scenario.duration, scenario.messages, flags.duration, flags.messages].some(
    (limit) => limit !== undefined,
  ) ||
  (scenario.phases
    ? !scenario.phases.some((p) => 'times' in p && p.times === 'unlimited')
    : endsWithRecordings(scenario.groups))

/** Null when it was interrupted before it began. */
async function runScenario(
  context: CliContext,
  scenario: Scenario,
  file: string,
  flags: RunFlags,
): Promise<RunReport | null> {
  const engine = await engineFor(context, 'warn')
  let metrics: SharedMetrics | undefined
  try {
    const limits: RunLimits = {
      ...(flags.duration === undefined ? {} : { durationMs: flags.duration }),
      ...(flags.messages === undefined ? {} : { messages: flags.messages }),
      ...(flags.speed === undefined ? {} : { speed: flags.speed }),
    }
    for (const host of flags.allowHost ?? []) engine.allowHost(host)
    const opened = engine.open(
      { ...scenario, seed: flags.seed ?? scenario.seed },
      file,
      limits,
      dirname(resolve(file)),
    )
    if (!(await unlessAborted(opened, context.interrupt))) return null
    if (!hasEnd(scenario, flags)) {
      context.stderr.write(
        'no duration, number of messages, last phase or end of a recording given: running until Ctrl-C\n',
      )
    }
    metrics = await shareMetrics(context, flags, engineMetrics(engine))
    const progress = showProgress(context.stderr, () => engine.status())
    const result = await engine.finished(context.interrupt)
    progress.end()
    if (flags.pcap !== undefined) await writeOutput(flags.pcap, engine.pcapng(''))
    return result
  } finally {
    await metrics?.close()
    await engine.close()
  }
}

async function printReport(context: CliContext, report: RunReport, json: string | undefined): Promise<void> {
  const text = `${JSON.stringify(report, null, 2)}\n`
  if (json === '-') context.stdout.write(text)
  else context.stdout.write(runTable(report))
  if (json !== undefined && json !== '-') await writeOutput(json, text)
}
