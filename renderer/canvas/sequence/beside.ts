import { textWidth } from '../text-width'
import { sentenceText, type Sentence } from './narration/narrate'
import { endKey, markKey, sendKey, type HappeningKey, type Room, type Rooms } from './time-scale'
import type { Scene } from './types'

/** Type of a sentence at 16 px type, px: its size, the height of its lines, and the room below it. */
export const SENTENCE = { font: 13, line: 18, gap: 8, number: 26 } as const
/** Type is seldom as narrow as an average says; bold words are wider. */
const SAFETY = 1.08
/** How often room is made before what is left is put below each other. */
const PASSES = 3

/** Where a sentence stands: its first line is at the height of its number in the picture, or below the sentence before. */
export interface SentenceBox {
  n: number
  top: number
  height: number
}

/** A picture with its sentences. The scene is as high as both need. */
export interface Beside {
  scene: Scene
  boxes: SentenceBox[]
}

/** Height at which a sentence has come true. */
export function sentenceHeight(s: Sentence, scene: Scene): number {
  if (s.seq === null && s.mark) {
    return scene.marks.find((m) => m.mark === s.mark)?.y ?? scene.scale.y(s.mark.atMs)
  }
  const spot = s.seq === null ? undefined : scene.scale.spots.get(s.seq)
  if (!spot) return scene.scale.height
  return s.at === 'start' ? spot.y0 : spot.y1
}

/**
 * Words with the space before them, and single characters of scripts that put no spaces between words. A mark that ends
 * something stays with what is before it, an opening one with what follows.
 */
const UNITS =
  / ?[（「]?(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^ （「\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+)[ー、。，：；）」]*/gu

/** The lines that a sentence takes in a column. They are broken between words; a word that is wider is broken anywhere. */
export function linesOf(text: string, width: number, k: number): string[] {
  const size = (SENTENCE.font / 11) * SAFETY
  const lines: string[] = []
  let line = ''
  let used = 0
  for (const unit of text.match(UNITS) ?? []) {
    const word = used === 0 ? unit.trimStart() : unit
    if (used + textWidth(word, k) * size <= width) {
      line += word
      used += textWidth(word, k) * size
      continue
    }
    if (used > 0) lines.push(line)
    const alone = word.trimStart()
    const w = textWidth(alone, k) * size
    const pieces = Math.ceil(w / width)
    const length = Math.ceil(alone.length / pieces)
    for (let i = 0; i < pieces - 1; i++) lines.push(alone.slice(i * length, (i + 1) * length))
    line = alone.slice((pieces - 1) * length)
    used = w % width
  }
  return [...lines, line]
}

/** The number of a sentence that stands at what it speaks of; of several, the last. */
function badgeHeights(scene: Scene): Map<number, number> {
  return new Map(scene.badges.map((b) => [b.n, b.y]))
}

interface Column {
  /** Width of the column, its numbers included, px. */
  width: number
  /** Pixels a unit of the picture. */
  k: number
  /** Pixels a unit of the sentences. */
  tellK: number
}

/** What a sentence speaks of, as the time scale names it. */
function keyOf(s: Sentence, { scale, marks }: Scene): HappeningKey | null {
  if (s.seq === null) {
    const index = s.mark ? marks.findIndex((m) => m.mark === s.mark) : -1
    return index < 0 ? null : markKey(index)
  }
  const end = endKey(s.seq)
  return s.at === 'end' && scale.order.has(end) ? end : sendKey(s.seq)
}

type Missing = Map<HappeningKey, { place: keyof Room; px: number }>

/** Puts each sentence beside its number, and says where the picture needs more room for that. */
function place(
  sentences: readonly Sentence[],
  scene: Scene,
  c: Column,
): { boxes: SentenceBox[]; missing: Missing } {
  const badges = badgeHeights(scene)
  const missing: Missing = new Map()
  const boxes: SentenceBox[] = []
  let moved = 0
  let free = 0
  let before: { instant: number; at: number } | undefined
  for (const s of sentences) {
    const lines = linesOf(sentenceText(s), c.width - SENTENCE.number * c.tellK, c.tellK)
    const height = (lines.length * SENTENCE.line + SENTENCE.gap) * c.tellK
    const wanted = (badges.get(s.n) ?? sentenceHeight(s, scene)) - (SENTENCE.line / 2) * c.tellK
    const key = keyOf(s, scene)
    const now = key === null ? undefined : scene.scale.order.get(key)
    const lacking = free - (wanted + moved)
    const sameMoment = now?.instant === before?.instant
    // what comes before it in its own moment would move along
    const later = now !== undefined && (!sameMoment || now.at > (before?.at ?? -1))
    if (lacking > 0.5 && key !== null && later) {
      missing.set(key, { place: sameMoment ? 'within' : 'above', px: lacking })
      moved += lacking
    }
    const top = Math.max(wanted, (boxes.at(-1)?.top ?? 0) + (boxes.at(-1)?.height ?? 0))
    boxes.push({ n: s.n, top, height })
    free = Math.max(free, wanted + moved) + height
    before = now ?? before
  }
  return { boxes, missing }
}

/** The rooms there are, and those that are missing yet. */
function widened(rooms: Rooms, missing: Missing): Rooms {
  const all = new Map(rooms)
  for (const [key, { place: where, px }] of missing) {
    const room = all.get(key) ?? { above: 0, within: 0 }
    all.set(key, { ...room, [where]: room[where] + px })
  }
  return all
}

/**
 * Draws a picture so that each sentence of its narration stands at the height of its number: where sentences are taller
 * than what they speak of is far apart, the time between is drawn taller, and where they speak of one moment, what happens
 * in it is drawn one below the other. Of sentences that speak of the same thing the later ones stand below the first. Pure
 * as far as `draw` is.
 * @param first the picture without more room
 * @param draw lays it out with more room above some of what happens
 */
export function layoutBeside(
  sentences: readonly Sentence[],
  first: Scene,
  draw: (rooms: Rooms) => Scene,
  column: Column,
): Beside {
  let scene = first
  let rooms: Rooms = new Map()
  let placed = place(sentences, scene, column)
  for (let pass = 0; pass < PASSES && placed.missing.size > 0; pass++) {
    rooms = widened(rooms, placed.missing)
    scene = draw(rooms)
    placed = place(sentences, scene, column)
  }
  const last = placed.boxes.at(-1)
  const bottom = last ? last.top + last.height : 0
  return { scene: { ...scene, height: Math.max(scene.height, bottom) }, boxes: placed.boxes }
}

/** How far a sentence may stand from the height of its number before a line leads to it, px at 16 px type. */
const LEADER_FROM = 16

/** Lines from a number to its sentence where that could not stand at its height. Pure. */
export function leadersOf(
  { badges, width }: Scene,
  k: number,
  beside: { x: number; k: number; boxes: readonly SentenceBox[] },
): { n: number; d: string }[] {
  return beside.boxes.flatMap(({ n, top }) => {
    const badge = badges.findLast((b) => b.n === n)
    const y = top + (SENTENCE.line / 2) * beside.k
    if (!badge || Math.abs(y - badge.y) <= LEADER_FROM * k) return []
    return [{ n, d: `M${badge.x + 9 * k} ${badge.y}H${width - 8 * k}V${y}H${beside.x}` }]
  })
}
