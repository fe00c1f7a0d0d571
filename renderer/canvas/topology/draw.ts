import type { QoS } from '@contract/packet'
import { packetStyle, PACKET_FAMILIES, type PacketFamily, type PacketStyle } from '../../ui/packet-style'
import { drawGlyph } from '../glyphs'
import { brokerBox, isFree, labelBox, lostOffset, type TopologyLayout, type TopologyNode } from './layout'
import { pieces, project, type Mark, type Point, type View } from './scene'

/** Colours and type sizes of the theme, read once a theme change. */
export interface TopologyTheme {
  surface0: string
  surface2: string
  line: string
  lineStrong: string
  ink1: string
  ink2: string
  ink3: string
  accent: string
  loss: string
  warn: string
  packet: Record<PacketFamily, string>
  qos: Record<QoS, string>
  sans: string
  mono: string
  /** Type size factor, 1 at 16 px. */
  k: number
  /** Stroke factor. */
  sk: number
}

export function readTheme(read: (name: string) => string, k: number): TopologyTheme {
  const packet = Object.fromEntries(
    PACKET_FAMILIES.map((f) => [f, read(`--color-packet-${f}`)]),
  ) as TopologyTheme['packet']
  return {
    surface0: read('--color-surface-0'),
    surface2: read('--color-surface-2'),
    line: read('--color-line'),
    lineStrong: read('--color-line-strong'),
    ink1: read('--color-ink-1'),
    ink2: read('--color-ink-2'),
    ink3: read('--color-ink-3'),
    accent: read('--color-accent'),
    loss: read('--color-loss'),
    warn: read('--color-warn'),
    packet,
    qos: { 0: packet.publish, 1: packet.puback, 2: packet.pubrel },
    sans: read('--font-sans'),
    mono: read('--font-mono'),
    k,
    sk: Number(read('--stroke-k')) || 1,
  }
}

export interface TopologyScene {
  layout: TopologyLayout
  view: View
  marks: readonly Mark[]
  selected: string | null
  hovered: TopologyNode | null
  brokerTitle: string
  brokerNote: string
  lostWord: string
}

/** Paints one frame. */
export function drawTopology(
  c: CanvasRenderingContext2D,
  w: number,
  h: number,
  s: TopologyScene,
  t: TopologyTheme,
) {
  c.clearRect(0, 0, w, h)
  drawSpokes(c, s, t)
  drawNodes(c, s, t)
  // names stay where they are and can be read when a packet has passed; a packet that they hide is missed
  drawLabels(c, s, t)
  const moving = s.marks.filter((m) => !m.fallen)
  drawTails(c, moving, t)
  for (const m of moving) drawMark(c, m, t)
  for (const m of s.marks) if (m.fallen) drawFallen(c, m, m.fallen, t)
  drawLostLabels(c, s, t)
  drawBroker(c, s, t)
}

function drawSpokes(c: CanvasRenderingContext2D, s: TopologyScene, t: TopologyTheme): void {
  const broker = project(s.layout, s.view, s.layout.broker)
  const line = (n: TopologyNode): void => {
    const p = project(s.layout, s.view, n)
    c.moveTo(broker.x, broker.y)
    c.lineTo(p.x, p.y)
  }
  c.setLineDash([])
  c.lineWidth = 1
  c.strokeStyle = t.line
  c.beginPath()
  for (const n of s.layout.nodes) if (n.connected) line(n)
  c.stroke()
  c.setLineDash([2, 4])
  c.beginPath()
  for (const n of s.layout.nodes) if (!n.connected) line(n)
  c.stroke()
  const chosen = s.layout.nodes.find((n) => n.id === s.selected)
  if (!chosen) return
  c.setLineDash([])
  c.strokeStyle = t.lineStrong
  c.beginPath()
  line(chosen)
  c.stroke()
}

