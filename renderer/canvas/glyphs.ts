import type { PacketFamily } from '../ui/packet-style'

/** Draws a packet's glyph centred at a point, as GlyphSheet.vue does in SVG. `size` is the side of its 12 x 12 box. */
export function drawGlyph(
  c: CanvasRenderingContext2D,
  family: PacketFamily | 'lost',
  x: number,
  y: number,
  size: number,
  color: string,
): void {
  const u = size / 12
  c.fillStyle = color
  c.strokeStyle = color
  c.setLineDash([])
  c.lineWidth = 1.6 * u
  c.beginPath()
  SHAPES[family](c, x, y, u)
}

type Shape = (c: CanvasRenderingContext2D, x: number, y: number, u: number) => void

const SHAPES: Record<PacketFamily | 'lost', Shape> = {
  publish: (c, x, y, u) => {
    c.arc(x, y, 4.5 * u, 0, Math.PI * 2)
    c.fill()
  },
  puback: (c, x, y, u) => c.fillRect(x - 4.25 * u, y - 4.25 * u, 8.5 * u, 8.5 * u),
  pubrec: (c, x, y, u) => {
    c.arc(x, y, 4.25 * u, Math.PI / 2, (Math.PI * 3) / 2)
    c.fill()
    c.beginPath()
    c.arc(x, y, 4.25 * u, 0, Math.PI * 2)
    c.stroke()
  },
  pubrel: (c, x, y, u) => {
    diamond(c, x, y, 4.8 * u)
    c.stroke()
  },
  pubcomp: (c, x, y, u) => {
    diamond(c, x, y, 5.5 * u)
    c.fill()
  },
  connect: (c, x, y, u) => {
    c.moveTo(x, y - 4.5 * u)
    c.lineTo(x + 5 * u, y + 4.5 * u)
    c.lineTo(x - 5 * u, y + 4.5 * u)
    c.closePath()
    c.fill()
  },
  subscribe: (c, x, y, u) => {
    c.lineWidth = 2 * u
    c.moveTo(x, y - 5 * u)
    c.lineTo(x, y + 5 * u)
    c.moveTo(x - 5 * u, y)
    c.lineTo(x + 5 * u, y)
    c.stroke()
  },
  ping: (c, x, y, u) => {
    c.arc(x, y, 3.75 * u, 0, Math.PI * 2)
    c.stroke()
  },
  lost: (c, x, y, u) => {
    c.lineWidth = 2.25 * u
    c.moveTo(x - 4.5 * u, y - 4.5 * u)
    c.lineTo(x + 4.5 * u, y + 4.5 * u)
    c.moveTo(x + 4.5 * u, y - 4.5 * u)
    c.lineTo(x - 4.5 * u, y + 4.5 * u)
    c.stroke()
  },
}

function diamond(c: CanvasRenderingContext2D, x: number, y: number, r: number): void {
  c.moveTo(x, y - r)
  c.lineTo(x + r, y)
  c.lineTo(x, y + r)
  c.lineTo(x - r, y)
  c.closePath()
}
