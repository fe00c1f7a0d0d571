import type { QoS } from '@contract/packet'
import { crosses, flat } from '../sequence/boxes'
import { textWidth } from '../text-width'

/** A group of devices, or one external client, as the topology needs it. */
export interface TopologyGroup {
  name: string
  title: string
  subtitle: string
  qos: QoS
  role: 'publisher' | 'subscriber' | 'both' | 'external'
  count: number
  /** Client identifiers; null when the group is drawn as one node. */
  devices: readonly string[] | null
  disconnected: ReadonlySet<string>
}

export interface TopologyNode {
  /** Client identifier, or the group's name when collapsed. */
  id: string
  group: string
  kind: 'device' | 'collapsed' | 'external'
  role: TopologyGroup['role']
  qos: QoS
  connected: boolean
  count: number
  x: number
  y: number
}

export interface TopologyLabel {
  group: string
  title: string
  subtitle: string
  x: number
  y: number
}

export interface TopologyLayout {
  broker: { x: number; y: number; w: number; h: number }
  nodes: readonly TopologyNode[]
  labels: readonly TopologyLabel[]
  /** Node of each client that is drawn by itself. */
  nodeOf: ReadonlyMap<string, TopologyNode>
  /** Node of each collapsed group. */
  nodeOfGroup: ReadonlyMap<string, TopologyNode>
}

/** Groups with more devices than this are drawn as one node with a count. */
const COLLAPSE_ABOVE = 36
/** Devices drawn by themselves over all groups; beyond it the largest groups collapse too. */
const MAX_SINGLE = 150

/** Which groups are drawn as one node: large ones, and the largest of the rest until few enough are left. */
export function collapsedGroups(groups: readonly { name: string; count: number }[]): ReadonlySet<string> {
  const collapsed = new Set(groups.filter((g) => g.count > COLLAPSE_ABOVE).map((g) => g.name))
  const rest = groups.filter((g) => !collapsed.has(g.name)).sort((a, b) => b.count - a.count)
  let single = rest.reduce((n, g) => n + g.count, 0)
  for (const g of rest) {
    if (single <= MAX_SINGLE || g.count === 1) break
    collapsed.add(g.name)
    single -= g.count
  }
  return collapsed
}

interface Arc {
  group: TopologyGroup
  /** Degrees clockwise from the right, first and last node. */
  from: number
  to: number
}

const weightOf = (g: TopologyGroup): number =>
  g.devices === null ? 2.5 : Math.max(1.2, Math.min(16, g.devices.length))

/** Shares the circle among the groups, the first centred at the top, with a gap after each. */
function arcs(groups: readonly TopologyGroup[]): Arc[] {
  const gap = Math.min(26, 200 / Math.max(1, groups.length))
  const total = groups.reduce((sum, g) => sum + weightOf(g), 0)
  const free = 360 - gap * groups.length
  const first = groups[0]
  let at = -90 - (first ? (weightOf(first) / total) * free : 0) / 2
  return groups.map((group) => {
    const span = Math.min(110, (weightOf(group) / total) * free)
    const share = (weightOf(group) / total) * free
    const centre = at + share / 2
    const single = group.devices === null || group.devices.length === 1
    const arc = single
      ? { group, from: centre, to: centre }
      : { group, from: centre - span / 2, to: centre + span / 2 }
    at += share + gap
    return arc
  })
}

const rad = (deg: number): number => (deg * Math.PI) / 180
const SPACING = 15

interface Frame {
  cx: number
  cy: number
  rx: number
  ry: number
  k: number
}

/** Length of an arc of the ellipse, by short chords. */
function arcLength(arc: Arc, f: Frame): number {
  const steps = 12
  let length = 0
  for (let i = 0; i < steps; i++) {
    const a = rad(arc.from + ((arc.to - arc.from) * i) / steps)
    const b = rad(arc.from + ((arc.to - arc.from) * (i + 1)) / steps)
    length += Math.hypot((Math.cos(b) - Math.cos(a)) * f.rx, (Math.sin(b) - Math.sin(a)) * f.ry)
  }
  return length
}

