import type { RunEnvironment } from '../../../contract/load-report'
import { escape, pairs, section, sha, table } from './html'
import { REPORT_STYLE } from './html-style'
import {
  estimateText,
  matrixFigures,
  matrixLegend,
  matrixTable,
  type MatrixFigure,
  type MatrixRow,
} from './matrix'
import { environmentFigures } from './text'

/** Width of a plot in its own units; the page stretches it. */
const WIDTH = 1000

const STYLE = `${REPORT_STYLE}
.plot{display:grid;grid-template-columns:fit-content(40%) 1fr auto;gap:.25rem .75rem;align-items:center;font-variant-numeric:tabular-nums}
.plot svg{display:block;width:100%;height:1.25rem;background:var(--pane)}
.plot rect{fill:var(--s1);opacity:.3}
.plot line{stroke:var(--s1);stroke-width:3;vector-effect:non-scaling-stroke}
.plot .axis{font-size:.75rem;color:var(--ink2);display:flex;justify-content:space-between}
.plot span:nth-child(3n){text-align:right}
`

const nameOf = (r: MatrixRow): string =>
  Object.entries(r.settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')

/** One figure of all combinations, on one scale from 0: a line at the mean, a band over its interval. */
function plot(rows: readonly MatrixRow[], { name, of, text }: MatrixFigure): string {
  const most = Math.max(...rows.map((r) => of(r)?.high ?? of(r)?.mean ?? 0))
  const x = (v: number): string => (most > 0 ? (v / most) * WIDTH : 0).toFixed(1)
  const marks = (r: MatrixRow): string => {
    const e = of(r)
    if (e === null) return ''
    const { mean, low, high } = e
    const band =
      low === null || high === null ? '' : `<rect x="${x(low)}" y="4" width="${x(high - low)}" height="12"/>`
    return `${band}<line x1="${x(mean)}" y1="1" x2="${x(mean)}" y2="19"/>`
  }
  const lines = rows.map(
    (r) =>
      `<span>${escape(nameOf(r))}</span><svg viewBox="0 0 ${WIDTH} 20" preserveAspectRatio="none" aria-hidden="true">${marks(r)}</svg><span>${escape(estimateText(of(r), text))}</span>`,
  )
  const axis = `<span></span><span class="axis"><span>0</span><span>${escape(text(most))}</span></span><span></span>`
  return `<figure><figcaption>${escape(name)}</figcaption><div class="plot">${lines.join('')}${axis}</div></figure>`
}

/** The table of a matrix and a plot of each of its figures as one HTML file that loads nothing and runs nothing. */
export function matrixHtml(
  url: string,
  rows: readonly MatrixRow[],
  environment: RunEnvironment | null,
): string {
  const { head, cells } = matrixTable(rows)
  const where = environmentFigures({ environment, url }).filter((f) => f.name !== 'command')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${sha(STYLE)}; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Load tests of ${escape(url)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style></head><body><main>
<h1>Load tests of ${escape(url)}</h1>
${table([head, ...cells])}
<p class="sub">${escape(matrixLegend(rows))}</p>
${matrixFigures(rows)
  .map((f) => plot(rows, f))
  .join('\n')}
${section('Environment', pairs(where))}
</main></body></html>
`
}
