import { textWidth } from '../text-width'
import { sentenceText, type Sentence } from './narration/narrate'
import { spread, type Room } from './spread'
import type { TimeScale } from './time-scale'
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
  k: number
}

/** Puts each sentence beside its number, and says where the picture needs more room for that. */
function place(
  sentences: readonly Sentence[],
  scene: Scene,
  { width, k }: Column,
): { boxes: SentenceBox[]; rooms: Room[] } {
  const badges = badgeHeights(scene)
  const rooms: Room[] = []
  const boxes: SentenceBox[] = []
  let moved = 0
  let free = 0
  let before = -Infinity
  for (const s of sentences) {
    const anchor = sentenceHeight(s, scene)
    const lines = linesOf(sentenceText(s), width - SENTENCE.number * k, k)
    const height = (lines.length * SENTENCE.line + SENTENCE.gap) * k
    const wanted = (badges.get(s.n) ?? anchor) - (SENTENCE.line / 2) * k
    const missing = free - (wanted + moved)
    if (missing > 0.5 && anchor > before) {
      rooms.push({ at: anchor, px: missing })
      moved += missing
    }
    const top = Math.max(wanted, (boxes.at(-1)?.top ?? 0) + (boxes.at(-1)?.height ?? 0))
    boxes.push({ n: s.n, top, height })
    free = Math.max(free, wanted + moved) + height
    before = anchor
  }
  return { boxes, rooms }
}

/**
 * Draws a picture so that each sentence of its narration stands at the height of its number: where sentences are taller
 * than what they speak of is far apart, the time between is drawn taller. Sentences that speak of one moment stand below
 * each other. Pure as far as `draw` is.
 * @param first the picture on a scale of its own
 * @param draw lays it out on another
 */
export function layoutBeside(
  sentences: readonly Sentence[],
  first: Scene,
  draw: (scale: TimeScale) => Scene,
  column: Column,
): Beside {
  let scene = first
  let placed = place(sentences, scene, column)
  for (let pass = 0; pass < PASSES && placed.rooms.length > 0; pass++) {
    scene = draw(spread(scene.scale, placed.rooms))
    placed = place(sentences, scene, column)
  }
  const last = placed.boxes.at(-1)
  const bottom = last ? last.top + last.height : 0
  return { scene: { ...scene, height: Math.max(scene.height, bottom) }, boxes: placed.boxes }
}