/** Places the devices of one group on its arc, in several rows when one would be too tight. */
function placeGroup(arc: Arc, f: Frame): TopologyNode[] {
  const { group } = arc
  const at = (deg: number, row: number) => ({
    x: f.cx + Math.cos(rad(deg)) * (f.rx - row * 20 * f.k),
    y: f.cy + Math.sin(rad(deg)) * (f.ry - row * 20 * f.k),
  })
  const base = { group: group.name, role: group.role, qos: group.qos }
  const { devices } = group
  if (devices === null) {
    return [
      { ...base, id: group.name, kind: 'collapsed', connected: true, count: group.count, ...at(arc.from, 0) },
    ]
  }
  const length = arcLength(arc, f)
  const perRow = Math.max(1, Math.floor(length / (SPACING * f.k)) + 1)
  const rows = devices.length === 1 ? 1 : Math.min(4, Math.ceil(devices.length / perRow))
  const kind = group.role === 'external' ? 'external' : 'device'
  return devices.map((id, i) => {
    const deg = devices.length === 1 ? arc.from : arc.from + ((arc.to - arc.from) * i) / (devices.length - 1)
    return { ...base, id, kind, connected: !group.disconnected.has(id), count: 1, ...at(deg, i % rows) }
  })
}

export interface Box {
  x0: number
  x1: number
  y0: number
  y1: number
}

const hits = (a: Box, b: Box): boolean => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1

/** Type of a label's first line, as a part of the 11 px of the second. */
const TITLE = 12 / 11

/** Numbers count as long ones: a label's place does not change with a rate. */
const halfWidth = (l: Pick<TopologyLabel, 'title' | 'subtitle'>, k: number): number =>
  Math.max(textWidth(l.title, TITLE * k), textWidth(l.subtitle.replace(/\d[\d.,]*/g, '000.0'), k)) / 2

/** The lines of a label around its place. */
export function labelBox(l: TopologyLabel, k: number): Box {
  const half = halfWidth(l, k)
  return { x0: l.x - half, x1: l.x + half, y0: l.y - 9 * k, y1: l.y + (l.subtitle === '' ? 4 : 22) * k }
}

export const brokerBox = ({ x, y, w, h }: TopologyLayout['broker']): Box => ({
  x0: x - w / 2,
  x1: x + w / 2,
  y0: y - h / 2,
  y1: y + h / 2,
})

const nodeBox = (n: TopologyNode, k: number): Box => {
  const r = (n.kind === 'collapsed' ? 16 : 7) * k
  return { x0: n.x - r, x1: n.x + r, y0: n.y - r, y1: n.y + r }
}

/** Where a group's label may stand, best first: outside its arc, then on the other side, each also a little outwards. */
function labelPlaces(arc: Arc, nodes: readonly TopologyNode[], f: Frame): { x: number; y: number }[] {
  const middle = (arc.from + arc.to) / 2
  const ys = nodes.map((n) => n.y)
  const sine = Math.sin(rad(middle))
  const above = sine < -0.15
  const edge = (up: boolean) => nodes.reduce((a, b) => ((up ? b.y < a.y : b.y > a.y) ? b : a))
  const big = nodes[0]?.kind === 'collapsed' ? 12 * f.k : 0
  const at = (up: boolean) => ({
    x: Math.abs(sine) > 0.8 ? f.cx + Math.cos(rad(middle)) * f.rx : edge(up).x,
    y: up ? Math.min(...ys) - 30 * f.k - big : Math.max(...ys) + 24 * f.k + big,
  })
  const outward = Math.sign(Math.cos(rad(middle))) * 60 * f.k
  return [at(above), at(!above)].flatMap((p) => [0, 1, 2].map((n) => ({ ...p, x: p.x + n * outward })))
}

type Place = Pick<TopologyNode, 'x' | 'y'>

interface Room {
  width: number
  height: number
  /** Boxes of devices, which a label covers if it must. */
  nodes: readonly Box[]
  /** Where packets move, which it covers rather than a device. */
  spokes: readonly { from: Place; to: Place }[]
  /** What a label may not cover: other labels and the broker. */
  taken: readonly Box[]
}

/** A device that is covered counts as this many spokes. */
const DEVICE = 1000

/** Does a line run through a box? */
const runsThrough = (from: Place, to: Place, b: Box): boolean =>
  crosses(from, to, flat(b.x0, (b.y0 + b.y1) / 2, b.x1 - b.x0, b.y1 - b.y0))

