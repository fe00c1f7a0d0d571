import { readFile } from 'node:fs/promises'
import type { LoadReport } from '../contract/load-report'
import { LoadError } from '../engine/load/run/failures'
import { mergeReports } from '../engine/load/report/merge'
import { readReport } from '../engine/load/report/read'
import { EXIT, type Subcommand } from './command'
import { UsageError } from './failure'
import { addCompare } from './report-compare'
import { writeReport, type ReportFiles } from './load-output'

/** `fleetlab report`: one report from the shards of a run, and two runs compared. */
export const reportCommand: Subcommand = (program, context, report) => {
  const command = program.command('report').description('work with reports of fleetlab load')
  command
    .command('merge')
    .description('merge the reports of all shards of a run')
    .argument('<files...>', 'JSON files of the shards')
    .option('--json <file>', 'write the merged report as JSON, - for standard output')
    .option('--html <file>', 'write the merged report as one HTML file')
    .option('--csv <file>', 'write the time series as CSV, - for standard output')
    .option('--junit <file>', 'write the thresholds as a JUnit file')
    .option('--markdown <file>', 'write a summary as Markdown')
    .action(async (paths: string[], files: ReportFiles) => {
      const merged = await merge(paths)
      await writeReport(context, merged, files)
      if (merged.verdict.inconclusive) report(EXIT.inconclusive)
      else if (!merged.verdict.passed) report(EXIT.thresholds)
    })
  addCompare(command, context, async (path) => (await reports([path]))[0] as LoadReport, report)
}

const merge = (paths: readonly string[]): Promise<LoadReport> =>
  orUsage(async () => mergeReports(await reports(paths)))

const reports = (paths: readonly string[]): Promise<LoadReport[]> =>
  orUsage(() => Promise.all(paths.map(async (p) => readReport(await read(p), p))))

async function orUsage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    if (thrown instanceof LoadError) throw new UsageError(thrown.message)
    throw thrown
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    throw new UsageError(`${path}: cannot be read`)
  }
}
