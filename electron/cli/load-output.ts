import type { LoadReport } from '../contract/load-report'
import { printableLines } from '../contract/printable'
import { readChartLibrary } from '../engine/load/report/chart-library'
import { seriesCsv } from '../engine/load/report/csv'
import { reportHtml } from '../engine/load/report/html'
import { reportText } from '../engine/load/report/text'
import type { CliContext } from './command'
import { writeOutput } from './write-output'

/** Files a report is written to; `-` is standard output. `{shard}` in a name stands for the shard's index. */
export interface ReportFiles {
  json?: string
  html?: string
  csv?: string
}

/** Writes a report where it was asked for; the text for people goes to standard output unless something else does. */
export async function writeReport(
  context: CliContext,
  report: LoadReport,
  files: ReportFiles,
): Promise<void> {
  const put = async (path: string | undefined, text: () => string | Promise<string>): Promise<void> => {
    if (path === undefined) return
    if (path === '-') context.stdout.write(await text())
    else await writeOutput(path.replaceAll('{shard}', String(report.shard?.index ?? 0)), await text())
  }
  // before the files: a full disk must not take what was measured along
  if (files.json !== '-' && files.csv !== '-') context.stdout.write(printableLines(reportText(report)))
  await put(files.json, () => `${JSON.stringify(report, null, 2)}\n`)
  await put(files.csv, () => seriesCsv(report))
  await put(files.html, async () => reportHtml(report, await readChartLibrary()))
}