/**
 * The first place within the frame where the label covers no device and no spoke, or else the fewest of them. Where both its lines have
 * no room it is the name alone; where that has none, null.
 */
function placeLabel(arc: Arc, nodes: readonly TopologyNode[], f: Frame, room: Room): TopologyLabel | null {
  const { title, subtitle, name } = arc.group
  for (const below of [subtitle, '']) {
    const half = halfWidth({ title, subtitle: below }, f.k)
    let best: { label: TopologyLabel; covers: number } | null = null
    for (const p of labelPlaces(arc, nodes, f)) {
      const label: TopologyLabel = {
        group: name,
        title,
        subtitle: below,
        x: Math.min(room.width - half - 4, Math.max(half + 4, p.x)),
        y: Math.min(room.height - (below === '' ? 6 : 24) * f.k, Math.max(14 * f.k, p.y)),
      }
      const box = labelBox(label, f.k)
      if (room.taken.some((b) => hits(box, b))) continue
      const devices = room.nodes.filter((b) => hits(box, b)).length
      const covers =
        devices * DEVICE + room.spokes.filter(({ from, to }) => runsThrough(from, to, box)).length
      if (best === null || covers < best.covers) best = { label, covers }
    }
    if (best !== null) return best.label
  }
  return null
}

/**
 * How far below its cross, in px, the words at a lost packet stand: above it, which is negative, where they would cover the
 * name of a group or the broker below and nothing above. Null where they would cover something on both sides.
 * @param rest where the cross comes to rest
 */
export function lostOffset(
  rest: { x: number; y: number },
  words: string,
  names: readonly Box[],
  k: number,
): number | null {
  const free = (offset: number): boolean => isFree(rest, offset, words, names, k)
  const [below, above] = [22 * k, -16 * k]
  return free(below) ? below : free(above) ? above : null
}

/** Do words that stand so far below a cross cover nothing? */
export function isFree(
  at: { x: number; y: number },
  offset: number,
  words: string,
  names: readonly Box[],
  k: number,
): boolean {
  const half = textWidth(words, k) / 2
  const y = at.y + offset
  const box = { x0: at.x - half, x1: at.x + half, y0: y - 10 * k, y1: y + 4 * k }
  return !names.some((name) => hits(box, name))
}

/** Room that the picture fills at its own size, px at 16 px type. */
const FULL = { width: 880, height: 860 }
const LARGEST = 2.5

/** How much larger everything is drawn where there is more room than the picture needs, as on a very large screen. */
export const topologyScale = (width: number, height: number, k: number): number =>
  Math.min(LARGEST, Math.max(1, Math.min(width / (FULL.width * k), height / (FULL.height * k))))

/**
 * Devices around the broker on an ellipse, group by group. Pure: the same input gives the same picture.
 * @param k size of the type, 1 at 16 px
 */
export function layoutTopology(
  groups: readonly TopologyGroup[],
  width: number,
  height: number,
  k: number,
): TopologyLayout {
  const small = height < 420 * k
  const f: Frame = {
    cx: width / 2,
    cy: height / 2,
    rx: Math.max(60 * k, Math.min(width / 2 - 72 * k, 300 * k)),
    ry: Math.max(50 * k, Math.min(height / 2 - 62 * k, 320 * k)),
    k,
  }
  const shown = groups.filter((g) => g.count > 0)
  const placed = arcs(shown).map((arc) => ({ arc, nodes: placeGroup(arc, f) }))
  const nodes = placed.flatMap((p) => p.nodes)
  const broker = { x: f.cx, y: f.cy, w: (small ? 76 : 84) * k, h: (small ? 42 : 56) * k }
  const nodeBoxes = nodes.map((n) => nodeBox(n, k))
  const spokes = nodes.map((n) => ({ from: n, to: broker }))
  const taken = [brokerBox(broker)]
  const labels = placed.flatMap((p) => {
    const label = placeLabel(p.arc, p.nodes, f, { width, height, nodes: nodeBoxes, spokes, taken })
    if (label === null) return []
    taken.push(labelBox(label, k))
    return [label]
  })
  return {
    broker,
    nodes,
    labels,
    nodeOf: new Map(nodes.filter((n) => n.kind !== 'collapsed').map((n) => [n.id, n])),
    nodeOfGroup: new Map(nodes.filter((n) => n.kind === 'collapsed').map((n) => [n.group, n])),
  }
}
