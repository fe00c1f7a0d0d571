import { textWidth } from './arrows'
import { flat, type Box, type Taken } from './boxes'
import type { ArrowShape, BadgeShape, MarkShape, NumberPlace, Point, RingShape } from './types'

/** Height of a number above what it speaks of, px at 16 px type. */
const LIFT = 9

/** Where a number may stand at an arrow, best first: at its start, at its cross, or where it arrived. */
function atArrow(a: ArrowShape, at: NumberPlace['at'], ring: RingShape | undefined, k: number): Point[] {
  const dir = Math.sign(a.to.x - a.from.x) || 1
  // a held packet has come half way: its name fills the short arrow, beyond the bars there is nothing
  if (a.end === 'bars') return [18, 37, 56, 75].map((d) => ({ x: a.to.x + dir * d * k, y: a.to.y }))
  if (at === 'start')
    return [14, 33, 52, -12, -31].map((d) => ({ x: a.from.x + dir * d * k, y: a.from.y - LIFT * k }))
  const y = a.to.y - LIFT * k
  if (a.end === 'cross') {
    const word = textWidth(a.endText?.value ?? '', k)
    const beside = a.endText?.anchor === 'middle' ? word / 2 + 12 * k : 24 * k + word
    return [0, 19, 38].map((d) => ({ x: a.to.x + dir * (beside + d * k), y: a.endText?.y ?? a.to.y }))
  }
  const text = ring?.text
  const way = text?.anchor === 'end' ? -1 : 1
  const beyond = text
    ? [14, 33].map((d) => ({ x: text.x + way * (textWidth(text.value, k) + d * k), y: a.to.y }))
    : [14, 33].map((d) => ({ x: a.to.x + dir * d * k, y }))
  const back = [14, 33, 52].map((d) => ({ x: a.to.x - dir * d * k, y }))
  // over the words that may stand beyond the arrow
  return [...beyond, ...back, { x: a.to.x + dir * 14 * k, y: y - LIFT * k }]
}

/** Beside the words of a session event. */
function atMark({ x, y, text }: MarkShape, k: number): Point[] {
  const way = text.anchor === 'end' ? -1 : 1
  const width = textWidth(text.value, k)
  return [
    { x: text.x + way * (width + 12 * k), y: text.y },
    { x: x - way * 16 * k, y },
    { x: text.x + way * (width + 31 * k), y: text.y },
  ]
}

/**
 * Numbers of the narration, each at what it speaks of, on nothing else that is to be read where that is possible, and
 * never above a lower number.
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
  const arrows = new Map(c.arrows.map((a) => [a.seq, a]))
  let lowest = -Infinity
  let until = { n: 0, y: -Infinity }
  return [...numbers]
    .sort((a, b) => a.n - b.n)
    .flatMap(({ n, seq, at, mark }): BadgeShape[] => {
      const arrow = seq === null ? undefined : arrows.get(seq)
      const shape = mark === null ? undefined : c.marks.find((m) => m.mark === mark)
      const ring = c.rings.find((r) => r.seq === seq)
      const places = arrow ? atArrow(arrow, at, ring, c.k) : shape ? atMark(shape, c.k) : []
      const first = places[0]
      if (!first) return []
      if (n !== until.n) lowest = until.y
      const width = (16 + 6 * (String(n).length - 1)) * c.k
      const box = (p: Point): Box => flat(p.x - width / 2, p.y, width, 16 * c.k)
      const wanted = places.map((p) => ({ x: p.x, y: Math.max(p.y, lowest) }))
      const spot = wanted.find((p) => c.taken.free(box(p))) ?? { x: first.x, y: Math.max(first.y, lowest) }
      c.taken.add(box(spot))
      until = { n, y: Math.max(until.y, spot.y) }
      return [{ seq, n, x: spot.x, y: spot.y }]
    })
}
