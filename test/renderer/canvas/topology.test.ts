import { describe, expect, it } from 'vitest'
import {
  brokerBox,
  collapsedGroups,
  isFree,
  labelBox,
  layoutTopology,
  lostOffset,
  topologyScale,
  type TopologyGroup,
} from '../../../renderer/canvas/topology/layout'
import { drawTopology, readTheme } from '../../../renderer/canvas/topology/draw'
import { PacketMotion } from '../../../renderer/canvas/topology/motion'
import { nodeAt, pieces, placeMarks, project, zoomAt } from '../../../renderer/canvas/topology/scene'
import { packet } from '../../helpers/packet-row'

const group = (name: string, count: number, part: Partial<TopologyGroup> = {}): TopologyGroup => ({
  name,
  title: name,
  subtitle: `${count} devices`,
  qos: 1,
  role: 'publisher',
  count,
  devices: Array.from({ length: count }, (_, i) => `${name}-${i + 1}`),
  disconnected: new Set(),
  ...part,
})
const HOME = { zoom: 1, panX: 0, panY: 0 }
const sizes = [
  [540, 760],
  [640, 320],
  [1600, 1200],
] as const

describe('topology layout', () => {
  it.each(sizes)('keeps every device and label inside %d x %d', (w, h) => {
    const groups = [
      group('a', 12),
      group('b', 8),
      group('c', 36),
      group('big', 900, { devices: null }),
      group('d', 1),
    ]
    const { nodes, labels } = layoutTopology(groups, w, h, 1)
    expect(nodes).toHaveLength(12 + 8 + 36 + 1 + 1)
    for (const n of nodes) {
      expect(n.x).toBeGreaterThan(0)
      expect(n.x).toBeLessThan(w)
      expect(n.y).toBeGreaterThan(0)
      expect(n.y).toBeLessThan(h)
    }
    for (const l of labels) {
      const half = Math.max(l.title.length * 6.6, l.subtitle.length * 6) / 2
      expect(l.x - half).toBeGreaterThanOrEqual(0)
      expect(l.x + half).toBeLessThanOrEqual(w)
      expect(l.y).toBeGreaterThan(10)
      expect(l.y + 14).toBeLessThan(h)
    }
  })

  it('takes Korean characters for as wide as they are, about 12 px', () => {
    const label = { group: 'g', x: 100, y: 50, subtitle: '' }
    const { x0, x1 } = labelBox({ ...label, title: '온도 센서' }, 1)
    expect(x1 - x0).toBeGreaterThan(4 * 12)
    expect(x1 - x0).toBeLessThan(5 * 14)
  })

  it('puts the word at a lost packet where it covers no name of a group', () => {
    const name = labelBox({ group: 'g', title: 'Display', subtitle: 'sub QoS 1', x: 100, y: 72 }, 1)
    const at = (x: number, y: number) => lostOffset({ x, y }, 'PUBLISH lost', [name], 1)
    expect([at(100, 20), at(100, 45), at(300, 45)]).toEqual([22, -16, 22])
    const broker = labelBox({ group: '', title: 'Broker', subtitle: '', x: 100, y: 30 }, 1)
    expect(lostOffset({ x: 100, y: 45 }, 'PUBLISH lost', [name, broker], 1)).toBeNull()
  })

  it('lets the words at a lost packet wait on their way down until they are clear of the broker', () => {
    const broker = brokerBox({ x: 200, y: 100, w: 120, h: 46 })
    const layout = layoutTopology([group('sensor', 1)], 400, 300, 1)
    const lost = (t: number) => ({
      seq: 1,
      node: 'sensor-1',
      type: 'PUBLISH' as const,
      direction: 'uplink' as const,
      dup: false,
      phase: 'falling' as const,
      at: 1,
      t,
      label: 'PUBLISH #1',
    })
    const device = { ...(layout.nodes[0] as (typeof layout.nodes)[number]), x: 60, y: 100 }
    const at = { ...layout, broker: { x: 200, y: 100, w: 120, h: 46 } }
    const places = [0, 0.5, 1].map((t) => {
      const mark = placeMarks(at, HOME, [lost(t)], () => device, 1)[0]
      const words = 'PUBLISH #1 lost'
      const offset = lostOffset(mark?.rest ?? { x: 0, y: 0 }, words, [broker], 1)
      expect(offset).toBe(22)
      return isFree(mark?.fallen ?? { x: 0, y: 0 }, offset ?? 0, words, [broker], 1)
    })
    expect(places).toEqual([false, true, true])
  })

  it('lets no label cover another or the broker, however small the frame; names that have no room are left out', () => {
    const groups = [
      'Temperature sensors',
      'Door locks',
      'Power meters',
      'Air quality',
      'Hall lamps',
      'Dashboard',
    ].map((name, i) => group(name, 2 * i + 1))
    const left: number[] = []
    for (const [w, h] of [
      [800, 600],
      [388, 140],
      [300, 110],
    ] as const) {
      const { labels, broker } = layoutTopology(groups, w, h, 1)
      left.push(labels.length)
      const boxes = [...labels.map((l) => labelBox(l, 1)), brokerBox(broker)]
      for (const [i, a] of boxes.entries())
        for (const b of boxes.slice(i + 1))
          expect(a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1, `${w} x ${h}`).toBe(false)
    }
    expect(left[0]).toBe(6)
    expect(left[2]).toBeGreaterThan(0)
  })

  it('keeps labels off the nodes and labels of other groups in a flat frame', () => {
    const groups = [
      group('Temperature sensors', 12),
      group('Door locks', 8),
      group('Power meters', 6),
      group('Air quality', 16),
      group('Hall lamps', 3, { role: 'subscriber', subtitle: '3 subscribers, home/lamp-{n}' }),
      group('Dashboard', 1, { role: 'subscriber' }),
    ]
    const { nodes, labels } = layoutTopology(groups, 644, 318, 1)
    const box = (l: (typeof labels)[number]) => {
      const half = Math.max(l.title.length * 6.6, l.subtitle.length * 6) / 2
      return { x0: l.x - half, x1: l.x + half, y0: l.y - 9, y1: l.y + 22 }
    }
    for (const l of labels) {
      const b = box(l)
      const on = nodes.filter((n) => n.x > b.x0 - 5 && n.x < b.x1 + 5 && n.y > b.y0 - 5 && n.y < b.y1 + 5)
      expect(
        on.map((n) => n.id),
        l.title,
      ).toEqual([])
      for (const other of labels.filter((o) => o !== l)) {
        const o = box(other)
        expect(b.x0 < o.x1 && o.x0 < b.x1 && b.y0 < o.y1 && o.y0 < b.y1, `${l.title}, ${other.title}`).toBe(
          false,
        )
      }
    }
  })

  it.each([
    [390, 300],
    [360, 260],
    [540, 760],
  ] as const)('keeps labels off the ways of packets, %d x %d', (w, h) => {
    const groups = [
      group('Sensor', 1, { subtitle: 'QoS 1, 0.5/s' }),
      group('Door lock', 1, { subtitle: 'QoS 2, 0.2/s' }),
      group('Dashboard', 1, { role: 'subscriber', subtitle: 'home/#' }),
    ]
    const { nodes, labels, broker } = layoutTopology(groups, w, h, 1)
    expect(labels).toHaveLength(3)
    for (const l of labels) {
      const { x0, x1, y0, y1 } = labelBox(l, 1)
      for (const n of nodes)
        for (let f = 0; f <= 1; f += 0.01) {
          const [x, y] = [n.x + (broker.x - n.x) * f, n.y + (broker.y - n.y) * f]
          expect(x > x0 && x < x1 && y > y0 && y < y1, `${l.title} on ${n.id}`).toBe(false)
        }
    }
  })

  it('draws packets above the names of groups, so that none is hidden', () => {
    const said: unknown[] = []
    const note = (words: unknown): void => void said.push(words)
    const c = new Proxy({} as CanvasRenderingContext2D, {
      get: (_, key) => (key === 'fillText' ? note : () => undefined),
      set: () => true,
    })
    const layout = layoutTopology([group('a', 1)], 390, 300, 1)
    const p = { x: 100, y: 100 }
    const still = { fallen: null, rest: p, fade: 0, held: false, label: null, angle: 0 }
    const mark = { ...still, type: 'PUBLISH' as const, dup: true, head: p, tail: p }
    const words = { brokerTitle: 'Broker', brokerNote: 'embedded', lostWord: 'lost' }
    const scene = { layout, view: HOME, marks: [mark], selected: null, hovered: null, ...words }
    drawTopology(
      c,
      390,
      300,
      scene,
      readTheme(() => '1', 1),
    )
    expect(said).toEqual(['a', '1 devices', 'DUP', 'Broker', 'embedded'])
  })

  it('is drawn larger where there is room for it, and never smaller', () => {
    expect(topologyScale(540, 760, 1)).toBe(1)
    expect(topologyScale(2900, 2000, 1)).toBeCloseTo(2.33, 1)
    expect(topologyScale(9000, 9000, 1)).toBe(2.5)
  })

  it('leaves room between neighbours', () => {
    const { nodes } = layoutTopology([group('a', 36), group('b', 36), group('c', 36)], 540, 760, 1)
    for (const a of nodes) {
      const nearest = Math.min(...nodes.filter((b) => b !== a).map((b) => Math.hypot(a.x - b.x, a.y - b.y)))
      expect(nearest).toBeGreaterThan(9)
    }
  })

  it('puts the first group at the top', () => {
    const { nodes, broker } = layoutTopology([group('a', 5), group('b', 5), group('c', 5)], 600, 600, 1)
    const ys = (name: string) => nodes.filter((n) => n.group === name).map((n) => n.y)
    expect(Math.max(...ys('a'))).toBeLessThan(broker.y)
  })

  it('collapses large groups, and the largest when there are too many devices', () => {
    expect([
      ...collapsedGroups([
        { name: 'a', count: 36 },
        { name: 'b', count: 37 },
      ]),
    ]).toEqual(['b'])
    const many = Array.from({ length: 10 }, (_, i) => ({ name: `g${i}`, count: 21 + i }))
    const collapsed = collapsedGroups(many)
    const single = many.filter((g) => !collapsed.has(g.name)).reduce((n, g) => n + g.count, 0)
    expect(single).toBeLessThanOrEqual(150)
    expect(collapsed.has('g9')).toBe(true)
    expect(collapsed.has('g0')).toBe(false)
  })
})

