import { textWidth } from '../text-width'
import { endWidth, headBox } from './arrows'
import { flat, overlaps, type Taken } from './boxes'
import type { ArrowShape, BadgeShape, MarkShape, NumberPlace, Point, RingShape } from './types'

/** Height of a number above what it speaks of, px at 16 px type. */
const LIFT = 9
/** From one number to the next beside it, px at 16 px type. */
const STEP = 19
/** How much lower a number may stand where there is no room otherwise, px at 16 px type. */
const LOWER = [10, 17, 34, 51, 68, 85]
/** So many of them are near enough to be told from no other arrow's. */
const NEAR = 3
/** Numbers so near each other are read as a row, px at 16 px type. */
const ROW = { width: 96, height: 12 } as const

/** Where a number may stand, and on which side of it is room for more of them. */
interface Place extends Point {
  way: number
}

/** Where a number may stand at an arrow, best first: at its start, at its cross, or where it arrived. */
function atArrow(a: ArrowShape, at: NumberPlace['at'], ring: RingShape | undefined, k: number): Place[] {
  const dir = Math.sign(a.to.x - a.from.x) || 1
  /** Places at these distances from a point, counted along `way`. */
  const along = (x: number, y: number, way: number, ds: readonly number[]): Place[] =>
    ds.map((d) => ({ x: x + way * d * k, y, way: d < 0 ? -way : way }))
  // a held packet has come half way: its name fills the short arrow, beyond the bars there is nothing
  if (a.end === 'bars') return along(a.to.x, a.to.y, dir, [18, 37, 56, 75])
  if (at === 'start') return along(a.from.x, a.from.y - LIFT * k, dir, [14, 33, 52, -12, -31, -50])
  const y = a.to.y - LIFT * k
  if (a.end === 'cross') {
    const word = endWidth(a.endText?.value ?? '', k)
    const beside = a.endText?.anchor === 'middle' ? word / 2 + 12 * k : 24 * k + word
    return along(a.to.x + dir * beside, a.endText?.y ?? a.to.y, dir, [0, 19, 38])
  }
  const text = ring?.text
  const way = text?.anchor === 'end' ? -1 : 1
  const beyond = text
    ? along(text.x + way * textWidth(text.value, k), a.to.y, way, [14, 33])
    : along(a.to.x, y, dir, [ring ? 17 : 14, 33])
  // at last over the words that may stand beyond the arrow
  return [...beyond, ...along(a.to.x, y, -dir, [14, 33, 52]), ...along(a.to.x, y - LIFT * k, dir, [14])]
}

/** Beside the words of a session event. */
function atMark({ x, y, text }: MarkShape, k: number): Place[] {
  if (!text) return [16, -16, 35, -35].map((d) => ({ x: x + d * k, y, way: Math.sign(d) }))
  const way = text.anchor === 'end' ? -1 : 1
  const width = textWidth(text.value, k)
  const beyond = (d: number): Place => ({ x: text.x + way * (width + d * k), y: text.y, way })
  const before = { x: x - way * 16 * k, y, way: -way }
  return [beyond(12), before, beyond(31), { ...before, y: y + (ROW.height + 2) * k }]
}

/** Numbers in their order; those that speak of the same end of the same arrow, or of the same event, together. */
function rowsOf(numbers: readonly NumberPlace[]): NumberPlace[][] {
  const rows: NumberPlace[][] = []
  for (const place of [...numbers].sort((a, b) => a.n - b.n)) {
    const row = rows.at(-1)
    const before = row?.at(-1)
    const same =
      before?.seq === place.seq &&
      before.mark === place.mark &&
      (place.seq === null || before.at === place.at)
    if (row && same) row.push(place)
    else rows.push([place])
  }
  return rows
}

type Fits = (row: readonly BadgeShape[]) => boolean

/**
 * The best place of a row: on nothing and off the heads of arrows, if need be a little lower; then on a head; and at last where
 * something else makes room.
 */
