import type { LoadFlags } from '../contract/load-flags'
import type { LoadReport } from '../contract/load-report'
import { printableLines } from '../contract/printable'
import { checkValue, measuredValue, reportText } from '../engine/load/report/text'
import type { CliContext } from './command'
import { textFlag } from './load-settings'
import type { JunitCase } from './print/junit'
import { writeOutput } from './write-output'

/** Flags that name files of a report, in the order of the help text. */
export const OUTPUT_OPTIONS: readonly (readonly [string, string])[] = [
  ['--json <file>', 'write the report as JSON, - for standard output'],
  ['--html <file>', 'write the report as one HTML file'],
  ['--csv <file>', 'write the time series as CSV, - for standard output'],
  ['--junit <file>', 'write the thresholds as a JUnit file'],
  ['--markdown <file>', 'write a summary as Markdown, for a CI job or a pull request'],
]

/** The files that the flags name. */
export const outputs = (flags: LoadFlags): ReportFiles =>
  Object.fromEntries(
    ['json', 'html', 'csv', 'junit', 'markdown'].flatMap((k) =>
      textFlag(flags, k) ? [[k, textFlag(flags, k)]] : [],
    ),
  )

/** Files a report is written to; `-` is standard output. In a name `{shard}` stands for the shard's index, `{run}` for the run. */
export interface ReportFiles {
  json?: string
  html?: string
  csv?: string
  junit?: string
  markdown?: string
}

const pathOf = (path: string, { shard, runId }: LoadReport): string =>
  path.replaceAll('{shard}', String(shard?.index ?? 0)).replaceAll('{run}', runId)

/** Writes a report where it was asked for; the text for people goes to standard output unless something else does. */
export async function writeReport(
  context: CliContext,
  report: LoadReport,
  files: ReportFiles,
): Promise<void> {
  const put = async (path: string | undefined, text: () => string | Promise<string>): Promise<void> => {
    if (path === undefined) return
    if (path === '-') context.stdout.write(await text())
    else await writeOutput(pathOf(path, report), await text())
  }
  // before the files: a full disk must not take what was measured along
  if (files.json !== '-' && files.csv !== '-') context.stdout.write(printableLines(reportText(report)))
  await put(files.json, () => `${JSON.stringify(report, null, 2)}\n`)
  await put(files.csv, async () => (await import('../engine/load/report/csv')).seriesCsv(report))
  await put(files.junit, async () => {
    const { junitXml } = await import('./print/junit')
    return junitXml(`fleetlab load ${report.config.url}`, loadCases(report))
  })
  await put(files.markdown, async () =>
    (await import('../engine/load/report/markdown')).reportMarkdown(report),
  )
  await put(files.html, async () => {
    const { reportHtml } = await import('../engine/load/report/html')
    const { readChartLibrary } = await import('../engine/load/report/chart-library')
    return reportHtml(report, await readChartLibrary())
  })
}

/** The thresholds as test cases, and first that the run was complete and told of the broker. */
function loadCases(r: LoadReport): JunitCase[] {
  const { aborted, verdict } = r
  const run: JunitCase = {
    group: 'run',
    name: 'complete, and not limited by the generator',
    ...(aborted !== null ? { failure: aborted } : {}),
    ...(verdict.inconclusive
      ? { failure: 'inconclusive: the generator, not the broker, was the limit' }
      : {}),
  }
  const checks = verdict.checks.map((c) => ({
    group: 'threshold',
    name: c.name,
    ...(c.passed ? {} : { failure: `limit ${checkValue(c.name, c.limit)}, measured ${measuredValue(c, r)}` }),
  }))
  return [run, ...checks]
}