function drawNodes(c: CanvasRenderingContext2D, s: TopologyScene, t: TopologyTheme): void {
  c.setLineDash([])
  for (const n of s.layout.nodes) {
    const p = project(s.layout, s.view, n)
    c.lineWidth = 1.75 * t.sk
    c.fillStyle = t.surface0
    c.strokeStyle = !n.connected ? t.loss : n.role === 'subscriber' ? t.ink2 : t.qos[n.qos]
    c.beginPath()
    if (n.kind === 'external') {
      c.setLineDash([3, 2])
      c.strokeStyle = t.ink1
      c.rect(p.x - 6 * t.k, p.y - 6 * t.k, 12 * t.k, 12 * t.k)
    } else c.arc(p.x, p.y, (n.kind === 'collapsed' ? 18 : 5) * t.k, 0, Math.PI * 2)
    if (n.kind === 'collapsed') c.fillStyle = t.surface2
    else if (n.role === 'subscriber') c.fillStyle = n.connected ? t.ink1 : t.surface0
    c.fill()
    c.stroke()
    c.setLineDash([])
    if (n.kind === 'collapsed')
      text(c, `x${short(n.count)}`, p.x, p.y + 4 * t.k, 'center', t.ink1, 640, 11, t)
    if (n.id === s.selected || n.id === s.hovered?.id)
      ring(c, n, p, n.id === s.selected ? t.accent : t.ink3, t)
  }
}

/** 12500 is 12.5k: what fits into the node. */
const short = (n: number): string =>
  n < 1000 ? String(n) : `${Number((n / 1000).toFixed(n < 10_000 ? 1 : 0))}k`

function ring(c: CanvasRenderingContext2D, n: TopologyNode, p: Point, color: string, t: TopologyTheme): void {
  c.strokeStyle = color
  c.lineWidth = 2
  c.beginPath()
  c.arc(p.x, p.y, (n.kind === 'collapsed' ? 23 : 10) * t.k, 0, Math.PI * 2)
  c.stroke()
}

/**
 * The tails of each kind of packet as one path, their dashes as pieces of it: Chromium without a graphics card takes less
 * than half the time for it that it takes for a dashed line for each packet.
 */
function drawTails(c: CanvasRenderingContext2D, marks: readonly Mark[], t: TopologyTheme): void {
  const byStyle = new Map<PacketStyle, Mark[]>()
  for (const m of marks) {
    const style = packetStyle(m.type)
    const alike = byStyle.get(style)
    if (alike) alike.push(m)
    else byStyle.set(style, [m])
  }
  c.setLineDash([])
  for (const [style, alike] of byStyle) {
    c.strokeStyle = t.packet[style.family]
    c.lineWidth = style.stroke * t.sk
    c.beginPath()
    for (const m of alike)
      for (const [from, to] of pieces(m.tail, m.head, style.dash, t.sk)) {
        c.moveTo(from.x, from.y)
        c.lineTo(to.x, to.y)
      }
    c.stroke()
  }
}

function drawMark(c: CanvasRenderingContext2D, m: Mark, t: TopologyTheme): void {
  const style = packetStyle(m.type)
  const color = t.packet[style.family]
  drawGlyph(c, style.family, m.head.x, m.head.y, 12 * t.k, color)
  if (m.held) {
    c.strokeStyle = t.accent
    c.lineWidth = 2 * t.sk
    c.beginPath()
    for (const off of [9, 13]) {
      const x = m.head.x + Math.cos(m.angle) * off * t.k
      const y = m.head.y + Math.sin(m.angle) * off * t.k
      c.moveTo(x - Math.sin(m.angle) * 7 * t.k, y + Math.cos(m.angle) * 7 * t.k)
      c.lineTo(x + Math.sin(m.angle) * 7 * t.k, y - Math.cos(m.angle) * 7 * t.k)
    }
    c.stroke()
  }
  if (m.dup) dupBadge(c, m.head, t)
}

function dupBadge(c: CanvasRenderingContext2D, p: Point, t: TopologyTheme): void {
  c.fillStyle = t.warn
  c.fillRect(p.x + 9 * t.k, p.y - 7 * t.k, 25 * t.k, 13 * t.k)
  c.font = `700 ${10.5 * t.k}px ${t.mono}`
  c.textAlign = 'center'
  c.fillStyle = t.surface0
  c.fillText('DUP', p.x + 21.5 * t.k, p.y + 3.4 * t.k)
}

