import { printable } from '@contract/printable'
import type { PacketRow, SessionMark } from '@contract/model'
import { arrowLine, drawArrow, placeEnd, reserveCross, reserveRing, type ArrowContext } from './arrows'
import { Taken, type Box } from './boxes'
import { drawJourneys, drawRetries, resends } from './brackets'
import { drawMarks, drawNotes, drawRings } from './annotations'
import { drawBadges } from './badges'
import { drawFolds } from './folds'
import { placeLanes } from './lanes'
import { closes, tellsConnection } from './marks'
import { buildTimeScale, type TimeScale, type TimeScaleOptions } from './time-scale'
import type { ArrowShape, JourneyShape, LaneShape, Scene, SequenceInput, SequenceOptions } from './types'

/** Distances of the picture at 16 px type. */
export const METRICS = {
  axis: 64,
  slot: 19,
  fold: 20,
  foldAbove: 64,
  maxGap: 190,
  top: 22,
  bottom: 26,
  cards: 136,
  narrow: 860,
  /** A column beside others: room for the axis, and for the words right of the last lane. */
  columnAxis: 56,
  columnEnd: 98,
  /** A slim column: room for numbers left of the first lane and right of the last. */
  slimAxis: 8,
  slimStart: 20,
  slimEnd: 28,
} as const

/** As far as words could reach over the edge of the picture, px. */
const BEYOND = 2000

interface Frame {
  laneX: Map<string, number>
  brokerX: number
  x0: number
  x1: number
  axisX: number
  right: number
}

function frameOf(o: SequenceOptions): Frame {
  const { k } = o
  if (o.column) return columnFrame(o)
  const narrow = o.width < METRICS.narrow * k
  const cards = o.noCards ? 0 : (METRICS.cards + 20 + (narrow ? 70 : 92)) * k
  const x0 = (METRICS.axis + (narrow ? 32 : 48)) * k
  const x1 = o.width - (o.noCards ? 110 * k : cards)
  return frameBetween(o, x0, x1, METRICS.axis * k)
}

function columnFrame(o: SequenceOptions): Frame {
  if (o.slim) {
    const axisX = METRICS.slimAxis * o.k
    return frameBetween(o, axisX + METRICS.slimStart * o.k, o.width - METRICS.slimEnd * o.k, axisX)
  }
  const axisX = METRICS.columnAxis * o.k
  return frameBetween(o, axisX + 16 * o.k, o.width - METRICS.columnEnd * o.k, axisX)
}

function frameBetween(o: SequenceOptions, x0: number, x1: number, axisX: number): Frame {
  const { k } = o
  const xs = placeLanes(o.lanes, x0, Math.max(x0 + 80 * k, x1))
  const laneX = new Map<string, number>()
  let brokerX = x0
  o.lanes.forEach((lane, i) => {
    if (lane.clientId === null) brokerX = xs[i] ?? x0
    else laneX.set(lane.clientId, xs[i] ?? x0)
  })
  return { laneX, brokerX, x0, x1, axisX, right: x1 + 20 * k }
}

/** Lanes of a packet's sender and receiver; null when its client has no lane. */
function legOf(p: PacketRow, f: Frame): { sender: number; receiver: number } | null {
  const client = f.laneX.get(p.clientId)
  if (client === undefined) return null
  return p.direction === 'uplink'
    ? { sender: client, receiver: f.brokerX }
    : { sender: f.brokerX, receiver: client }
}

/** What is drawn of the input, as the time scale takes it: packets in order of capture, session events in order of time. */
export function timedOf(
  input: SequenceInput,
  o: SequenceOptions,
): { packets: (PacketRow & { side: string })[]; marks: SessionMark[] } {
  const sides = new Map(o.lanes.flatMap((l) => (l.clientId === null ? [] : [[l.clientId, l.side] as const])))
  const packets = input.packets
    .flatMap((p) => {
      const side = sides.get(p.clientId)
      return side === undefined ? [] : [{ ...p, side }]
    })
    .sort((a, b) => a.seq - b.seq)
  const first = packets.reduce((t, p) => Math.min(t, p.sentMs), Infinity)
  const marks = input.marks
    .filter((m) => sides.has(m.clientId) && m.atMs >= first)
    .sort((a, b) => a.atMs - b.atMs)
  return { packets, marks }
}

/** Distances of the time scale at the size of the type. */
export const scaleOptions = ({ k, pxPerMs, nowMs, rooms }: SequenceOptions): TimeScaleOptions => ({
  ...(rooms ? { rooms } : {}),
  pxPerMs,
  slot: METRICS.slot * k,
  foldPx: METRICS.fold * k,
  foldAbove: METRICS.foldAbove * k,
  maxGap: METRICS.maxGap * k,
  top: METRICS.top * k,
  nowMs,
})

