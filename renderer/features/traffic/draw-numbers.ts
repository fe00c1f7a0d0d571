import type uPlot from 'uplot'
import { readToken } from '../../ui/packet-style'
import { rootPx, strokeK } from '../../ui/plot'
import type { Point, Reached } from './number-series'

/** More points than this are drawn as lines alone. */
const MOST_DOTS = 120

interface Pen {
  c: CanvasRenderingContext2D
  /** Canvas pixels per CSS pixel, grown with projector type. */
  k: number
  x: (ms: number) => number
  y: (value: number) => number
}

function penOf(u: uPlot): Pen {
  return {
    c: u.ctx,
    k: (devicePixelRatio * rootPx()) / 16,
    x: (ms) => u.valToPos(ms / 1000, 'x', true),
    y: (value) => u.valToPos(value, 'y', true),
  }
}

function line(
  { c, k, x, y }: Pen,
  at: readonly (readonly [ms: number, value: number])[],
  color: string,
): void {
  c.strokeStyle = color
  c.lineWidth = 1.5 * k * strokeK()
  c.lineJoin = 'round'
  c.beginPath()
  at.forEach(([ms, value], i) => {
    if (i === 0) c.moveTo(x(ms), y(value))
    else c.lineTo(x(ms), y(value))
  })
  c.stroke()
  if (at.length > MOST_DOTS) return
  c.fillStyle = color
  for (const [ms, value] of at) {
    c.beginPath()
    c.arc(x(ms), y(value), 2.25 * k, 0, 2 * Math.PI)
    c.fill()
  }
}

/** A cross at a value that nobody got, a ring at one that some did not get. */
function lossMark(c: CanvasRenderingContext2D, reached: Reached, x: number, y: number, k: number): void {
  if (reached !== 'lost' && reached !== 'partly') return
  const r = 4 * k
  c.strokeStyle = readToken('--color-loss')
  c.lineWidth = 1.75 * k
  c.beginPath()
  if (reached === 'partly') c.arc(x, y, r, 0, 2 * Math.PI)
  else {
    c.moveTo(x - r, y - r)
    c.lineTo(x + r, y + r)
    c.moveTo(x + r, y - r)
    c.lineTo(x - r, y + r)
  }
  c.stroke()
}

/** Values as they were published and as they came to the first subscriber, the losses among them, and the chosen one. */
export function drawNumbers(u: uPlot, points: readonly Point[], at: Point | undefined): void {
  const pen = penOf(u)
  const { c, k, x, y } = pen
  c.save()
  line(
    pen,
    points.map((p) => [p.message.publishedMs, p.value] as const),
    readToken('--color-line-strong'),
  )
  const received = points.flatMap((p) =>
    p.message.firstMs === null ? [] : [[p.message.firstMs, p.value] as const],
  )
  line(
    pen,
    received.sort(([a], [b]) => a - b),
    readToken('--color-accent'),
  )
  for (const p of points) lossMark(c, p.reached, x(p.message.publishedMs), y(p.value), k)
  if (at) {
    const [px, py] = [Math.round(x(at.message.publishedMs)), y(at.value)]
    c.strokeStyle = readToken('--color-ink-1')
    c.lineWidth = k
    c.beginPath()
    c.moveTo(px + 0.5, u.bbox.top)
    c.lineTo(px + 0.5, u.bbox.top + u.bbox.height)
    c.stroke()
    c.fillStyle = readToken('--color-ink-1')
    c.beginPath()
    c.arc(px, py, 3 * k, 0, 2 * Math.PI)
    c.fill()
  }
  c.restore()
}
