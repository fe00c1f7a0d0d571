import { textWidth } from '../text-width'
import { RING } from './arrows'
import { crosses, flat, type Box } from './boxes'
import { endKey, sendKey, type HappeningKey, type Room, type Rooms } from './time-scale'
import type { ArrowShape, MarkShape, RingShape, Scene } from './types'

/** Room that is added at a time above the arrival that a ring stands for, px at 16 px type, and how often. */
const STEP = 10
const PASSES = 5

/** A ring and the word beside it. */
function boxesOf({ x, y, text }: RingShape, k: number): Box[] {
  const ring = flat(x - RING * k, y, 2 * RING * k, 2 * RING * k)
  if (!text) return [ring]
  const w = textWidth(text.value, k)
  return [ring, flat(text.anchor === 'end' ? text.x - w : text.x, text.y, w, 9 * k)]
}

/** A copy, and an arrow to or from a lane further out that runs through its ring or its word. */
interface Crossing {
  ring: RingShape
  arrow: ArrowShape
}

function crossingsOf({ rings, arrows }: Scene, k: number): Crossing[] {
  const atLane = (a: ArrowShape, x: number): boolean =>
    Math.min(Math.abs(a.from.x - x), Math.abs(a.to.x - x)) < 8 * k
  return rings.flatMap((ring) => {
    const boxes = boxesOf(ring, k)
    return arrows
      .filter((a) => a.seq !== ring.seq && !atLane(a, ring.x))
      .filter((a) => boxes.some((b) => crosses(a.from, a.to, b)))
      .map((arrow) => ({ ring, arrow }))
  })
}

/** Copies whose ring or word an arrow runs through, by capture number. */
export const crossedRings = (scene: Scene, k: number): number[] => [
  ...new Set(crossingsOf(scene, k).map((c) => c.ring.seq)),
]

/** Both rooms. */
export function together(a: Rooms, b: Rooms | undefined): Rooms {
  const all = new Map<HappeningKey, Room>(a)
  for (const [key, { above, within }] of b ?? []) {
    const room = all.get(key)
    all.set(key, { above: above + (room?.above ?? 0), within: within + (room?.within ?? 0) })
  }
  return all
}

/** Session events whose words an arrow runs through, with the packet of their client that sets out next. */
function struckMarks({ marks, arrows }: Scene, k: number, next: (m: MarkShape) => number | null): number[] {
  return marks.flatMap((m) => {
    if (!m.text) return []
    const w = textWidth(m.text.value, k)
    const box = flat(m.text.anchor === 'end' ? m.text.x - w : m.text.x, m.text.y, w, 9 * k)
    const seq = arrows.some((a) => crosses(a.from, a.to, box)) ? next(m) : null
    return seq === null ? [] : [seq]
  })
}

/**
 * The same picture, in which no arrow runs through the words of a session event and no bracket is without its words, where a
 * little room above what is sent next, or again, is enough.
 * @param next capture number of the packet that is sent next after a session event; null for none
 */
export function withWords(
  draw: (rooms: Rooms) => Scene,
  before: { scene: Scene; rooms: Rooms },
  k: number,
  next: (m: MarkShape) => number | null,
): { scene: Scene; rooms: Rooms } {
  const wanting = (scene: Scene): number[] => [
    ...struckMarks(scene, k, next),
    ...scene.retries.flatMap((r) => (r.text === null ? [r.seq] : [])),
  ]
  let { scene, rooms } = before
  let best = before
  for (let pass = 0; pass < PASSES; pass++) {
    const seqs = wanting(scene)
    if (seqs.length === 0) break
    rooms = together(rooms, new Map(seqs.map((seq) => [sendKey(seq), { above: 0, within: STEP * k }])))
    scene = draw(rooms)
    if (wanting(scene).length < wanting(best.scene).length && hidden(scene) <= hidden(before.scene))
      best = { scene, rooms }
  }
  return best
}

/** Labels that have no place. */
const hidden = ({ arrows }: Scene): number => arrows.filter((a) => a.label.crowded || a.label.short).length

/** The words that an arrow runs through are left out: a ring says the same by its form. */
export function withoutStruckWords(scene: Scene, k: number): Scene {
  const struck = new Set(crossedRings(scene, k))
  return { ...scene, rings: scene.rings.map((r) => (struck.has(r.seq) ? { ...r, text: null } : r)) }
}

/**
 * Where a little room helps, one way after the other: above the copy's arrival, since of two arrows that leave the broker at
 * one time the one that goes further is less steep; or so that the other arrow ends lower, or sets out lower.
 */
const WAYS: readonly ((c: Crossing, px: number) => [HappeningKey, Room])[] = [
  ({ ring }, px) => [endKey(ring.seq), { above: px, within: 0 }],
  ({ arrow }, px) => [endKey(arrow.seq), { above: 0, within: px }],
  ({ arrow }, px) => [sendKey(arrow.seq), { above: 0, within: px }],
]

/** A picture in which no arrow runs through the ring of another copy, where a little room is enough. Pure as far as `draw` is. */
export function clearOfRings(draw: (rooms?: Rooms) => Scene, k: number): { scene: Scene; rooms: Rooms } {
  const first = draw()
  for (const way of WAYS) {
    let scene = first
    let rooms: Rooms = new Map()
    for (let pass = 0; pass <= PASSES; pass++) {
      const crossings = crossingsOf(scene, k)
      if (crossings.length === 0) return { scene, rooms }
      rooms = together(rooms, new Map(crossings.map((c) => way(c, STEP * k))))
      if (pass < PASSES) scene = draw(rooms)
    }
  }
  return { scene: withoutStruckWords(first, k), rooms: new Map() }
}
