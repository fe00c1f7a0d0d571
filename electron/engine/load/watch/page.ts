import type { SeriesPoint } from '../../../contract/load-report'
import { escape, sha, table } from '../report/html'
import { REPORT_STYLE } from '../report/html-style'
import { count } from '../../../contract/counted'
import { millis } from '../report/text'
import type { Collector, ShardView } from './collector'

/** Path of the part of the page that changes. */
export const LIVE_PATH = '/live'
/** Steps that the charts show. */
const SHOWN = 120
const [WIDTH, HEIGHT] = [640, 96]

const STYLE = `${REPORT_STYLE}
svg{display:block;width:100%;height:6rem;background:var(--pane);border:1px solid var(--line)}
polyline{fill:none;stroke:var(--s1);stroke-width:1.5;vector-effect:non-scaling-stroke}
dl{grid-template-columns:repeat(4,1fr)}
@media(max-width:40rem){dl{grid-template-columns:repeat(2,1fr)}}
.lines{white-space:pre-wrap;font-family:ui-monospace,monospace;font-size:.8125rem;overflow-wrap:anywhere}
`

/** Asks for the changing part every second; when the collector is gone, the last one stays and says so. */
const SCRIPT = `
const live = document.getElementById('live')
const gone = document.getElementById('gone')
const look = async () => {
  try {
    const answer = await fetch('${LIVE_PATH}', { cache: 'no-store' })
    if (!answer.ok) throw new Error()
    const made = new DOMParser().parseFromString(await answer.text(), 'text/html')
    live.replaceChildren(...made.body.childNodes)
    gone.hidden = true
  } catch { gone.hidden = false }
  setTimeout(look, 1000)
}
look()
`

/** Headers of the page: nothing but its own style and script, and what it asks its server for. */
export const LIVE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src ${sha(STYLE)}; script-src ${sha(SCRIPT)}; connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** The page around the part that changes. */
export const livePage = (runId: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Load test ${escape(runId)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body><main>
<h1>Load test ${escape(runId)}</h1>
<div id="gone" class="verdict warn" hidden><strong>The collector does not answer: the run is over, or it was stopped. These are its last figures.</strong></div>
<div id="live"></div>
</main><script>${SCRIPT}</script></body></html>
`

const STATES: Readonly<Record<ShardView['state'], string>> = {
  connecting: 'connecting its clients',
  ready: 'waits for the others',
  running: 'running',
  done: 'has reported',
  lost: 'lost',
  failed: 'failed',
}

/** What there is to see now; `lines` are the collector's newest remarks. */
export function liveFragment(collector: Collector, lines: readonly string[]): string {
  const { run, live } = collector
  if (run === null || live === null) return '<p>No shard has come yet.</p>'
  const total = live.total
  const figures: [string, string][] = [
    [
      'clients connected',
      `${count(total?.connected ?? 0)} of ${count(run.config.publishers + run.config.subscribers)}`,
    ],
    ['offered', count(total?.offered ?? 0)],
    ['acknowledged', count(total?.acknowledged ?? 0)],
    ['received', count(total?.received ?? 0)],
    ['failed', count(total?.failed ?? 0)],
    ['errors', count(total?.errors ?? 0)],
    ['ack p50 / p99', `${millis(live.ack.at(50))} / ${millis(live.ack.at(99))} ms`],
    ['end to end p50 / p99', `${millis(live.endToEnd.at(50))} / ${millis(live.endToEnd.at(99))} ms`],
  ]
  const saturated = total?.generator?.saturated === true ? total.generator.reasons.join('; ') : null
  const warnings = [
    ...(saturated === null ? [] : [`generator saturated: ${saturated}`]),
    ...collector.views.flatMap((s) =>
      s.state === 'lost' || s.state === 'failed'
        ? [`shard ${s.index} is ${s.state}: counts are lower bounds`]
        : [],
    ),
  ]
  return [
    `<p class="sub">${escape(run.config.url)}, QoS ${run.config.qos}, ${run.count} shards, ${total === null ? 'connecting' : `${total.phase}, ${(total.elapsedMs / 1000).toFixed(0)} s`}</p>`,
    ...warnings.map((w) => `<div class="verdict bad"><strong>${escape(w)}</strong></div>`),
    `<dl>${figures.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>`,
    chart('acknowledged in each step', live.points, (p) => p.acknowledged, count),
    chart('p99 of the step, ms', live.points, (p) => p.endToEnd.p99 ?? p.ack.p99 ?? 0, millis),
    shardTable(collector),
    `<h2>Remarks</h2><p class="lines">${escape(lines.join('\n'))}</p>`,
  ].join('\n')
}

function shardTable({ views, absent, live }: Collector): string {
  const rows = views.map((s) => {
    const p = live?.of(s.index) ?? null
    return [
      `shard ${s.index}`,
      s.host,
      s.silent ? 'silent' : STATES[s.state],
      `± ${millis(s.clock.errorMs)} ms`,
      p === null ? '-' : `${count(p.connected)} of ${count(p.clients)}`,
      p === null ? '-' : count(p.offered),
      p === null ? '-' : count(p.acknowledged),
      p === null ? '-' : count(p.received),
    ]
  })
  const missing = absent.map((i) => [`shard ${i}`, '', 'has not come', '', '', '', '', ''])
  const head = ['', 'host', 'state', 'clock', 'connected', 'offered', 'acknowledged', 'received']
  return `<h2>Shards</h2>${table([head, ...rows, ...missing])}`
}

/** A line over the last steps, from 0 to the most there was. */
function chart(
  title: string,
  points: readonly SeriesPoint[],
  value: (p: SeriesPoint) => number,
  text: (n: number) => string,
): string {
  const values = points.slice(-SHOWN).map(value)
  if (values.length < 2) return ''
  const top = Math.max(...values, 0.001)
  const at = values.map(
    (v, i) =>
      `${((i * WIDTH) / (values.length - 1)).toFixed(1)},${(HEIGHT - 4 - (v * (HEIGHT - 8)) / top).toFixed(1)}`,
  )
  const now = text(values.at(-1) ?? 0)
  return `<figure role="img" aria-label="${title} over time, now ${now}, at most ${text(top)}"><figcaption>${title}: ${now} now, at most ${text(top)}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none"><polyline points="${at.join(' ')}"/></svg></figure>`
}
