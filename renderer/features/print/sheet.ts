import { flat, overlaps, type Box } from '../../canvas/sequence/boxes'
import { takenIn } from '../../canvas/sequence/taken-in'
import type { ArrowShape, Point, Scene } from '../../canvas/sequence/types'
import type { Recording } from '../replay/use-recorded-scene'

/** What is printed of a recorded run: a worksheet, an answer key, or both. */
export interface Sheet {
  title: string
  /** Stands beside the title: which run it is. */
  note: string
  /** Read before the picture, in paragraphs. */
  text: readonly string[]
  question: { text: string; options: readonly { text: string; right: boolean }[] } | null
  recording: Recording
  /** Numbers to be filled in. */
  counts: readonly { label: string; value: string }[]
  /** Why it came out so; on the worksheet these are empty lines. Empty where nothing is asked. */
  why: readonly string[]
}

export type Part = 'worksheet' | 'key'

/** The number of a packet at its sender's lane. */
export interface Start {
  /** In order of time. */
  n: number
  /** Middle of its circle on the worksheet: where the arrow begins. */
  blank: Point
  /** The same in the answer key, beside the words that stand there. */
  filled: Point
}

/** Radius of a number's circle, px at 16 px type. */
export const START = 8.5
const sideOf = ({ from, to }: ArrowShape): -1 | 1 => (to.x < from.x ? -1 : 1)

/** Whether a place behind an arrow's lane is where another arrow sets out, of which its number would seem to be. */
export const belongsToAnother = (
  p: Point,
  arrow: ArrowShape,
  arrows: readonly ArrowShape[],
  k: number,
): boolean =>
  (p.x - arrow.from.x) * sideOf(arrow) < 0 &&
  arrows.some(
    (b) =>
      sideOf(b) !== sideOf(arrow) &&
      Math.abs(b.from.x - arrow.from.x) < 12 * k &&
      Math.abs(b.from.y - p.y) < 26 * k,
  )

/** Places of a number beside its whole arrow, best first: on the side that its label leaves free, then behind the lane. */
function placesBeside(arrow: ArrowShape, arrows: readonly ArrowShape[], k: number): Point[] {
  const { from, label } = arrow
  const free = label.lift > 0 ? -1 : 1
  const steps = [
    ...[12, 31, 50, 69].flatMap((dx) => [free, -free].map((dy) => [dx, dy * 11] as const)),
    ...[0, 11, -11].map((dy) => [-12, dy] as const),
    ...[16, -16, 22, -22, 28, -28].flatMap((dy) => [12, -12, 31].map((dx) => [dx, dy] as const)),
  ]
  return steps
    .map(([dx, dy]) => ({ x: from.x + sideOf(arrow) * dx * k, y: from.y + dy * k }))
    .filter((p) => !belongsToAnother(p, arrow, arrows, k))
}

/** The numbers of a worksheet and its answer key, one per packet. @param k pixels a unit of the picture. Pure. */
export function startsOf(scene: Scene, k: number): Start[] {
  const taken = takenIn(scene, k)
  const circle = (p: Point): Box => flat(p.x - START * k, p.y, 2 * START * k, 2 * START * k)
  const covered = (p: Point): number => taken.filter((box) => overlaps(box, circle(p))).length
  return [...scene.arrows]
    .sort((a, b) => a.from.y - b.from.y || a.seq - b.seq)
    .map((a, i) => {
      const places = placesBeside(a, scene.arrows, k)
      const least = Math.min(...places.map(covered))
      const filled = places.find((p) => covered(p) === least) ?? a.from
      taken.push(circle(filled))
      return { n: i + 1, blank: { x: a.from.x + sideOf(a) * 12 * k, y: a.from.y }, filled }
    })
}

/** The picture without what the pupil is to draw: lanes, time and the connections' ups and downs are left. Pure. */
export const blank = (scene: Scene): Scene => ({
  ...scene,
  arrows: [],
  retries: [],
  rings: [],
  notes: [],
  badges: [],
  folds: scene.folds.map((f) => ({ ...f, text: '' })),
})
