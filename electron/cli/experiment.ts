import { InvalidArgumentError, Option, type Command } from 'commander'
import { percent } from '../contract/counted'
import { experimentSchema, type ExperimentConfig, type ExperimentResult } from '../contract/experiment'
import { experimentCsv } from '../contract/experiment-text'
import { runExperiment } from '../engine/experiment/experiment'
import { duration, numberList, positiveNumber, wholeNumber } from './arguments'
import { EXIT, type CliContext, type Subcommand } from './command'
import { UsageError } from './failure'
import { experimentTable } from './print/experiment-table'
import { showLine } from './print/progress'
import { checkOutputs, writeOutput } from './write-output'

interface ExperimentFlags extends Partial<Omit<ExperimentConfig, 'qos'>> {
  qos?: number[]
  json?: string
  csv?: string
}

function retries(text: string): number | 'unlimited' {
  if (text === 'unlimited') return text
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (value <= 1_000_000) return value
  throw new InvalidArgumentError('expected a whole number from 0 to 1000000, or unlimited')
}

const choice = (flags: string, about: string, values: string[]): Option =>
  new Option(flags, about).choices(values)

function withOptions(command: Command): Command {
  return command
    .option('--qos <list>', 'QoS levels (default 0,1,2)', numberList)
    .option('--loss <list>', 'loss probabilities, 0 to 0.9 (default 0,0.05 ... 0.3)', numberList)
    .addOption(
      choice('--link <kind>', 'what is lost: packets or TCP segments (default radio)', ['radio', 'tcp']),
    )
    .addOption(
      choice('--recovery <mode>', 'what to do when no acknowledgement arrives (default retry)', [
        'retry',
        'reconnect',
        'none',
      ]),
    )
    .option('--retry-timeout <time>', 'time to wait for an acknowledgement (default 50ms)', duration)
    .option('--max-retries <number>', 'maximum retries, or unlimited (default unlimited)', retries)
    .option(
      '--messages <number>',
      'messages per publisher at each point (default 1000)',
      wholeNumber(1, 50_000),
    )
    .option('--publishers <number>', 'publishers (default 1)', wholeNumber(1, 100))
    .option('--subscribers <number>', 'subscribers to all topics (default 1)', wholeNumber(1, 100))
    .option(
      '--rate <number>',
      'messages per second from each publisher, simulated time (default 2)',
      positiveNumber,
    )
    .addOption(
      choice(
        '--direction <way>',
        'packets that can be lost: to the broker, from it, or both (default both)',
        ['both', 'up', 'down'],
      ),
    )
    .option('--delay <time>', 'one-way delay between client and broker (default 10ms)', duration)
    .addOption(
      choice(
        '--qos2 <method>',
        'when the broker passes a QoS 2 message on: at PUBLISH or at PUBREL (default on-publish)',
        ['on-publish', 'on-release'],
      ),
    )
    .option('--seed <number>', 'seed of all randomness (default 1)', wholeNumber(0, 4_294_967_295))
    .option('--json <file>', 'write the result as JSON, - for standard output')
    .option('--csv <file>', 'write the points as CSV, - for standard output')
}

/** `fleetlab experiment`: the QoS levels side by side under rising loss, measured against theory. */
export const experimentCommand: Subcommand = (program, context, report) => {
  withOptions(
    program
      .command('experiment')
      .description('compare QoS 0, 1 and 2 under increasing packet loss with theory'),
  ).action(async ({ json, csv, ...settings }: ExperimentFlags) => {
    if (json === '-' && csv === '-') {
      throw new UsageError(
        '--json - and --csv - cannot both go to standard output; write one of them to a file',
      )
    }
    await checkOutputs([json, csv])
    const result = await measure(context, configOf(settings))
    await print(context, result, { json, csv })
    if (!result.complete) report(EXIT.interrupted)
  })
}

/** @throws UsageError that names the flag */
function configOf(settings: object): ExperimentConfig {
  const parsed = experimentSchema.safeParse(settings)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const flag = String(issue?.path[0] ?? '').replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)
  throw new UsageError(`--${flag}: ${issue?.message ?? 'not valid'}; see fleetlab experiment --help`)
}

async function measure(context: CliContext, config: ExperimentConfig): Promise<ExperimentResult> {
  const run = runExperiment(config, { signal: context.interrupt })
  const total = config.qos.length * config.loss.length
  const progress = showLine(context.stderr, () => {
    const published = percent(Math.floor(run.fraction() * 100) / 100)
    return `${run.points().length} of ${total} points, ${published} of the messages published`
  })
  try {
    return await run.result
  } finally {
    progress.end()
  }
}

async function print(
  { stdout }: CliContext,
  result: ExperimentResult,
  { json, csv }: { json: string | undefined; csv: string | undefined },
): Promise<void> {
  const jsonText = `${JSON.stringify(result, null, 2)}\n`
  if (json === '-') stdout.write(jsonText)
  else if (csv === '-') stdout.write(experimentCsv(result.points))
  else stdout.write(experimentTable(result))
  if (json !== undefined && json !== '-') await writeOutput(json, jsonText)
  if (csv !== undefined && csv !== '-') await writeOutput(csv, experimentCsv(result.points))
}