function spotOf(
  candidates: readonly BadgeShape[][],
  { isFree, canClear, inOrder, offHeads }: Record<'isFree' | 'canClear' | 'inOrder' | 'offHeads', Fits>,
  k: number,
): BadgeShape[] {
  const lowerBy = (ds: readonly number[]): BadgeShape[][] =>
    ds.flatMap((d) => candidates.map((r) => r.map((b) => ({ ...b, y: b.y + d * k }))))
  const clear = candidates.filter(offHeads)
  return (
    clear.find((r) => isFree(r) && inOrder(r)) ??
    clear.find(isFree) ??
    lowerBy(LOWER.slice(0, NEAR)).find((r) => offHeads(r) && isFree(r)) ??
    candidates.find(isFree) ??
    clear.find(canClear) ??
    candidates.find(canClear) ??
    lowerBy(LOWER).find(canClear) ??
    candidates[0] ??
    []
  )
}

/**
 * Numbers of the narration, each at what it speaks of, never above a lower number, and right of those in its row. Where no
 * place is left, what stands there and can be read elsewhere makes room.
 */
export function drawBadges(
  numbers: readonly NumberPlace[],
  c: {
    k: number
    taken: Taken
    arrows: readonly ArrowShape[]
    rings: readonly RingShape[]
    marks: readonly MarkShape[]
  },
): BadgeShape[] {
  const { k } = c
  const arrows = new Map(c.arrows.map((a) => [a.seq, a]))
  const drawn: BadgeShape[] = []
  let lowest = -Infinity
  let until = { n: 0, y: -Infinity }
  const width = (n: number): number => (16 + 6 * (String(n).length - 1)) * k
  const box = (b: BadgeShape) => flat(b.x - width(b.n) / 2, b.y, width(b.n), 16 * k)
  const isFree = (row: readonly BadgeShape[]): boolean => row.every((b) => c.taken.free(box(b)))
  const heads = c.arrows.flatMap((a) => headBox(a, k) ?? [])
  /** An arrow's head says which way a packet went. */
  const offHeads = (row: readonly BadgeShape[]): boolean =>
    row.every((b) => !heads.some((head) => overlaps(head, box(b))))
  const canClear = (row: readonly BadgeShape[]): boolean => row.every((b) => c.taken.canClear(box(b)))
  const inOrder = (row: readonly BadgeShape[]): boolean => {
    const left = row[0]
    return !drawn.some(
      (b) =>
        left !== undefined &&
        Math.abs(b.y - left.y) < ROW.height * k &&
        Math.abs(b.x - left.x) < ROW.width * k &&
        b.x >= left.x,
    )
  }
  for (const row of rowsOf(numbers)) {
    const [first] = row
    if (!first) continue
    const { n, seq, at, mark } = first
    const arrow = seq === null ? undefined : arrows.get(seq)
    const shape = mark === null ? undefined : c.marks.find((m) => m.mark === mark)
    const ring = c.rings.find((r) => r.seq === seq)
    if (n !== until.n) lowest = until.y
    const places = arrow ? atArrow(arrow, at, ring, k) : shape ? atMark(shape, k) : []
    const step = Math.max(...row.map((r) => width(r.n))) + (STEP - 16) * k
    const candidates = places.map((p) =>
      row.map((r, i): BadgeShape => {
        const x = p.x + (p.way < 0 ? i - row.length + 1 : i) * step
        return { seq: r.seq, n: r.n, x, y: Math.max(p.y, lowest) }
      }),
    )
    const spot = spotOf(candidates, { isFree, canClear, inOrder, offHeads }, k)
    for (const b of spot) c.taken.clear(box(b))
    drawn.push(...spot)
    const y = Math.max(until.y, spot[0]?.y ?? -Infinity)
    until = { n: row.at(-1)?.n ?? n, y }
  }
  return drawn
}