/** A lost packet leaves its spoke, falls and ends in a cross. */
function drawFallen(c: CanvasRenderingContext2D, m: Mark, at: Point, t: TopologyTheme): void {
  const style = packetStyle(m.type)
  const color = t.packet[style.family]
  c.globalAlpha = 1 - m.fade
  c.strokeStyle = color
  c.lineWidth = 1.25 * t.sk
  c.setLineDash([1, 4])
  c.lineCap = 'round'
  c.beginPath()
  c.moveTo(m.head.x, m.head.y)
  c.quadraticCurveTo(at.x, m.head.y + 8 * t.k, at.x, at.y)
  c.stroke()
  c.lineCap = 'butt'
  drawGlyph(c, style.family, at.x, at.y, 11 * t.k, color)
  drawGlyph(c, 'lost', at.x, at.y, 18 * t.k, t.loss)
  c.globalAlpha = 1
}

/** The words at lost packets fall with them, on the side of the cross where they cover no name, nor the broker, in the end. */
function drawLostLabels(c: CanvasRenderingContext2D, s: TopologyScene, t: TopologyTheme): void {
  const lost = s.marks.filter((m) => m.fallen !== null && m.label !== null)
  if (lost.length === 0) return
  const { broker, labels } = s.layout
  const names = labels.map((l) => labelBox({ ...l, ...project(s.layout, s.view, l) }, t.k))
  names.push(brokerBox({ ...broker, ...project(s.layout, s.view, broker) }))
  for (const { fallen, rest, fade, label } of lost) {
    if (fallen === null) continue
    const words = `${label ?? ''} ${s.lostWord}`
    const offset = lostOffset(rest, words, names, t.k)
    // on their way down they wait until they are clear of the broker and of names
    if (offset === null || !isFree(fallen, offset, words, names, t.k)) continue
    c.globalAlpha = 1 - fade
    text(c, words, fallen.x, fallen.y + offset, 'center', t.loss, 640, 11, t)
  }
  c.globalAlpha = 1
}

function drawLabels(c: CanvasRenderingContext2D, s: TopologyScene, t: TopologyTheme): void {
  for (const l of s.layout.labels) {
    const p = project(s.layout, s.view, l)
    text(c, l.title, p.x, p.y, 'center', t.ink1, 640, 12, t)
    text(c, l.subtitle, p.x, p.y + 14 * t.k, 'center', t.ink3, 430, 11, t)
  }
  for (const n of s.layout.nodes) {
    if (n.kind === 'collapsed' || (n.id !== s.selected && n.id !== s.hovered?.id)) continue
    const p = project(s.layout, s.view, n)
    const right = p.x < s.layout.broker.x * 1.6
    text(c, n.id, p.x + (right ? 15 : -15) * t.k, p.y - 6 * t.k, right ? 'left' : 'right', t.ink1, 640, 12, t)
  }
}

function drawBroker(c: CanvasRenderingContext2D, s: TopologyScene, t: TopologyTheme): void {
  const p = project(s.layout, s.view, s.layout.broker)
  const { w, h } = s.layout.broker
  c.fillStyle = t.surface2
  c.strokeStyle = t.ink1
  c.lineWidth = 1.5 * t.sk
  c.beginPath()
  c.roundRect(p.x - w / 2, p.y - h / 2, w, h, 3)
  c.fill()
  c.stroke()
  c.textAlign = 'center'
  c.fillStyle = t.ink1
  c.font = `640 ${13 * t.k}px ${t.sans}`
  c.fillText(s.brokerTitle, p.x, p.y - 2 * t.k)
  c.fillStyle = t.ink3
  c.font = `430 ${11 * t.k}px ${t.mono}`
  c.fillText(s.brokerNote, p.x, p.y + 14 * t.k)
}

/** Text with a halo of the canvas colour, so that spokes do not cross it. */
function text(
  c: CanvasRenderingContext2D,
  words: string,
  x: number,
  y: number,
  align: CanvasTextAlign,
  color: string,
  weight: number,
  px: number,
  t: TopologyTheme,
): void {
  c.font = `${weight} ${px * t.k}px ${t.sans}`
  c.textAlign = align
  c.lineWidth = 5
  c.lineJoin = 'round'
  c.setLineDash([])
  c.strokeStyle = t.surface0
  c.strokeText(words, x, y)
  c.fillStyle = color
  c.fillText(words, x, y)
}
