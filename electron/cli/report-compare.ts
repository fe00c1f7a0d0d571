import type { Command } from 'commander'
import {
  compareReports,
  differences,
  judge,
  NOISE,
  parseFailRule,
  USUAL_RULES,
  type Compared,
  type FailRule,
  type RuleState,
} from '../engine/load/report/compare'
import { percent } from '../contract/counted'
import type { LoadReport } from '../contract/load-report'
import { printableLines } from '../contract/printable'
import { limitedByGenerator } from '../engine/load/report/saturation'
import { nameList, RepeatedOption } from './arguments'
import { EXIT, type CliContext } from './command'
import { UsageError } from './failure'
import { junitXml } from './print/junit'
import { textTable } from './print/table'
import { checkOutputs, writeOutput } from './write-output'

interface CompareFlags {
  failIf?: string[]
  json?: string
  junit?: string
}

interface Comparison {
  metrics: Compared[]
  rules: { rule: string; state: RuleState }[]
  /** The generator was the limit of either run: nothing has passed. */
  inconclusive: boolean
  /** Fields of the configuration that are not the same. */
  differences: string[]
}

/** `fleetlab report compare`: whether one run is worse than another, beyond noise. */
export function addCompare(
  parent: Command,
  context: CliContext,
  readReportFile: (path: string) => Promise<LoadReport>,
  report: (code: number) => void,
): void {
  parent
    .command('compare')
    .description('compare two runs: exit code 1 where the second is worse, and not by noise')
    .argument('<before>', 'JSON file of the first run')
    .argument('<after>', 'JSON file of the second run')
    .addOption(
      new RepeatedOption(
        '--fail-if <change>',
        `what fails, such as p99>+10%, rate<-5%, p50>+2ms, lost>+0; can be repeated (default ${USUAL_RULES.join(' ')})`,
        nameList,
      ),
    )
    .option('--json <file>', 'write the comparison as JSON, - for standard output')
    .option('--junit <file>', 'write the rules as a JUnit file')
    .action(async (before: string, after: string, flags: CompareFlags) => {
      const rules = (flags.failIf ?? USUAL_RULES).map(ruleOf)
      await checkOutputs([flags.json, flags.junit])
      const [a, b] = await Promise.all([readReportFile(before), readReportFile(after)])
      const metrics = compareReports(a, b)
      const judged = rules.map((rule) => ({ rule: rule.text, state: judge(rule, metrics) }))
      const limited = [a, b].some(limitedByGenerator)
      const found = { metrics, rules: judged, inconclusive: limited, differences: differences(a, b) }
      await write(context, found, flags)
      if (
        judged.some((r) => r.state === 'failed' || (r.state === 'not measured' && flags.failIf !== undefined))
      )
        report(EXIT.thresholds)
      if (limited) report(EXIT.inconclusive)
    })
}

function ruleOf(text: string): FailRule {
  const rule = parseFailRule(text)
  if (typeof rule === 'string') throw new UsageError(`--fail-if: found ${text}; ${rule}`)
  return rule
}

async function write(context: CliContext, found: Comparison, flags: CompareFlags): Promise<void> {
  const json = `${JSON.stringify(found, null, 2)}\n`
  context.stdout.write(flags.json === '-' ? json : printableLines(comparisonText(found)))
  if (flags.json !== undefined && flags.json !== '-') await writeOutput(flags.json, json)
  if (flags.junit === undefined) return
  const rules = found.rules.map(({ rule, state }) => ({
    group: 'fail-if',
    name: rule,
    ...(state === 'failed' ? { failure: 'beyond the limit, and not by noise' } : {}),
    ...(state === 'not measured' ? { skipped: state } : {}),
  }))
  const run = {
    group: 'run',
    name: 'not limited by the generator',
    ...(found.inconclusive ? { failure: INCONCLUSIVE } : {}),
  }
  await writeOutput(flags.junit, junitXml('fleetlab report compare', [run, ...rules]))
}

const value = (v: number | null, unit: Compared['unit']): string =>
  v === null ? '-' : unit === 'ms' ? v.toFixed(3) : v.toFixed(unit === 'rate' ? 1 : 0)

function testWord(r: Compared): string {
  if (r.unit === 'count') return ''
  if (r.p === null) return 'too short to test'
  return r.p < NOISE ? 'differs' : 'no difference beyond noise'
}

const INCONCLUSIVE = 'inconclusive: in at least one run the generator, not the broker, was the limit'

function stateWord(state: RuleState, inconclusive: boolean): string {
  if (state === 'noise') return 'beyond it, but within noise'
  return state === 'passed' && inconclusive ? 'not beyond it' : state
}

function comparisonText({ metrics, rules, inconclusive, differences: other }: Comparison): string {
  const rows = metrics.map((r) => [
    `${r.metric}${r.unit === 'ms' ? ', ms' : r.unit === 'rate' ? ', per second' : ''}`,
    value(r.a, r.unit),
    value(r.b, r.unit),
    r.percent === null
      ? value(r.change, r.unit)
      : `${r.percent >= 0 ? '+' : ''}${percent(r.percent / 100, 1)}`,
    r.p === null ? '' : r.p < 0.0001 ? '< 0.0001' : r.p.toFixed(4),
    testWord(r),
  ])
  return [
    other.length === 0 ? '' : `the runs differ in ${other.join(', ')}\n\n`,
    textTable(['', 'before', 'after', 'change', 'p', ''], rows),
    '\n',
    ...rules.map((r) => `${r.rule}: ${stateWord(r.state, inconclusive)}\n`),
    inconclusive ? `verdict: ${INCONCLUSIVE}\n` : '',
  ].join('')
}