/**
 * Draws handshakes as a sequence diagram: model in, shapes out. Every packet whose client has a lane is drawn exactly
 * once, from its sender's lane, at the height of its sending; only a delivered one reaches its receiver's lane, at the
 * height of its arrival. Pure.
 */
export function layoutSequence(input: SequenceInput, o: SequenceOptions): Scene {
  const { k, words } = o
  const frame = frameOf(o)
  const { packets, marks } = timedOf(input, o)
  const scale = o.scale ?? buildTimeScale(packets, marks, scaleOptions(o))
  const taken = new Taken()
  const context: ArrowContext = {
    k,
    words,
    taken,
    lines: [],
    column: o.column ?? false,
    slim: o.slim ?? false,
    terse: o.terse ?? !(o.noCards ?? false),
  }
  const shown: SequenceInput = { ...input, packets, marks }
  const bottom = Math.max(scale.height + METRICS.bottom * k, o.minHeight ?? 0)
  const cards = drawJourneys(shown, scale, {
    x: o.width - (METRICS.cards + 14) * k,
    cardX: o.width - METRICS.cards * k,
    width: (METRICS.cards - 8) * k,
    k,
    words,
    noCards: o.noCards ?? false,
    bottom,
  })
  // the times end left of the ticks
  for (const box of surroundings(cards, frame.axisX - 8 * k, o.width)) taken.add(box)
  const arrows = drawArrows(packets, scale, frame, context)
  const placed = { scale, taken, k, words, laneX: (p: PacketRow) => legOf(p, frame) }
  const lines = arrows.map((a) => ({ a: a.from, b: a.to }))
  // what is said of a session is short, and stands where it happened
  const markShapes = drawMarks(marks, frame.laneX, { ...placed, lines })
  const retries = drawRetries(resends(packets, input.marks), scale, placed.laneX, { ...placed, lines })
  const rings = drawRings(packets, { ...placed, lines, bare: o.slim ?? false })
  const notes = o.slim ? [] : drawNotes(packets, arrows, placed)
  const badges = drawBadges(o.numbers ?? [], { k, taken, arrows, rings, marks: markShapes })
  const starts = clusterStarts(shown, scale)
  return {
    width: o.width,
    height: cards.height,
    axisX: frame.axisX,
    right: frame.right,
    lanes: drawLanes(o, frame, scale, marks, cards.height),
    links: drawLinks(o, frame),
    folds: drawFolds(scale, frame, o, { taken, brackets: retries }),
    stretches: [...scale.stretches],
    ticks: o.slim ? [] : drawTicks(scale, starts, o),
    separators: starts.slice(1).map((t) => scale.y(t) - 12 * k),
    arrows,
    retries,
    journeys: cards.shapes,
    rings,
    notes,
    marks: markShapes,
    badges,
    scale,
    drawn: packets.length,
  }
}

/** Where no words may stand: beyond the edges, among the times, and on the verdict cards. */
function surroundings(
  { shapes, height }: { shapes: readonly JourneyShape[]; height: number },
  left: number,
  right: number,
): Box[] {
  const edge = (cx: number): Box => ({ cx, cy: height / 2, w: BEYOND, h: height + BEYOND, angle: 0 })
  const cards = shapes.flatMap(({ card }): Box[] =>
    card
      ? [
          {
            cx: card.x + card.width / 2,
            cy: card.y + card.height / 2,
            w: card.width,
            h: card.height,
            angle: 0,
          },
        ]
      : [],
  )
  return [edge(left - BEYOND / 2), edge(right + BEYOND / 2), ...cards]
}

function drawArrows(packets: readonly PacketRow[], scale: TimeScale, f: Frame, c: ArrowContext) {
  const lines = packets.flatMap((p) => {
    const spot = scale.spots.get(p.seq)
    const leg = legOf(p, f)
    return spot && leg ? [{ p, line: arrowLine(p, spot, leg, c.k) }] : []
  })
  const drawn = new Map<number, ArrowShape>()
  // what says that a packet was lost, or that a copy has come, has the first right to its place
  for (const { p, line } of lines) {
    reserveCross(p, line, c)
    reserveRing(p, line, scale.spots.get(p.seq)?.y1 ?? 0, c)
  }
  const ends = new Map(
    lines.map(({ p, line }) => {
      const end = placeEnd(p, line, c)
      if (end)
        c.taken.add(end.box, () => {
          const arrow = drawn.get(p.seq)
          if (arrow) arrow.endText = null
        })
      return [p.seq, end]
    }),
  )
  for (const { p, line } of lines) {
    const near = Math.abs(line.to.y - line.from.y) + 60 * c.k
    c.lines = lines
      .filter(
        (l) =>
          l.p !== p && Math.abs(l.line.from.y - line.from.y) < near + Math.abs(l.line.to.y - l.line.from.y),
      )
      .map((l) => ({ a: l.line.from, b: l.line.to }))
    drawn.set(p.seq, drawArrow(p, line, ends.get(p.seq) ?? null, c))
  }
  return [...drawn.values()]
}

