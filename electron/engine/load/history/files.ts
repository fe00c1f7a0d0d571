import type { LoadFileFormat, LoadRun } from '../../../contract/load'
import { readChartLibrary } from '../report/chart-library'
import { seriesCsv } from '../report/csv'
import { reportHtml } from '../report/html'

/** A run as a file to be saved by the page. */
export async function runFile(run: LoadRun, format: LoadFileFormat): Promise<{ name: string; text: string }> {
  const name = `load-test-${run.number}-${run.runId}.${format}`
  switch (format) {
    case 'json':
      return { name, text: `${JSON.stringify(run.report, null, 2)}\n` }
    case 'csv':
      return { name, text: seriesCsv(run.report) }
    case 'html':
      return { name, text: reportHtml(run.report, await readChartLibrary()) }
  }
}
