import type { PacketRow } from '@contract/model'
import { textWidth } from '../text-width'
import { crosses, flat, type Box, type Taken } from './boxes'
import type { Spot } from './time-scale'
import type { ArrowShape, LabelShape, Point, SequenceWords } from './types'

/** Width of one character of the fixed-width face at 11 px. */
const MONO = 6.6
/** Radius of the ring that says a copy has come, with its stroke. */
export const RING = 5.5

/** A packet that is lost or held ends this far from either lane at least, as a share of the leg. */
const KEEP_OFF = 0.1

/** How far along its leg an arrow is drawn, 0 to 1. Only a delivered packet reaches its receiver. */
export function reach(p: Pick<PacketRow, 'fate' | 'lossPoint'>): number {
  switch (p.fate) {
    case 'delivered':
      return 1
    case 'lost':
      return Math.min(1 - KEEP_OFF, Math.max(KEEP_OFF * 1.5, p.lossPoint))
    case 'held':
    case 'transit':
      return 0.5
  }
}

const ENDS = { delivered: 'head', lost: 'cross', held: 'bars', transit: 'open' } as const

/** Name and identifier as they stand on an arrow, e.g. `PUBLISH #7`. */
export const packetName = (p: Pick<PacketRow, 'type' | 'packetId'>): string =>
  p.packetId === null ? p.type : `${p.type} #${p.packetId}`

/** QoS and RETAIN of a PUBLISH, as they stand behind its name; null for the other packets. */
export const flagsText = (p: Pick<PacketRow, 'type' | 'qos' | 'retain'>): string | null =>
  p.type === 'PUBLISH' && p.qos !== null ? `QoS ${p.qos}${p.retain ? ' RETAIN' : ''}` : null

/** A column's head says the QoS. */
function labelFlags(p: PacketRow, c: ArrowContext): string | null {
  if (!c.column) return flagsText(p)
  return p.type === 'PUBLISH' && p.retain ? 'RETAIN' : null
}

const alteredWord = (p: PacketRow, c: ArrowContext): string | null =>
  p.altered ? c.words.altered(p.altered) : null

/** Of the word behind a label, with the gap in front of it. */
export const alteredWidth = (word: string | null, k: number): number =>
  word === null ? 0 : textWidth(word, k) + 9 * k

/** What a label says. */
type Said = Pick<LabelShape, 'name' | 'qos' | 'dup' | 'altered' | 'width' | 'short'>

function said(
  p: PacketRow,
  c: ArrowContext,
  qos: string | null,
  dup: boolean,
  name: string = packetName(p),
): Said {
  const altered = alteredWord(p, c)
  const fixed = 14 + name.length * MONO + (qos ? qos.length * MONO + 7 : 0) + (dup ? 31 : 0)
  return { name, qos, dup, altered, width: fixed * c.k + alteredWidth(altered, c.k), short: false }
}

/**
 * What is left of a label where it has no room: first the QoS goes, and in a slim column the identifier. Of a packet with DUP,
 * which only a PUBLISH can have, the type goes and DUP stays: a copy is never shown like a first one.
 */
function shorter(p: PacketRow, c: ArrowContext): Said[] {
  const id = p.packetId === null ? '' : `#${p.packetId}`
  const names = p.dup ? [id, ''] : c.slim && id !== '' ? [p.type] : []
  const less = [
    ...(labelFlags(p, c) === null ? [] : [said(p, c, null, p.dup)]),
    ...(p.dup && c.slim && id !== '' ? [said(p, c, null, true, p.type)] : []),
    ...names.map((name) => said(p, c, null, p.dup, name)),
  ]
  return less.map((s) => ({ ...s, short: true }))
}

const labelWidth = (p: PacketRow, c: ArrowContext): number => said(p, c, labelFlags(p, c), p.dup).width

export interface ArrowContext {
  k: number
  words: SequenceWords
  taken: Taken
  /** Lines drawn so far, that a label should rather not stand on. */
  lines: { a: Point; b: Point }[]
  /** The picture's head says the QoS. @default false */
  column?: boolean
  /** A column that is narrow for its type. @default false */
  slim?: boolean
  /** A label says less rather than lie across another arrow: what it leaves out stands beside the picture. @default false */
  terse?: boolean
}

const ALONG = [0.5, 0.36, 0.64, 0.24, 0.76, 0.16, 0.84]

export interface Line {
  from: Point
  to: Point
  end: ArrowShape['end']
  /** Lane of the receiver. */
  receiver: number
}

