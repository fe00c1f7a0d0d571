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

/** Copies whose ring or word an arrow to or from a lane further out runs through, by capture number. */
export function crossedRings({ rings, arrows }: Scene, k: number): number[] {
  const atLane = (a: ArrowShape, x: number): boolean =>
    Math.min(Math.abs(a.from.x - x), Math.abs(a.to.x - x)) < 8 * k
  return rings
    .filter((r) => {
      const boxes = boxesOf(r, k)
      return arrows.some(
        (a) => a.seq !== r.seq && !atLane(a, r.x) && boxes.some((b) => crosses(a.from, a.to, b)),
      )
    })
    .map((r) => r.seq)
}

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
 * The same picture, in which no arrow runs through the words of a session event either, where a little room between that and
 * what its client sends next is enough: its words stand there.
 * @param next capture number of the packet that is sent next after a session event; null for none
 */
export function clearOfMarks(
  draw: (rooms: Rooms) => Scene,
  before: { scene: Scene; rooms: Rooms },
  k: number,
  next: (m: MarkShape) => number | null,
): { scene: Scene; rooms: Rooms } {
  let { scene, rooms } = before
  for (let pass = 0; pass < PASSES; pass++) {
    const struck = struckMarks(scene, k, next)
    if (struck.length === 0) break
    rooms = together(rooms, new Map(struck.map((seq) => [sendKey(seq), { above: 0, within: STEP * k }])))
    scene = draw(rooms)
  }
  const fewer = struckMarks(scene, k, next).length < struckMarks(before.scene, k, next).length
  return fewer && hidden(scene) <= hidden(before.scene) ? { scene, rooms } : before
}

/** Labels that have no place. */
const hidden = ({ arrows }: Scene): number => arrows.filter((a) => a.label.crowded || a.label.short).length

/** The words that an arrow runs through are left out: a ring says the same by its form. */
function withoutStruckWords(scene: Scene, k: number): Scene {
  const struck = new Set(crossedRings(scene, k))
  return { ...scene, rings: scene.rings.map((r) => (struck.has(r.seq) ? { ...r, text: null } : r)) }
}

/**
 * A picture in which no arrow runs through the ring of another copy, where a little room above that copy's arrival is enough:
 * of two arrows that leave the broker at one time the one that goes further is less steep. Pure as far as `draw` is.
 */
export function clearOfRings(draw: (rooms?: Rooms) => Scene, k: number): { scene: Scene; rooms: Rooms } {
  const first = draw()
  let scene = first
  let rooms: Rooms = new Map()
  for (let pass = 0; pass < PASSES; pass++) {
    const crossed = crossedRings(scene, k)
    if (crossed.length === 0) return { scene, rooms }
    rooms = together(rooms, new Map(crossed.map((seq) => [endKey(seq), { above: STEP * k, within: 0 }])))
    scene = draw(rooms)
  }
  return crossedRings(scene, k).length === 0
    ? { scene, rooms }
    : { scene: withoutStruckWords(first, k), rooms: new Map() }
}
