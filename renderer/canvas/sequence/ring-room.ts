import { textWidth } from '../text-width'
import { RING } from './arrows'
import { crosses, flat, type Box } from './boxes'
import { endKey, type HappeningKey, type Room, type Rooms } from './time-scale'
import type { ArrowShape, RingShape, Scene } from './types'

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
  return crossedRings(scene, k).length === 0 ? { scene, rooms } : { scene: first, rooms: new Map() }
}