/** Length of the arrow that its label may cover: it stops short of the head, the cross or the bars. */
const roomOn = ({ from, to, end }: Line, k: number): number =>
  Math.hypot(to.x - from.x, to.y - from.y) - (end === 'open' ? 0 : 10 * k)

/** A packet that was lost before there was room for its label on its arrow is named at its cross. */
const namedAtCross = (p: PacketRow, line: Line, c: ArrowContext): boolean =>
  p.fate === 'lost' && roomOn(line, c.k) < labelWidth(p, c)

/** Says as much as there is room for. */
function placeLabel(line: Line, p: PacketRow, c: ArrowContext): { label: LabelShape; box: Box } {
  const full = placeSaid(line, said(p, c, labelFlags(p, c), p.dup), c)
  const mayShorten = c.terse === true || (c.slim === true && p.dup)
  /** A label that is longer than its arrow lies where the next arrow's label, or a number, has to stand. */
  const crossed = ({ box, label }: { box: Box; label: LabelShape }): number =>
    (c.terse ? crossedBy(box, c) : 0) + (mayShorten && label.width > roomOn(line, c.k) ? 1 : 0)
  if (!full.label.crowded && crossed(full) === 0) return full
  let best = full
  for (const less of shorter(p, c)) {
    const placed = placeSaid(line, less, c)
    const better = best.label.crowded || crossed(placed) < crossed(best)
    if (!placed.label.crowded && better) best = placed
  }
  return best
}

/** How many lines run through a label. */
const crossedBy = (box: Box, { lines, k }: ArrowContext): number =>
  lines.filter((l) => crosses(l.a, l.b, { ...box, h: 8 * k })).length

/** The first place along the arrow where its label covers no other label, preferring one that covers no other line. */
function placeSaid(line: Line, words: Said, c: ArrowContext): { label: LabelShape; box: Box } {
  const { k } = c
  const { width } = words
  const dx = line.to.x - line.from.x
  const dy = line.to.y - line.from.y
  const length = Math.hypot(dx, dy)
  const angle = Math.atan2(dy * Math.sign(dx || 1), Math.abs(dx))
  const usable = roomOn(line, k)
  const fits = usable >= width
  const low = width / 2 / length
  const high = (usable - width / 2) / length
  const wanted = line.end === 'cross' ? [high, (low + high) / 2, low] : line.end === 'bars' ? [0.5] : ALONG
  const shares = fits ? wanted.map((s) => Math.min(high, Math.max(low, s))) : [0.5]
  // under its arrow only where there is no place above it
  const below = line.end === 'cross' || !fits ? 1 : 20
  const places = [-4.5 * k, 15 * k].flatMap((lift) =>
    [...new Set(shares)].map((share) => ({
      lift,
      x: line.from.x + dx * share,
      y: line.from.y + dy * share,
      /** What it costs where it covers nothing. */
      least: (lift > 0 ? below : 0) + Math.abs(share - 0.5),
    })),
  )
  const boxOf = (at: { x: number; y: number; lift: number }): Box => ({
    cx: at.x - Math.sin(angle) * (at.lift - 4 * k),
    cy: at.y + Math.cos(angle) * (at.lift - 4 * k),
    w: width,
    h: 11.5 * k,
    angle,
  })
  const { place, box, cost } = cheapest(places, boxOf, c)
  const { x, y, lift } = place
  const degrees = (angle * 180) / Math.PI
  return {
    box,
    label: { ...words, x, y, angle: degrees, lift, crowded: cost >= BLOCKED },
  }
}

/** What it costs to cover another label: never done. */
const BLOCKED = 100
const CROSSED = 3

/** The place that costs least. The likely ones come first, and no more are looked at than could be better. */
function cheapest<P extends { least: number }>(
  places: readonly P[],
  boxOf: (place: P) => Box,
  c: ArrowContext,
): { place: P; box: Box; cost: number } {
  let best: { place: P; box: Box; cost: number } | null = null
  for (const place of [...places].sort((a, b) => a.least - b.least)) {
    if (best && place.least >= best.cost) break
    const box = boxOf(place)
    const cost = (c.taken.free(box) ? 0 : BLOCKED) + crossedBy(box, c) * CROSSED + place.least
    if (!best || cost < best.cost) best = { place, box, cost }
  }
  if (!best) throw new Error('a label has no place to be at')
  return best
}

