import type { QoS } from '@contract/packet'
import { packetStyle, qosPacket, readToken } from '../../ui/packet-style'
import type { Mark, Panel, Series } from './panels'

/** Where things are on the canvas, in its own pixels. */
export interface Frame {
  x(loss: number): number
  y(value: number): number
  left: number
  top: number
  width: number
  height: number
  /** Canvas pixels per CSS pixel, grown with projector type. */
  k: number
  /** Factor on strokes. */
  strokeK: number
}

type Context = CanvasRenderingContext2D
const colorOf = (qos: QoS): string => readToken(`--color-qos-${qos}`)
const font = (k: number, weight: number): string => `${weight} ${11 * k}px ${readToken('--font-sans')}`

function curve(c: Context, f: Frame, s: Series): void {
  const line = s.joined ? s.marks : s.curve
  c.strokeStyle = colorOf(s.qos)
  c.lineWidth = (s.joined ? 1.25 : 1.75) * f.k * f.strokeK
  c.setLineDash(packetStyle(qosPacket(s.qos)).dash.map((d) => d * f.k))
  c.beginPath()
  line.forEach((p, i) => {
    if (i === 0) c.moveTo(f.x(p.loss), f.y(p.value))
    else c.lineTo(f.x(p.loss), f.y(p.value))
  })
  c.stroke()
  c.setLineDash([])
}

/** The interval the value is expected in, as a bar with ends. */
function interval(c: Context, f: Frame, m: Mark, color: string): void {
  if (m.low === null || m.high === null) return
  const [x, low, high] = [f.x(m.loss), f.y(m.low), f.y(m.high)]
  if (low - high < 2 * f.k) return
  const half = 3.5 * f.k
  c.strokeStyle = color
  c.lineWidth = 1.25 * f.k * f.strokeK
  c.beginPath()
  c.moveTo(x, low)
  c.lineTo(x, high)
  for (const y of [low, high]) {
    c.moveTo(x - half, y)
    c.lineTo(x + half, y)
  }
  c.stroke()
}

/** The glyph of the packet that defines the level: disc, square, open diamond. */
function mark(c: Context, f: Frame, m: Mark, qos: QoS): void {
  const [x, y, r] = [f.x(m.loss), f.y(m.value), 3.5 * f.k]
  c.fillStyle = colorOf(qos)
  c.strokeStyle = colorOf(qos)
  c.beginPath()
  if (qos === 0) c.arc(x, y, r, 0, 2 * Math.PI)
  else if (qos === 1) c.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8)
  else {
    const d = r * 1.35
    c.moveTo(x, y - d)
    c.lineTo(x + d, y)
    c.lineTo(x, y + d)
    c.lineTo(x - d, y)
    c.closePath()
    c.lineWidth = 1.5 * f.k * f.strokeK
    c.stroke()
    return
  }
  c.fill()
}

const levels = (qos: QoS[]): string => (qos.length === 3 ? '0-2' : qos.join(', '))

/** Names at the right end of the lines; lines that end together share one. */
export function endLabels(
  series: readonly Series[],
  y: (value: number) => number,
  gap: number,
): { y: number; text: string }[] {
  const ends = series
    .flatMap((s) => {
      const last = s.curve.at(-1) ?? s.marks.at(-1)
      return last ? [{ y: y(last.value), qos: [s.qos] }] : []
    })
    .sort((a, b) => a.y - b.y)
  const merged: { y: number; qos: QoS[] }[] = []
  for (const end of ends) {
    const before = merged.at(-1)
    if (before && end.y - before.y < gap) before.qos.push(...end.qos)
    else merged.push({ ...end })
  }
  return merged.map((m) => ({ y: m.y, text: `QoS ${levels(m.qos.sort())}` }))
}

function labels(c: Context, f: Frame, panel: Panel): void {
  c.font = font(f.k, 600)
  c.fillStyle = readToken('--color-ink-1')
  c.textAlign = 'left'
  c.textBaseline = 'middle'
  for (const l of endLabels(panel.series, f.y, 12 * f.k)) {
    c.fillText(
      l.text,
      f.left + f.width + 8 * f.k,
      Math.min(f.top + f.height - 4 * f.k, Math.max(f.top + 4 * f.k, l.y)),
    )
  }
}

function chosen(c: Context, f: Frame, loss: number, text: string): void {
  const x = Math.round(f.x(loss)) + 0.5
  c.strokeStyle = readToken('--color-accent')
  c.lineWidth = f.k
  c.setLineDash([2 * f.k, 3 * f.k])
  c.beginPath()
  c.moveTo(x, f.top)
  c.lineTo(x, f.top + f.height)
  c.stroke()
  c.setLineDash([])
  c.font = font(f.k, 600)
  c.fillStyle = readToken('--color-ink-1')
  c.textAlign = 'center'
  c.textBaseline = 'bottom'
  c.fillText(text, x, f.top - 3 * f.k)
}

/** Draws one chart's lines, intervals, marks and names over its axes. */
export function drawPanel(
  c: Context,
  f: Frame,
  panel: Panel,
  at: { loss: number; text: string } | null,
): void {
  c.save()
  if (at) chosen(c, f, at.loss, at.text)
  for (const s of panel.series) curve(c, f, s)
  for (const s of panel.series) for (const m of s.marks) interval(c, f, m, colorOf(s.qos))
  for (const s of panel.series) for (const m of s.marks) mark(c, f, m, s.qos)
  labels(c, f, panel)
  c.restore()
}
