import { textWidth } from '../text-width'
import { layoutBeside, type SentenceBox } from './beside'
import { layoutSequence } from './layout'
import { clearOfRings, together, withoutStruckWords, withWords } from './ring-room'
import { placesOf, type Sentence } from './narration/narrate'
import { suggestPxPerMs, type Rooms } from './time-scale'
import type {
  ArrowShape,
  LaneShape,
  MarkShape,
  RingShape,
  Scene,
  SequenceInput,
  SequenceOptions,
} from './types'

/** Slants of a typical packet that are tried, px at 16 px type. */
const SLANTS = [66, 46, 32, 26]
/** Slants that are tried where a picture without sentences beside it has no room for its labels. */
const TALLER = [32, 46, 66, 90, 120]
/** Type sizes that are tried first, as shares: what is seen from the back row. */
const LARGER = [2.6, 2.2, 1.8, 1.5, 1.3, 1.15]
/** The least slants of larger type; the last one says whether anything fits at all. */
const LARGER_SLANTS = [120, 84, 54, 32]
/** Width that larger type leaves each lane, px at 16 px type: names of clients do not run into each other. */
const LANE = 96
const SMALLER = [0.92, 0.84, 0.76]
/** Type sizes that are tried last, as long as they are not smaller than `least`, 16 px type. */
export const smallerTypes = (k: number, least = 1): number[] =>
  SMALLER.map((share) => share * k).filter((type) => type >= least)

/** The sentences' share of the width, and its bounds, px at 16 px type. */
const COLUMN = { share: 0.32, least: 190, most: 340, gap: 12 } as const
/** Under this width, px at 16 px type, a picture is drawn as a column: labels have no room for the QoS. */
const COLUMN_UNDER = 480
/** Under this width, px at 16 px type, the sentences do not stand beside the picture. */
const BESIDE_FROM = 600

/** A picture of a few messages that fits its pane where it can, with its sentences beside it where there is room. */
export interface Fitted {
  scene: Scene
  /** Pixels a unit of what is drawn. */
  k: number
  /** Where the sentences stand; null where they have to stand elsewhere. */
  beside: {
    x: number
    width: number
    /** Pixels a unit of the sentences. */
    k: number
    boxes: SentenceBox[]
  } | null
}

export interface FitOptions extends Pick<SequenceOptions, 'lanes' | 'words' | 'hidden' | 'laneNotes'> {
  sentences: readonly Sentence[]
  width: number
  height: number
  /** Size of the page's type: 1 at 16 px. */
  k: number
  /** No type under this: a picture that does not fit scrolls. @default 1 */
  least?: number
  /** Least type of sentences beside a picture that does not fit, as a share of the picture's. @default 1 */
  tell?: number
  /** The sentences stand elsewhere in any case. @default false */
  alone?: boolean
}

interface Attempt {
  type: number
  slant: number
  beside: boolean
  /** Type of the sentences, as a share of `type`. @default 1 */
  tell?: number
}

/** Type sizes with the slants that are tried for each, in the order in which they are tried. */
function attempts(o: FitOptions): { type: number; slants: readonly number[] }[] {
  const least = SLANTS.slice(-1)
  const roomy = (type: number): boolean => o.width / type >= LANE * (o.lanes.length + 1)
  return [
    ...LARGER.map((share) => ({ type: share * o.k, slants: LARGER_SLANTS })).filter((a) => roomy(a.type)),
    { type: o.k, slants: SLANTS },
    ...smallerTypes(o.k, o.least).map((type) => ({ type, slants: least })),
  ]
}

function draw(input: SequenceInput, o: FitOptions, a: Attempt, quick: boolean): Fitted {
  const room = Math.min(COLUMN.most * a.type, Math.max(COLUMN.least * a.type, COLUMN.share * o.width))
  const width = a.beside ? o.width - room - COLUMN.gap * a.type : o.width
  const numbers = placesOf(o.sentences)
  const lay = (rooms?: Rooms): Scene =>
    layoutSequence(input, {
      lanes: o.lanes,
      width,
      k: a.type,
      pxPerMs: suggestPxPerMs(input.packets, a.slant) * a.type,
      nowMs: input.packets.reduce((ms, p) => Math.max(ms, p.settledMs ?? p.sentMs), 0),
      words: o.words,
      noCards: true,
      column: width < COLUMN_UNDER * a.type,
      numbers,
      ...(o.hidden ? { hidden: o.hidden } : {}),
      ...(o.laneNotes ? { laneNotes: o.laneNotes } : {}),
      ...(rooms ? { rooms } : {}),
    })
  const next = ({ mark }: MarkShape): number | null =>
    input.packets.find((p) => p.clientId === mark.clientId && p.seq > mark.after)?.seq ?? null
  const { scene: first, rooms } = withWords(lay, clearOfRings(lay, a.type), a.type, next)
  // where the picture alone has no room, its sentences have none
  const hopeless = quick && (first.height > o.height || crowded(first))
  const tellK = a.type * (a.tell ?? 1)
  if (!a.beside || hopeless) return { scene: withoutStruckWords(first, a.type), k: a.type, beside: null }
  const { scene, boxes } = layoutBeside(o.sentences, first, (more) => lay(together(rooms, more)), {
    width: room,
    k: a.type,
    tellK,
  })
  return {
    scene: withoutStruckWords(scene, a.type),
    k: a.type,
    beside: { x: width, width: room, k: tellK, boxes },
  }
}