/** Times at which something begins while nothing else is going on. */
function clusterStarts(input: SequenceInput, scale: TimeScale): number[] {
  const spans = new Map<string, { from: number; to: number }>()
  for (const p of input.packets) {
    const key = p.journey === null ? `p${p.seq}` : `j${p.journey}`
    const span = spans.get(key)
    const to = Math.max(p.settledMs ?? p.sentMs, p.sentMs)
    if (span) {
      span.from = Math.min(span.from, p.sentMs)
      span.to = Math.max(span.to, to)
    } else spans.set(key, { from: p.sentMs, to })
  }
  const starts: number[] = []
  let until = -Infinity
  for (const s of [...spans.values()].sort((a, b) => a.from - b.from)) {
    const last = starts.at(-1)
    if (s.from > until && (last === undefined || scale.y(s.from) - scale.y(last) > 40)) starts.push(s.from)
    until = Math.max(until, s.to)
  }
  return starts
}

function drawTicks(scale: TimeScale, starts: readonly number[], o: SequenceOptions): Scene['ticks'] {
  const strong = new Set(starts)
  const ticks: Scene['ticks'] = []
  let base = starts[0] ?? 0
  for (const { t, y0 } of scale.instants) {
    const isStart = strong.has(t)
    if (isStart) base = t
    const last = ticks.at(-1)
    if (last && y0 - last.y < 13 * o.k) {
      if (!isStart || last.strong) continue
      ticks.pop()
    }
    ticks.push({ y: y0, text: isStart ? o.words.time(t) : o.words.plus(t - base), strong: isStart })
  }
  return ticks
}

function drawLanes(
  o: SequenceOptions,
  f: Frame,
  scale: TimeScale,
  marks: readonly SessionMark[],
  height: number,
): LaneShape[] {
  return o.lanes.map((lane) => {
    const x = lane.clientId === null ? f.brokerX : (f.laneX.get(lane.clientId) ?? f.x0)
    const title = lane.clientId === null ? o.words.broker : shorten(printable(lane.clientId))
    const role = lane.publishes
      ? lane.subscribes
        ? o.words.both
        : o.words.publisher
      : lane.subscribes
        ? o.words.subscriber
        : ''
    const note = o.slim ? '' : (o.laneNotes?.get(lane.clientId ?? '') ?? (lane.clientId === null ? '' : role))
    const own = marks.flatMap((m, i) =>
      m.clientId === lane.clientId ? [{ y: scale.marks[i] ?? 0, kind: m.kind }] : [],
    )
    return { ...lane, x, title, note, segments: laneSegments(own, scale, height) }
  })
}

function laneSegments(
  marks: readonly { y: number; kind: SessionMark['kind'] }[],
  scale: TimeScale,
  height: number,
): LaneShape['segments'] {
  const cuts = [0, height, ...marks.map((m) => m.y), ...scale.folds.flatMap((fold) => [fold.y0, fold.y1])]
  const edges = [...new Set(cuts)].filter((y) => y >= 0 && y <= height).sort((a, b) => a - b)
  const segments: LaneShape['segments'] = []
  for (let i = 0; i + 1 < edges.length; i++) {
    const y0 = edges[i] ?? 0
    const y1 = edges[i + 1] ?? 0
    const middle = (y0 + y1) / 2
    const last = marks.findLast((m) => m.y <= middle && tellsConnection(m.kind))
    const folded = scale.folds.some((fold) => fold.y0 <= middle && middle <= fold.y1)
    const state = last && closes(last.kind) ? 'down' : folded ? 'folded' : 'up'
    const before = segments.at(-1)
    if (before?.state === state) before.y1 = y1
    else segments.push({ y0, y1, state })
  }
  return segments
}

function drawLinks(o: SequenceOptions, f: Frame): Scene['links'] {
  const at = o.lanes.findIndex((l) => l.clientId === null)
  return [at - 1, at + 1].flatMap((i) => {
    const id = o.lanes[i]?.clientId
    const text = id === undefined || id === null ? undefined : o.linkNotes?.get(id)
    const x = id === undefined || id === null ? undefined : f.laneX.get(id)
    return text === undefined || x === undefined ? [] : [{ x: (x + f.brokerX) / 2, text }]
  })
}

/** Characters of a lane's title: an identifier may have 65,535. */
const TITLE = 48
const shorten = (text: string): string => (text.length > TITLE ? `${text.slice(0, TITLE - 1)}…` : text)
