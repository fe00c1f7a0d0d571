import { counted } from '../../../contract/counted'
import { headlines } from '../../../contract/load-headlines'
import type { LoadReport } from '../../../contract/load-report'
import { saturationSentence } from './saturation'
import {
  checkValue,
  connectionsLine,
  environmentFigures,
  placeOf,
  latencies,
  LATENCY_COLUMNS,
  measuredValue,
  messageFigures,
  millis,
  populationRows,
  rateFigures,
  sendLatencies,
  verdictLine,
} from './text'

/** Text in a cell or a line: nothing of it is markup. */
const plain = (text: string): string =>
  text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]<>|#~&]/g, (c) => `&#${c.charCodeAt(0)};`)

const row = (cells: readonly string[]): string => `| ${cells.map(plain).join(' | ')} |\n`
/** A table of text: nothing in it is markup. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  row(head) + `|${head.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|\n` + rows.map(row).join('')

const mark = (r: LoadReport): string => (r.verdict.inconclusive ? '⚠️' : r.verdict.passed ? '✅' : '❌')

/** The report as Markdown, short: for the summary of a CI job or a pull request. */
export function reportMarkdown(r: LoadReport): string {
  const warnings = [saturationSentence(r.generator), ...headlines(r)].filter((w) => w !== null)
  const checks = r.verdict.checks.map((c) => [
    c.name,
    checkValue(c.name, c.limit),
    measuredValue(c, r),
    c.passed ? 'passed' : 'failed',
  ])
  const rows = [...latencies(r), ...sendLatencies(r)].map((l) => [
    l.name,
    ...LATENCY_COLUMNS.map((c) => millis(l.summary[c])),
  ])
  const [head, ...populations] = populationRows(r)
  const errors = Object.entries(r.errors).map(([text, n]) => [text, String(n)])
  return [
    `### ${mark(r)} ${plain(verdictLine(r))}\n\n`,
    ...warnings.map((w) => `> ${plain(w)}\n\n`),
    `${plain(r.config.url)}, QoS ${r.config.qos}, ${counted(r.config.publishers, 'publisher')}, ${counted(r.config.subscribers, 'subscriber')}; connections: ${plain(connectionsLine(r))}\n\n`,
    checks.length > 0 ? `${markdownTable(['threshold', 'limit', 'measured', ''], checks)}\n` : '',
    `${markdownTable(
      ['', ''],
      [...messageFigures(r), ...rateFigures(r)].map((f) => [f.name, f.value]),
    )}\n`,
    rows.length > 0 ? `${markdownTable(['latency, ms', ...LATENCY_COLUMNS], rows)}\n` : '',
    head === undefined ? '' : `${markdownTable(head, populations)}\n`,
    errors.length > 0 ? `${markdownTable(['errors', ''], errors)}\n` : '',
    '<details><summary>environment</summary>\n\n',
    markdownTable(
      ['', ''],
      environmentFigures(placeOf(r)).map((f) => [f.name, f.value]),
    ),
    '\n</details>\n',
  ].join('')
}
