import { createHash } from 'node:crypto'
import { count, counted } from '../../../contract/counted'
import type { LoadReport } from '../../../contract/load-report'
import { headlines } from '../../../contract/load-headlines'
import { settingLines } from '../../../contract/load-text'
import { chartsOf, type Chart } from './html-charts'
import { REPORT_SCRIPT } from './html-script'
import { REPORT_STYLE } from './html-style'
import { saturationSentence } from './saturation'
import {
  LATENCY_COLUMNS,
  accountLines,
  checkValue,
  connectionsLine,
  driftLine,
  environmentFigures,
  generatorLine,
  latencies,
  measuredValue,
  messageFigures,
  millis,
  placeOf,
  populationRows,
  rateFigures,
  sendLatencies,
  summaryLine,
  verdictLine,
  type Figure,
} from './text'

/** Chart code and style that the report carries within itself. */
export interface ChartLibrary {
  script: string
  style: string
}

/** Text as HTML. */
export const escape = (s: string): string => s.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

/** Source of a content security policy that lets this inline text in. */
export const sha = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const figure = (c: Chart): string =>
  `<figure role="img" aria-label="${escape(`${c.title}${c.labels === undefined ? ' over time' : ''}: ${c.names.join(', ')}`)}">
<figcaption>${escape(c.title)}</figcaption>
<div class="legend">${c.names.map((n, i) => `<span class="k${i + 1}">${escape(n)}</span>`).join('')}</div>
<div class="chart" id="${c.id}"></div></figure>`

/** Rows as a table; the first is its head. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const [head, ...body] = rows
  const cells = (r: readonly string[], tag: string): string =>
    `<tr>${r.map((c) => `<${tag}>${escape(c)}</${tag}>`).join('')}</tr>`
  return `<div class="wide"><table><thead>${cells(head ?? [], 'th')}</thead><tbody>${body.map((r) => cells(r, 'td')).join('')}</tbody></table></div>`
}

export const section = (title: string, body: string): string =>
  body === '' ? '' : `<h2>${title}</h2>${body}`

/** Names with texts of any length. */
export const pairs = (rows: readonly Figure[]): string =>
  rows.length === 0
    ? ''
    : `<table><tbody>${rows.map((f) => `<tr><td>${escape(f.name)}</td><td class="text">${escape(f.value)}</td></tr>`).join('')}</tbody></table>`

function appendix(r: LoadReport): string {
  const rows = [...latencies(r), ...sendLatencies(r)].map((l) => [
    l.name,
    ...LATENCY_COLUMNS.map((c) => millis(l.summary[c])),
    count(l.summary.count),
  ])
  const errors = Object.entries(r.errors).map(([text, n]) => [text, count(n)])
  const checks = r.verdict.checks.map((c) => [
    c.name,
    checkValue(c.name, c.limit),
    c.actual === null ? 'nothing measured' : measuredValue(c, r),
    c.passed ? 'passed' : 'failed',
  ])
  const drift = driftLine(r)
  return [
    section('Latency, ms', rows.length > 0 ? table([['', ...LATENCY_COLUMNS, 'count'], ...rows]) : ''),
    section(
      'Thresholds',
      checks.length > 0 ? table([['threshold', 'limit', 'measured', ''], ...checks]) : '',
    ),
    section('Errors', errors.length > 0 ? table([['error', 'count'], ...errors]) : ''),
    section('Connections', `<p>${escape(connectionsLine(r))}</p>`),
    section('Load generator', `<p>${escape(generatorLine(r))}</p>`),
    section('Drift', drift === null ? '' : `<p>${escape(drift)}</p>`),
    section('Notes', r.notes.map((n) => `<p>${escape(n)}</p>`).join('')),
    section('Settings', pairs(settingLines(r.config))),
  ].join('\n')
}

function verdict(r: LoadReport): string {
  const saturated = saturationSentence(r.generator)
  const kind = r.verdict.inconclusive
    ? 'warn'
    : !r.verdict.passed
      ? 'bad'
      : r.verdict.checks.length > 0
        ? 'good'
        : ''
  const warnings = [saturated, ...headlines(r)].flatMap((w) =>
    w === null ? [] : [`<div class="verdict warn"><strong>${escape(w)}</strong></div>`],
  )
  return `${warnings.join('')}<div class="verdict ${kind}"><strong>${escape(verdictLine(r))}</strong></div>`
}

/**
 * The report as one HTML file that needs nothing else: charts, style and data are in it, and its content security
 * policy lets nothing in from outside.
 */
export function reportHtml(r: LoadReport, library: ChartLibrary): string {
  const drawn = chartsOf(r)
  const style = `${library.style}\n${REPORT_STYLE}`
  const script = `${library.script}\n${REPORT_SCRIPT}`
  const data = JSON.stringify(drawn).replaceAll('<', '\\u003c')
  const figures = [...messageFigures(r), ...rateFigures(r)]
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${sha(style)}; script-src ${sha(script)}; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Load test ${escape(r.runId)}</title>
<link rel="icon" href="data:,">
<style>${style}</style></head><body><main>
<h1>Load test of ${escape(r.config.url)}</h1>
<p class="sub">run ${escape(r.runId)}, MQTT ${r.config.protocol === 5 ? '5.0' : '3.1.1'}, QoS ${r.config.qos}, ${counted(r.config.publishers, 'publisher')}, ${counted(r.config.subscribers, 'subscriber')}, ${counted(r.config.size, 'byte')}</p>
<p class="lead">${escape(summaryLine(r))}</p>
${verdict(r)}
${accountLines(r)
  .map((line) => `<p class="sum">${escape(line)}</p>`)
  .join('\n')}
<dl>${figures.map((f) => `<div><dt>${escape(f.name)}</dt><dd>${escape(f.value)}</dd></div>`).join('')}</dl>
${section('Populations', r.populations === undefined ? '' : table(populationRows(r)))}
${drawn.map(figure).join('\n')}
${section('Environment', pairs(environmentFigures(placeOf(r))))}
${appendix(r)}
</main>
<script type="application/json" id="data">${data}</script>
<script>${script}</script>
</body></html>
`
}
