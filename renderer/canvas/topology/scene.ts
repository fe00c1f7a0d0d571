import type { PacketType } from '@contract/packet'
import type { TopologyLayout, TopologyNode } from './layout'
import type { Sprite } from './motion'

/** Where the user looks: a point of the layout is drawn at (p - centre) * zoom + centre + pan. */
export interface View {
  zoom: number
  panX: number
  panY: number
}

export interface Point {
  x: number
  y: number
}

/** A packet with the places its mark, tail and fall are drawn at. */
export interface Mark {
  type: PacketType
  dup: boolean
  head: Point
  tail: Point
  /** Where a lost packet is now, below the place it was lost at. */
  fallen: Point | null
  /** Where it comes to rest. */
  rest: Point
  /** 0 just lost, 1 gone. */
  fade: number
  held: boolean
  label: string | null
  /** Along the spoke, radians. */
  angle: number
}

export const project = (layout: TopologyLayout, view: View, p: Point): Point => ({
  x: (p.x - layout.broker.x) * view.zoom + layout.broker.x + view.panX,
  y: (p.y - layout.broker.y) * view.zoom + layout.broker.y + view.panY,
})

/** Uplink marks ride one side of the spoke, downlink marks the other. */
const SIDE = 4
const TAIL = 0.11
const FALL = 58

/** Places sprites on the spokes of a layout as seen in a view. */
export function placeMarks(
  layout: TopologyLayout,
  view: View,
  sprites: readonly Sprite[],
  nodeOf: (id: string) => TopologyNode | undefined,
  k: number,
): Mark[] {
  const broker = project(layout, view, layout.broker)
  const marks: Mark[] = []
  for (const s of sprites) {
    const node = nodeOf(s.node)
    if (!node) continue
    const device = project(layout, view, node)
    const up = s.direction === 'uplink'
    const length = Math.hypot(broker.x - device.x, broker.y - device.y) || 1
    const side = ((up ? SIDE : -SIDE) * k) / length
    const ox = -(broker.y - device.y) * side
    const oy = (broker.x - device.x) * side
    // The last part of the spoke lies under the broker's box, the first under the device's ring.
    const span = (f: number): number => 0.04 + f * 0.82
    const along = (f: number): Point => ({
      x: device.x + (broker.x - device.x) * f + ox,
      y: device.y + (broker.y - device.y) * f + oy,
    })
    const at = up ? span(s.at) : span(1 - s.at)
    const tail = up ? Math.max(0.03, at - TAIL) : Math.min(0.88, at + TAIL)
    const head = along(at)
    const drop = s.t * s.t
    const rest = { x: head.x + 10 * k, y: head.y + FALL * k }
    marks.push({
      rest,
      type: s.type,
      dup: s.dup,
      head,
      tail: along(tail),
      fallen:
        s.phase === 'falling'
          ? { x: head.x + (rest.x - head.x) * Math.min(1, s.t * 2), y: head.y + (rest.y - head.y) * drop }
          : null,
      fade: s.phase === 'falling' ? Math.max(0, (s.t - 0.75) * 4) : 0,
      held: s.phase === 'held',
      label: s.label,
      angle: Math.atan2(broker.y - device.y, broker.x - device.x),
    })
  }
  return marks
}

/**
 * The pieces of a line that its dash leaves, from its beginning on; the whole line for no dash.
 * @param dash drawn and left out in turn, an even number of lengths; each is multiplied by `factor`
 */
export function pieces(from: Point, to: Point, dash: readonly number[], factor: number): [Point, Point][] {
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  if (dash.length === 0 || length === 0) return [[from, to]]
  const at = (d: number): Point => ({
    x: from.x + ((to.x - from.x) * d) / length,
    y: from.y + ((to.y - from.y) * d) / length,
  })
  const found: [Point, Point][] = []
  let done = 0
  for (let i = 0; done < length; i = (i + 1) % dash.length) {
    const end = done + (dash[i] ?? length) * factor
    if (i % 2 === 0) found.push([at(done), at(Math.min(end, length))])
    done = end
  }
  return found
}

/** The node under a point of the screen, within `reach` pixels. */
export function nodeAt(layout: TopologyLayout, view: View, p: Point, reach: number): TopologyNode | null {
  let best: TopologyNode | null = null
  let bestDistance = reach
  for (const n of layout.nodes) {
    const at = project(layout, view, n)
    const distance = Math.hypot(at.x - p.x, at.y - p.y) - (n.kind === 'collapsed' ? 12 : 0)
    if (distance < bestDistance) {
      best = n
      bestDistance = distance
    }
  }
  return best
}

/** A view zoomed by a factor around a point of the screen that stays where it is. */
export function zoomAt(layout: TopologyLayout, view: View, p: Point, factor: number): View {
  const zoom = Math.min(6, Math.max(0.5, view.zoom * factor))
  const f = zoom / view.zoom
  const { x, y } = layout.broker
  return {
    zoom,
    panX: p.x - x - (p.x - x - view.panX) * f,
    panY: p.y - y - (p.y - y - view.panY) * f,
  }
}
