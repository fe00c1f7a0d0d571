import type { Command } from 'commander'
import { counted } from '../contract/counted'
import type { LoadConfig } from '../contract/load-config'
import type { LoadFlags } from '../contract/load-flags'
import { withoutSecrets } from '../contract/load-headers'
import type { LoadReport } from '../contract/load-report'
import { printableLines } from '../contract/printable'
import { limitedByGenerator } from '../engine/load/report/saturation'
import { findLimit, type LimitResult, type TrialState } from '../engine/load/run/find-limit'
import { totalRate, withTotalRate } from '../engine/load/run/total-rate'
import { positiveNumber, wholeNumber } from './arguments'
import { EXIT, type CliContext } from './command'
import { UsageError } from './failure'
import { inSeries } from './load-once'
import { addLoadSettings, loadSettings, textFlag } from './load-settings'
import { addMetricsOptions } from './metrics-output'
import { textTable } from './print/table'
import { checkOutputs, writeOutput } from './write-output'

/** Thresholds where none are given. */
const USUAL = ['p99<100ms', 'lost==0', 'failed==0']
const USUAL_WITHOUT_SUBSCRIBERS = ['p99<100ms', 'failed==0']
/** Length of one run where none is given, ms. */
const USUAL_MS = 5000

type LimitFlags = LoadFlags & { precision?: number; repeats?: number }

/** `fleetlab load find-limit`: the rate at which a threshold breaks. */
export function addFindLimit(parent: Command, context: CliContext, report: (code: number) => void): void {
  const command = parent
    .command('find-limit')
    .description(
      'raise the rate until a threshold breaks, and bracket it; --rate is where the search begins, --duration the length of one run (default 5s)',
    )
  addLoadSettings(command)
  addMetricsOptions(command)
  command
    .option(
      '--precision <share>',
      'width of a bracket as a share of its lower end (default 0.1)',
      positiveNumber,
    )
    .option('--repeats <number>', 'brackets to look for (default 3)', wholeNumber(1, 20))
    .option('--json <file>', 'write the result as JSON, - for standard output')
    .action(async ({ precision = 0.1, repeats = 3, ...flags }: LimitFlags) => {
      const { config: asked, credentials } = await loadSettings(context, flags)
      const json = textFlag(flags, 'json')
      await checkOutputs([json])
      const config = withUsual(asked, flags)
      const result = await inSeries(context, flags, (run) =>
        findLimit(
          trialOf(context, config, (c) => run(c, credentials)),
          { from: totalRate(config) ?? config.publishers, precision, repeats },
          () => context.interrupt.aborted,
        ),
      )
      await write(context, config, result, json)
      report(exitCode(context, result))
    })
}

function exitCode(context: CliContext, result: LimitResult): number {
  if (context.interrupt.aborted) return EXIT.interrupted
  if (result.interval !== null) return EXIT.done
  return isInconclusive(result) ? EXIT.inconclusive : EXIT.thresholds
}

const isInconclusive = ({ brackets, trials }: LimitResult): boolean =>
  brackets.length > 0 || trials.some((t) => t.state === 'inconclusive')

/** @throws UsageError where there is no rate to raise */
function withUsual(config: LoadConfig, flags: LoadFlags): LoadConfig {
  if (config.populations !== undefined && totalRate(config) === null)
    throw new UsageError(
      '--config: found a population without a constant rate; find-limit raises the rates of all populations alike',
    )
  if (config.populations === undefined && config.executor.kind !== 'constant-rate') {
    const flag = textFlag(flags, 'executor') === undefined ? 'rate' : 'executor'
    throw new UsageError(
      `--${flag}: found ${config.executor.kind}; find-limit raises a constant rate: give --rate, a number, to begin with`,
    )
  }
  if (config.publishers === 0) throw new UsageError('--publishers: found 0; find-limit needs at least 1')
  const asked = [config, ...(config.populations ?? [])].some(
    (c) => Object.keys(c.thresholds ?? {}).length > 0,
  )
  const expressions = config.subscribers > 0 ? USUAL : USUAL_WITHOUT_SUBSCRIBERS
  return {
    ...config,
    ...(config.duration === undefined && config.messages === undefined ? { duration: USUAL_MS } : {}),
    thresholds: asked ? config.thresholds : { expressions },
  }
}

/** Runs once at a rate, and says on standard error how it came out. */
function trialOf(
  context: CliContext,
  config: LoadConfig,
  run: (c: LoadConfig) => Promise<LoadReport>,
): (total: number) => Promise<TrialState> {
  return async (total) => {
    const r = await run(withTotalRate(config, total))
    const state = limitedByGenerator(r) ? 'inconclusive' : r.verdict.passed ? 'held' : 'broke'
    if (!context.interrupt.aborted)
      context.stderr.write(printableLines(`${whole(total)} per second: ${outcome(r, state)}\n`))
    return state
  }
}

function outcome(r: LoadReport, state: TrialState): string {
  switch (state) {
    case 'held':
      return 'the thresholds held'
    case 'broke':
      return r.aborted ?? `broke ${r.verdict.checks.flatMap((c) => (c.passed ? [] : [c.name])).join(', ')}`
    case 'inconclusive':
      return `inconclusive: ${r.generator.reasons.join('; ')}`
  }
}

async function write(
  context: CliContext,
  config: LoadConfig,
  result: LimitResult,
  path: string | undefined,
): Promise<void> {
  const json = `${JSON.stringify({ config: withoutSecrets(config), ...result }, null, 2)}\n`
  context.stdout.write(path === '-' ? json : printableLines(limitText(result)))
  if (path !== undefined && path !== '-') await writeOutput(path, json)
}

const whole = (rate: number): string => rate.toFixed(rate < 10 ? 2 : 0)

/** The brackets, and one sentence. */
function limitText(result: LimitResult): string {
  const rows = result.brackets.map((b, i) => [
    `bracket ${i + 1}`,
    whole(b.held),
    b.broke === null ? '-' : whole(b.broke),
    b.broke === null
      ? 'the generator was the limit'
      : b.wide
        ? 'wide: runs between the ends were inconclusive'
        : '',
  ])
  const table = rows.length > 0 ? `${textTable(['per second, in total', 'held', 'broke', ''], rows)}\n` : ''
  return `${table}${sentence(result)}\n`
}

function sentence(result: LimitResult): string {
  const { brackets, interval, trials } = result
  const held = trials.flatMap((t) => (t.state === 'held' ? [t.rate] : []))
  const runs = counted(trials.length, 'run')
  if (interval !== null) {
    const found = counted(brackets.length, 'bracket')
    return `The limit lies between ${whole(interval.held)} and ${whole(interval.broke)} messages per second in total (${found}, ${runs}).`
  }
  const upTo =
    held.length > 0
      ? `the thresholds held up to ${whole(Math.max(...held))} messages per second`
      : 'no rate held the thresholds'
  return isInconclusive(result)
    ? `Inconclusive: the generator, not the broker, was the limit before a threshold broke; ${upTo} (${runs}).`
    : `No limit was found in ${runs}: ${upTo}.`
}
