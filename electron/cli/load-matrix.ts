import type { LoadConfig } from '../contract/load-config'
import { flagKey, flagName, isLoadFlag, type LoadFlags } from '../contract/load-flags'
import { shownSetting } from '../contract/load-headers'
import type { LoadReport } from '../contract/load-report'
import { printableLines } from '../contract/printable'
import {
  matrixLegend,
  matrixMarkdown,
  matrixRow,
  matrixTable,
  type MatrixRow,
} from '../engine/load/report/matrix'
import type { Credentials } from '../engine/load/run/messages'
import { combinations, parseAxes, type Axis } from '../engine/load/run/matrix'
import { EXIT, type CliContext } from './command'
import { UsageError } from './failure'
import { inSeries, type RunOnce } from './load-once'
import { askedFor, refuseIdleFlags, textFlag, withCredentials } from './load-settings'
import { textTable } from './print/table'
import { checkOutputs, writeOutput } from './write-output'

/** Runs of each combination where `--repeats` does not say. */
const USUAL_REPEATS = 3

/** What belongs to a single run. */
const NOT_WITH_MATRIX = [
  'csv',
  'junit',
  'shard',
  'startAt',
  'runId',
  'brokerPid',
  'brokerMetrics',
  'reportTo',
  'tokenEnv',
]

interface Cell {
  /** As they are given, with secrets: not to be shown. */
  settings: Record<string, string>
  /** The same without secrets. */
  shown: Record<string, string>
  config: LoadConfig
  credentials: Credentials
  reports: LoadReport[]
}

/**
 * `fleetlab load --matrix`: one load test for each combination of settings, all of them once, then all again, so that what
 * changes on the computer meanwhile falls on all alike. Returns the exit code.
 * @throws UsageError before the first run where a combination is not possible
 */
export async function loadMatrix(
  context: CliContext,
  words: readonly string[],
  flags: LoadFlags,
  repeats = USUAL_REPEATS,
): Promise<number> {
  const wrong = NOT_WITH_MATRIX.find((name) => flags[name] !== undefined)
  if (wrong !== undefined)
    throw new UsageError(`--${flagName(wrong)}: not with --matrix, which has --json, --html and --markdown`)
  const axes = axesOf(words)
  const cells = await cellsOf(context, axes, flags)
  refuseIdle(axes, cells)
  await checkOutputs([textFlag(flags, 'json'), textFlag(flags, 'html'), textFlag(flags, 'markdown')])
  await inSeries(context, flags, (run) => runAll(context, cells, repeats, run))
  const rows = cells.flatMap((c) => (c.reports.length > 0 ? [matrixRow(c.shown, c.reports)] : []))
  await write(context, rows, flags)
  if (context.interrupt.aborted) return EXIT.interrupted
  if (rows.some((r) => r.inconclusive > 0)) return EXIT.inconclusive
  return rows.some((r) => r.failed > 0) ? EXIT.thresholds : EXIT.done
}

/** All combinations, each with its load test. A flag may do nothing in some of them, but not in all. @throws UsageError */
async function cellsOf(context: CliContext, axes: readonly Axis[], flags: LoadFlags): Promise<Cell[]> {
  const asked = await Promise.all(
    combinations(axes).map(async (settings) => {
      const own = Object.entries(settings).map(([name, value]) => [flagKey(name), value])
      const all: LoadFlags = { ...flags, ...(Object.fromEntries(own) as LoadFlags) }
      return { settings, all, ...(await askedFor(all)) }
    }),
  )
  const [first, ...rest] = asked
  refuseIdleFlags(
    first?.idle.filter(({ flag }) => rest.every((c) => c.idle.some((i) => i.flag === flag))) ?? [],
  )
  return Promise.all(
    asked.map(async ({ settings, all, ...found }) => ({
      settings,
      shown: Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [name, shownSetting(flagKey(name), value)]),
      ),
      ...(await withCredentials(context, all, found)),
      reports: [],
    })),
  )
}

/** @throws UsageError */
function axesOf(words: readonly string[]): Axis[] {
  const axes = parseAxes(words)
  if (typeof axes === 'string') throw new UsageError(`--matrix: ${axes}`)
  const unknown = axes.find((a) => !isLoadFlag(flagKey(a.name)))
  if (unknown === undefined) return axes
  throw new UsageError(
    `--matrix: found ${unknown.name}; expected a setting of fleetlab load, such as qos or size`,
  )
}

/** An axis whose values make no difference, since each population says it for itself. @throws UsageError */
function refuseIdle(axes: readonly Axis[], cells: readonly Cell[]): void {
  const [first] = cells
  for (const { name, values } of axes) {
    const others = cells.filter((c) =>
      axes.every((a) => a.name === name || c.settings[a.name] === a.values[0]),
    )
    const same = others.every((c) => JSON.stringify(c.config) === JSON.stringify(first?.config))
    if (values.length > 1 && same)
      throw new UsageError(
        `--matrix: found ${name}, whose values make no difference; expected a setting that the populations do not have for themselves`,
      )
  }
}

async function runAll(
  context: CliContext,
  cells: readonly Cell[],
  repeats: number,
  run: RunOnce,
): Promise<void> {
  const total = cells.length * repeats
  const stopped = (): boolean => context.interrupt.aborted
  let done = 0
  for (let i = 0; i < repeats; i++) {
    for (const cell of cells) {
      if (stopped()) return
      const name = Object.entries(cell.shown).map(([k, v]) => `${k}=${v}`)
      context.stderr.write(printableLines(`run ${++done} of ${total}: ${name.join(' ')}\n`))
      const report = await run(cell.config, cell.credentials)
      // a run that was cut short would pull the means down
      if (!stopped()) cell.reports.push(report)
    }
  }
}

async function write(context: CliContext, rows: readonly MatrixRow[], flags: LoadFlags): Promise<void> {
  const [json, html, markdown] = [
    textFlag(flags, 'json'),
    textFlag(flags, 'html'),
    textFlag(flags, 'markdown'),
  ]
  const text = `${JSON.stringify({ rows }, null, 2)}\n`
  if (json === '-') context.stdout.write(text)
  else {
    const { head, cells: content } = matrixTable(rows)
    context.stdout.write(printableLines(`${textTable(head, content)}\n${matrixLegend(rows)}\n`))
    if (json !== undefined) await writeOutput(json, text)
  }
  if (markdown !== undefined) await writeOutput(markdown, matrixMarkdown(rows))
  if (html !== undefined) {
    const { matrixHtml } = await import('../engine/load/report/matrix-html')
    await writeOutput(html, matrixHtml(rows))
  }
}
