import { textWidth } from '../text-width'
import type { LaneShape } from './types'

/** Where the name of a lane stands, and what of it: a name beside others may be shortened, or lose its second line. */
export interface LaneName {
  clientId: string | null
  /** Middle of the name. */
  x: number
  /** Base line of the name, px at 16 px type. */
  y: number
  title: string
  note: string
}

/** A title is larger than the other words of a picture, and bold. */
const TITLE = 1.25
/** Between two names, and to the picture's edge, px at 16 px type. */
const GAP = 6
/** Base lines: of names in one row, and of those that stand in two rows because one has no room, px at 16 px type. */
const ROWS = { one: 17, two: [13, 30] } as const

const half = (title: string, note: string, k: number): number =>
  Math.max(TITLE * textWidth(title, k), textWidth(note, k)) / 2

const clamp = (x: number, from: number, to: number): number => Math.max(Math.min(x, to), from)

/** Middles of names in one row, inside the picture; null where they run together. */
function inOneRow(
  lanes: readonly LaneShape[],
  k: number,
  width: number,
  noteOf: (lane: LaneShape) => string,
): LaneName[] | null {
  let free = 0
  const names: LaneName[] = []
  for (const lane of lanes) {
    const { clientId, x, title } = lane
    const note = noteOf(lane)
    const wide = half(title, note, k) + (GAP / 2) * k
    const at = clamp(x, wide, width - wide)
    if (at - wide < free - 0.01) return null
    free = at + wide
    names.push({ clientId, x: at, y: ROWS.one, title, note })
  }
  return names
}

/** The part of a title that has room, with an ellipsis for the rest. */
function shorten(title: string, room: number, k: number): string {
  if (2 * half(title, '', k) <= room) return title
  let length = title.length - 1
  while (length > 1 && 2 * half(`${title.slice(0, length)}…`, '', k) > room) length--
  return `${title.slice(0, length)}…`
}

/**
 * Places the names of lanes so that none runs into another or out of the picture: with their second lines, without, or
 * by turns in two rows, shortened where even that leaves too little room. Pure.
 */
export function placeNames(lanes: readonly LaneShape[], k: number, width: number): LaneName[] {
  const one = inOneRow(lanes, k, width, (l) => l.note) ?? inOneRow(lanes, k, width, () => '')
  if (one) return one
  const edge = (GAP / 2) * k
  return lanes.map(({ clientId, x, title }, i) => {
    const [before, after] = [lanes[i - 2], lanes[i + 2]]
    // what is between two names of a row belongs to each of them by half
    const from = before ? (before.x + x) / 2 + edge : edge
    const to = after ? (x + after.x) / 2 - edge : width - edge
    const short = shorten(title, to - from, k)
    const wide = half(short, '', k)
    const y = i % 2 === 0 ? ROWS.two[0] : ROWS.two[1]
    return { clientId, x: clamp(x, from + wide, to - wide), y, title: short, note: '' }
  })
}
