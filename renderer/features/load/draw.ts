import type uPlot from 'uplot'
import { readToken } from '../../ui/packet-style'
import { rootPx } from '../../ui/plot'
import { spread } from './series'

/** The name of a line with its value, beside the plot at the value's height. */
export interface Label {
  value: number
  name: string
  text: string
  /** Custom property. */
  color: string
}

export interface Over {
  labels: readonly Label[]
  limit: { value: number; text: string } | null
  shade: { until: number; text: string } | null
  /** x of the pointer. */
  at: number | null
  log: boolean
}

interface Pen {
  c: CanvasRenderingContext2D
  /** Canvas pixels per CSS pixel at 16 px type. */
  k: number
  box: uPlot.BBox
  font: (weight: number) => string
}

function penOf(u: uPlot): Pen {
  const k = (devicePixelRatio * rootPx()) / 16
  const sans = readToken('--font-sans')
  return { c: u.ctx, k, box: u.bbox, font: (weight) => `${weight} ${11 * k}px ${sans}` }
}

/** What is left of a line is not judged. */
function shade({ c, k, box, font }: Pen, x: number, text: string): void {
  c.globalCompositeOperation = 'destination-over'
  c.fillStyle = readToken('--color-surface-2')
  c.fillRect(box.left, box.top, x - box.left, box.height)
  c.globalCompositeOperation = 'source-over'
  c.font = font(430)
  c.fillStyle = readToken('--color-ink-2')
  c.textAlign = 'left'
  c.textBaseline = 'top'
  if (c.measureText(text).width < x - box.left - 12 * k) c.fillText(text, box.left + 6 * k, box.top + 4 * k)
}

function limit({ c, k, box, font }: Pen, y: number, text: string): void {
  c.strokeStyle = readToken('--color-loss')
  c.lineWidth = 1.25 * k
  c.setLineDash([5 * k, 3 * k])
  c.beginPath()
  c.moveTo(box.left, y)
  c.lineTo(box.left + box.width, y)
  c.stroke()
  c.setLineDash([])
  c.font = font(540)
  c.fillStyle = readToken('--color-loss')
  c.textAlign = 'right'
  c.textBaseline = y - box.top > 18 * k ? 'bottom' : 'top'
  c.lineWidth = 4 * k
  c.lineJoin = 'round'
  c.strokeStyle = readToken('--color-surface-0')
  const at = [box.left + box.width - 4 * k, y + (c.textBaseline === 'bottom' ? -3 : 3) * k] as const
  c.strokeText(text, ...at)
  c.fillText(text, ...at)
}

function pointer({ c, k, box }: Pen, x: number): void {
  c.strokeStyle = readToken('--color-accent')
  c.lineWidth = k
  c.beginPath()
  c.moveTo(x, box.top)
  c.lineTo(x, box.top + box.height)
  c.stroke()
}

function labels({ c, k, box, font }: Pen, all: readonly Label[], y: (value: number) => number): void {
  const places = spread(
    all.map((l) => y(l.value)),
    14 * k,
    box.top + 5 * k,
    box.top + box.height - 5 * k,
  )
  const left = box.left + box.width + 8 * k
  c.textAlign = 'left'
  c.textBaseline = 'middle'
  all.forEach((l, i) => {
    const at = places[i] ?? 0
    c.font = font(640)
    c.fillStyle = readToken(l.color)
    c.fillText(l.name, left, at)
    const width = c.measureText(`${l.name} `).width
    c.font = font(430)
    c.fillStyle = readToken('--color-ink-1')
    c.fillText(l.text, left + width, at)
  })
}

/** Draws over a plot what uPlot has no word for: names with values, a limit, what is not judged, the pointer. */
export function drawOver(u: uPlot, o: Over): void {
  const pen = penOf(u)
  const { c, box } = pen
  const y = (value: number): number => {
    const shown = o.log && value <= 0 ? (u.scales['y']?.min ?? 1) : value
    return Math.min(box.top + box.height, Math.max(box.top, u.valToPos(shown, 'y', true)))
  }
  const x = (value: number): number => u.valToPos(value, 'x', true)
  c.save()
  if (o.shade && o.shade.until > 0) shade(pen, Math.min(box.left + box.width, x(o.shade.until)), o.shade.text)
  if (o.limit) limit(pen, y(o.limit.value), o.limit.text)
  if (o.at !== null) pointer(pen, x(o.at))
  labels(pen, o.labels, y)
  c.restore()
}