/** Where a packet's arrow runs. `legX` are the lanes of its sender and of its receiver. */
export function arrowLine(
  p: PacketRow,
  spot: Spot,
  legX: { sender: number; receiver: number },
  k: number,
): Line {
  const dir = Math.sign(legX.receiver - legX.sender) || 1
  const share = reach(p)
  const startX = legX.sender + dir * 2 * k
  const fullX = legX.receiver - dir * 3 * k
  const heldSlant = p.fate === 'held' ? Math.max(spot.y1 - spot.y0, 8 * k) : spot.y1 - spot.y0
  return {
    from: { x: startX, y: spot.y0 },
    to: { x: startX + (fullX - startX) * share, y: spot.y0 + heldSlant },
    end: ENDS[p.fate],
    receiver: legX.receiver,
  }
}

interface EndWord {
  text: NonNullable<ArrowShape['endText']>
  box: Box
}

/** Width of the word beside a cross, which is bold. */
export const endWidth = (value: string, k: number): number => 1.08 * textWidth(value, k)

/** Places of the word beside a cross, best first: beyond it unless the receiver's lane is in the way, under it, above it. */
function endWords(value: string, line: Line, k: number): EndWord[] {
  const dir = Math.sign(line.to.x - line.from.x) || 1
  const w = endWidth(value, k)
  const { x, y } = line.to
  const at = x + dir * 14 * k
  const beyond: EndWord = {
    text: { value, x: at, y, anchor: dir < 0 ? 'end' : 'start' },
    box: flat(dir < 0 ? at - w : at, y, w, 12 * k),
  }
  const beside = [14 * k, -14 * k].map((dy): EndWord => ({
    text: { value, x, y: y + dy, anchor: 'middle' },
    box: flat(x - w / 2, y + dy, w, 12 * k),
  }))
  // with room for a number
  return Math.abs(line.receiver - x) > w + 40 * k ? [beyond, ...beside] : beside
}

/** Where the head of an arrow that arrived is drawn, px; null of other arrows. */
export function headBox(a: Pick<ArrowShape, 'from' | 'to' | 'end'>, k: number): Box | null {
  if (a.end !== 'head') return null
  const angle = Math.atan2(a.to.y - a.from.y, a.to.x - a.from.x)
  const half = 4.5 * k
  const [cx, cy] = [a.to.x - Math.cos(angle) * half, a.to.y - Math.sin(angle) * half]
  return { cx, cy, w: 2 * half, h: 8.4 * k, angle }
}

/** Takes the place of the cross. */
export function reserveCross(p: PacketRow, line: Line, { taken, k }: ArrowContext): void {
  if (p.fate === 'lost') taken.add(flat(line.to.x - 6 * k, line.to.y, 12 * k, 12 * k))
}

/** Does the subscriber's lane say of this packet that a copy has come? */
export const hasRing = (p: PacketRow): p is PacketRow & { effect: 'delivered' | 'duplicate' } =>
  p.direction === 'downlink' &&
  p.fate === 'delivered' &&
  (p.effect === 'delivered' || p.effect === 'duplicate')

/** Takes the place of the ring: other words and numbers keep off it. */
export function reserveRing(p: PacketRow, { receiver }: Line, y: number, { taken, k }: ArrowContext): void {
  if (hasRing(p)) taken.add(flat(receiver - RING * k, y, 2 * RING * k, 2 * RING * k))
}

/** The word beside a cross, with the packet's name where that has no room on its arrow; the caller takes its place. */
export function placeEnd(p: PacketRow, line: Line, c: ArrowContext): EndWord | null {
  if (p.fate !== 'lost') return null
  const fate = p.reason === 'step' ? c.words.dropped : c.words.lost
  const name = `${packetName(p)}${p.dup ? ' DUP' : ''}`
  const values = namedAtCross(p, line, c) ? [`${name} ${fate}`, fate] : [fate]
  return values.flatMap((value) => endWords(value, line, c.k)).find((word) => c.taken.free(word.box)) ?? null
}

/** One packet as one arrow with its label; takes the label's place. */
export function drawArrow(p: PacketRow, line: Line, end: EndWord | null, c: ArrowContext): ArrowShape {
  const { label, box } = placeLabel(line, p, c)
  // the name stands at the cross
  if (label.name !== '' && end?.text.value.includes(label.name)) label.crowded = true
  if (!label.crowded) c.taken.add(box, () => (label.crowded = true))
  return {
    seq: p.seq,
    journey: p.journey,
    exchange: p.exchange,
    type: p.type,
    direction: p.direction,
    from: line.from,
    to: line.to,
    end: line.end,
    endText: end?.text ?? null,
    label,
  }
}