describe('packets in motion', () => {
  const at = (id: string): string => id
  const sent = packet({ seq: 1, clientId: 'a-1', type: 'PUBLISH', fate: 'delivered', settledMs: 40 })

  it('flies long enough to be seen, then is gone', () => {
    const motion = new PacketMotion()
    motion.add([sent], at, 0)
    expect(motion.frame(350)).toMatchObject([{ phase: 'moving', at: 0.5, node: 'a-1' }])
    expect(motion.frame(701)).toEqual([])
  })

  it('takes the real time of a slow link', () => {
    const motion = new PacketMotion()
    motion.add([{ ...sent, settledMs: 400 }], at, 0, 0, 0.1)
    expect(motion.frame(1000)[0]?.at).toBeCloseTo(0.25)
  })

  it('does not fly for the time in which step mode let others pass', () => {
    const motion = new PacketMotion()
    motion.add([{ ...sent, settledMs: 20_400, heldMs: 20_000 }], at, 0, 0, 0.1)
    expect(motion.frame(1000)[0]?.at).toBeCloseTo(0.25)
  })

  it('lets a lost one fall from where it was lost, with its name', () => {
    const motion = new PacketMotion()
    motion.add(
      [packet({ seq: 1, clientId: 'a-1', type: 'PUBACK', packetId: 7, fate: 'lost', lossPoint: 0.5 })],
      at,
      0,
    )
    expect(motion.frame(300)[0]?.phase).toBe('moving')
    const falling = motion.frame(900)[0]
    expect(falling).toMatchObject({ phase: 'falling', at: 0.5, label: 'PUBACK #7' })
    expect(falling?.t).toBeCloseTo(0.5)
    expect(motion.frame(1500)).toEqual([])
  })

  it('holds a packet at the gate until it is decided', () => {
    const motion = new PacketMotion()
    motion.add([{ ...sent, fate: 'held', settledMs: null }], at, 0)
    expect(motion.frame(60_000)).toMatchObject([{ phase: 'held', at: 0.5 }])
    motion.add([sent], at, 60_000)
    expect(motion.frame(60_100)[0]?.phase).toBe('moving')
    expect(motion.frame(60_500)).toEqual([])
  })

  it('does not fly a packet again when its fate is told late', () => {
    const motion = new PacketMotion()
    motion.add([sent], at, 0)
    motion.frame(800)
    motion.add([sent], at, 900)
    expect(motion.frame(1000)).toEqual([])
  })

  it('fills the picture evenly when there is more than fits', () => {
    const motion = new PacketMotion({ max: 70 })
    const launched = Array.from({ length: 40 }, (_, i) => {
      const rows = Array.from({ length: 300 }, (_row, j) => ({ ...sent, seq: i * 300 + j + 1 }))
      motion.add(rows, at, i * 50)
      return motion.frame(i * 50).filter((s) => s.at === 0).length
    })
    for (const n of launched.slice(20)) {
      expect(n).toBeGreaterThanOrEqual(3)
      expect(n).toBeLessThanOrEqual(5)
    }
  })

  it('leaves out what does not fit and says how much it shows', () => {
    const motion = new PacketMotion({ max: 10 })
    const rows = Array.from({ length: 40 }, (_, i) => ({ ...sent, seq: i + 1 }))
    motion.add(rows, at, 0, 300)
    const { drawn, seen } = motion.share(100)
    expect(motion.frame(100)).toHaveLength(drawn)
    expect([drawn < 10, seen]).toEqual([true, 300])
    expect(motion.share(2000)).toEqual({ drawn: 0, seen: 0 })
  })
})

