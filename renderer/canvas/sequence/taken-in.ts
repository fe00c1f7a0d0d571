import { textWidth } from '../text-width'
import { RING } from './arrows'
import { flat, type Box } from './boxes'
import type { Scene } from './types'

/** Height of a line of words, px at 16 px type. */
const LINE = 11.5

type Words = { value: string; x: number; y: number; anchor: 'start' | 'middle' | 'end' } | null

function wordsBox(words: Words, k: number): Box[] {
  if (!words) return []
  const w = textWidth(words.value, k)
  const share = { start: 0, middle: 0.5, end: 1 }[words.anchor]
  return [flat(words.x - w * share, words.y, w, LINE * k)]
}

/** What is to be read in a picture, and what the packets and copies ended in. */
export function takenIn(scene: Scene, k: number): Box[] {
  const labels = scene.arrows.flatMap(({ label: l }): Box[] => {
    if (l.crowded) return []
    const angle = (l.angle * Math.PI) / 180
    const off = l.lift - 4 * k
    return [
      { cx: l.x - Math.sin(angle) * off, cy: l.y + Math.cos(angle) * off, w: l.width, h: LINE * k, angle },
    ]
  })
  const words = [...scene.rings, ...scene.marks, ...scene.retries].flatMap((s) => wordsBox(s.text, k))
  const ends = scene.arrows.flatMap((a) => [
    ...wordsBox(a.endText, k),
    ...(a.end === 'cross' ? [flat(a.to.x - 6 * k, a.to.y, 12 * k, 12 * k)] : []),
  ])
  const notes = scene.notes.flatMap((n) => wordsBox({ ...n, anchor: 'start' }, k))
  const rings = scene.rings.map((r) => flat(r.x - RING * k, r.y, 2 * RING * k, 2 * RING * k))
  const folds = scene.folds.flatMap((f) =>
    wordsBox({ value: f.text, x: f.textX, y: (f.y0 + f.y1) / 2, anchor: 'middle' }, k),
  )
  return [...labels, ...words, ...ends, ...notes, ...rings, ...folds]
}
