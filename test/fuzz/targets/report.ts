/** A report or a journal of a load test from a file: it is read or refused, and what is read can be merged and printed. */
import { readJournal } from '../../../electron/engine/load/history/journal'
import { seriesCsv } from '../../../electron/engine/load/report/csv'
import { reportHtml } from '../../../electron/engine/load/report/html'
import { mergeReports } from '../../../electron/engine/load/report/merge'
import { readReport } from '../../../electron/engine/load/report/read'
import { reportText } from '../../../electron/engine/load/report/text'
import { LoadError } from '../../../electron/engine/load/run/failures'
import { attempt, check, unpolluted } from './check'

const library = { script: '', style: '' }

export function fuzz(data: Buffer): void {
  const text = data.toString('utf8')
  const run = readJournal(text)
  const report = attempt(() => readReport(text, 'a.json'), [LoadError])
  unpolluted()
  for (const r of [run?.report, report]) {
    if (!r) continue
    for (const cell of seriesCsv(r).split(/[,\n]/)) check(!/^[=+@\t\r]/.test(cell), `no formula: ${cell}`)
    check(!/\u001b/.test(reportText(r)), 'no escape sequence is printed')
    const html = reportHtml(r, library)
    check((html.match(/<script/g) ?? []).length <= 3, 'nothing of the report becomes a script')
    attempt(() => mergeReports([r, r]), [LoadError])
  }
}

export const form = {
  read: (data: Buffer): unknown => JSON.parse(data.toString('utf8')),
  write: (value: unknown): Buffer => Buffer.from(JSON.stringify(value ?? null)),
}