describe('topology scene', () => {
  const layout = layoutTopology([group('a', 1)], 600, 600, 1)
  const node = layout.nodes[0]
  if (!node) throw new Error('no node')

  it('runs uplink from the device and downlink from the broker, side by side', () => {
    const sprite = {
      seq: 1,
      node: 'a-1',
      type: 'PUBLISH',
      dup: false,
      phase: 'moving',
      at: 0.1,
      t: 0,
      label: null,
    } as const
    const marks = placeMarks(
      layout,
      HOME,
      [
        { ...sprite, direction: 'uplink' },
        { ...sprite, direction: 'downlink' },
      ],
      () => node,
      1,
    )
    const [up, down] = marks
    if (!up || !down) throw new Error('no marks')
    const far = (p: { x: number; y: number }): number => Math.hypot(p.x - node.x, p.y - node.y)
    expect(far(up.head)).toBeLessThan(far(down.head))
    expect(Math.sign(up.head.x - node.x)).toBe(-Math.sign(down.head.x - node.x))
  })

  it('finds the node under the pointer, in any view', () => {
    const view = zoomAt(layout, HOME, { x: 100, y: 80 }, 2)
    const seen = project(layout, view, node)
    expect(nodeAt(layout, view, { x: seen.x + 5, y: seen.y }, 14)).toBe(node)
    expect(nodeAt(layout, view, { x: seen.x + 40, y: seen.y }, 14)).toBeNull()
  })

  it('zooms around the pointer', () => {
    const p = { x: 100, y: 80 }
    const view = zoomAt(layout, HOME, p, 2)
    // The point of the layout that was under the pointer still is.
    expect(project(layout, view, p)).toEqual(p)
    expect(zoomAt(layout, view, p, 100).zoom).toBe(6)
  })
})

describe('a dashed line in pieces', () => {
  const from = { x: 10, y: 20 }
  const to = { x: 40, y: 60 }
  const lengths = (dash: readonly number[], factor = 1): number[] =>
    pieces(from, to, dash, factor).map(([a, b]) => Math.round(Math.hypot(b.x - a.x, b.y - a.y) * 1e6) / 1e6)

  it('is the whole line without a dash', () => {
    expect(pieces(from, to, [], 1)).toEqual([[from, to]])
    expect(pieces(from, from, [6, 3], 1)).toEqual([[from, from]])
  })

  it('begins with a dash at the tail and ends with the line', () => {
    expect(lengths([6, 3])).toEqual([6, 6, 6, 6, 6, 5])
    expect(lengths([9, 3, 2, 3])).toEqual([9, 2, 9, 2, 9, 2])
    expect(lengths([14, 4], 2)).toEqual([28, 14])
    expect(pieces(from, to, [6, 3], 1)[0]?.[0]).toEqual(from)
  })
})
