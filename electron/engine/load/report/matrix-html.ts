import { escape, pairs, section, sha, table } from './html'
import { REPORT_STYLE } from './html-style'
import {
  estimateText,
  matrixFigures,
  matrixLegend,
  matrixTable,
  matrixTitle,
  type MatrixFigure,
  type MatrixRow,
} from './matrix'
import { environmentFigures, type Figure } from './text'

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

/** Combinations named in the environment, at most. */
const MOST_NAMED = 3

/** Names of rows; of many the first few and how many more. */
function namesOf(rows: readonly MatrixRow[]): string {
  const names = rows.slice(0, MOST_NAMED).map(nameOf)
  const more = rows.length - names.length
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** Where and with what the runs were made; what is not the same for all combinations, with those it is of. */
function matrixEnvironment(rows: readonly MatrixRow[]): Figure[] {
  const figures = rows.map((r) => ({ row: r, own: environmentFigures(r) }))
  // each run has its command line; the settings are in the table
  const names = new Set(figures.flatMap(({ own }) => own.map((f) => f.name)))
  names.delete('command')
  return [...names].map((name) => {
    const byValue = new Map<string, MatrixRow[]>()
    for (const { row, own } of figures) {
      const value = own.find((f) => f.name === name)?.value
      if (value !== undefined) byValue.set(value, [...(byValue.get(value) ?? []), row])
    }
    const [first] = byValue
    const isAlike = byValue.size === 1 && first?.[1].length === rows.length
    const all = [...byValue].map(([value, its]) => `${value} (${namesOf(its)})`)
    // runs follow one another
    return { name, value: isAlike || name === 'date' ? (first?.[0] ?? '') : all.join('; ') }
  })
}

/** The table of a matrix and a plot of each of its figures as one HTML file that loads nothing and runs nothing. */
export function matrixHtml(rows: readonly MatrixRow[]): string {
  const { head, cells } = matrixTable(rows)
  const title = escape(matrixTitle(rows))
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${sha(STYLE)}; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style></head><body><main>
<h1>${title}</h1>
${table([head, ...cells])}
<p class="sub">${escape(matrixLegend(rows))}</p>
${matrixFigures(rows)
  .map((f) => plot(rows, f))
  .join('\n')}
${section('Environment', pairs(matrixEnvironment(rows)))}
</main></body></html>
`
}