/** Between two names, px at 16 px type. */
const NAME_GAP = 8

/** Half of what a lane's name takes, whose title is larger than the rest. */
const halfName = (lane: LaneShape, k: number): number =>
  Math.max(1.25 * textWidth(lane.title, k), textWidth(lane.note, k)) / 2

/** How much of the labels cannot be read: a name that stands at its cross, or a part that is left out, counts little. */
const unread = ({ arrows }: Scene): number =>
  arrows.reduce((n, { label, endText }) => {
    if (label.crowded) return n + (label.name !== '' && endText?.value.includes(label.name) ? 1 : 100)
    return n + (label.short ? 1 : 0)
  }, 0)
const crowded = (scene: Scene): boolean => unread(scene) > 0

/** Larger type costs more than it gives: a label is longer than its arrow, names run together, or a word is cut off. */
function tooLarge(scene: Scene, k: number): boolean {
  const length = (a: ArrowShape): number => Math.hypot(a.to.x - a.from.x, a.to.y - a.from.y)
  const ring = ({ text }: RingShape): boolean =>
    text?.anchor === 'start' && text.x + textWidth(text.value, k) > scene.width
  const name = (lane: LaneShape, i: number): boolean => {
    const next = scene.lanes[i + 1]
    return next !== undefined && next.x - lane.x < halfName(lane, k) + halfName(next, k) + NAME_GAP * k
  }
  return (
    scene.arrows.some((a) => a.end === 'head' && a.label.width > length(a)) ||
    scene.rings.some(ring) ||
    scene.lanes.some(name)
  )
}

/**
 * The picture in the largest type in which it fits its pane with every label readable; where it never fits it is drawn as
 * low as its labels allow, and scrolls. The sentences stand beside it unless that leaves no room for the labels. Pure.
 */
export function fitPicture(input: SequenceInput, o: FitOptions): Fitted {
  const beside = !(o.alone ?? false) && o.width >= BESIDE_FROM * o.k && o.sentences.length > 0
  const good = (f: Fitted): boolean =>
    f.scene.height <= o.height &&
    !crowded(f.scene) &&
    (f.k <= o.k || !tooLarge(f.scene, f.k)) &&
    (f.beside !== null) === beside
  let last: Attempt = { type: o.k, slant: SLANTS.at(-1) ?? 0, beside }
  for (const { type, slants } of attempts(o)) {
    last = { type, slant: slants.at(-1) ?? 0, beside }
    const lowest = draw(input, o, last, true)
    // what is too crowded may have room higher
    if (!good(lowest) && (type > o.k || lowest.scene.height > o.height)) continue
    for (const slant of slants.slice(0, -1)) {
      const drawn = draw(input, o, { type, slant, beside }, true)
      if (good(drawn)) return drawn
    }
    if (good(lowest)) return lowest
  }
  return besideLast(input, o, last) ?? aloneLast(input, o, { ...last, beside: false })
}

/** Height that a part of a label is worth, px at 16 px type, and what it is worth that nothing has to be scrolled to. */
const LINE = 24
const SCROLLS = 1e6

/** Names that cannot be read anywhere. */
const unnamed = (scene: Scene): number => Math.floor(unread(scene) / 100)

/**
 * With the sentences beside it, where nothing is good: labels may say less, and sentences be smaller, before any of it is
 * out of sight. Null where a name could not be read.
 */
function besideLast(input: SequenceInput, o: FitOptions, last: Attempt): Fitted | null {
  if (!last.beside) return null
  const tells = [...new Set([1, o.tell ?? 1])]
  /** A part that is left out of a label is worth a line of height. */
  const cost = ({ scene }: Fitted): number =>
    unread(scene) * LINE * o.k + (scene.height > o.height ? SCROLLS + scene.height : 0)
  let best: Fitted | null = null
  for (const slant of [...SLANTS, ...TALLER.slice(-2)])
    for (const tell of tells) {
      const drawn = draw(input, o, { ...last, slant, tell }, false)
      if (unnamed(drawn.scene) === 0 && (!best || cost(drawn) < cost(best))) best = drawn
    }
  return best
}

/** It scrolls in any case: room for the labels comes before a picture that is cut off. */
function aloneLast(input: SequenceInput, o: FitOptions, last: Attempt): Fitted {
  if (o.sentences.length > 0 && !(o.alone ?? false)) return fitPicture(input, { ...o, alone: true })
  let best = draw(input, o, last, false)
  for (const slant of TALLER) {
    if (!crowded(best.scene)) return best
    const taller = draw(input, o, { ...last, slant }, false)
    if (unread(taller.scene) < unread(best.scene)) best = taller
  }
  return best
}
