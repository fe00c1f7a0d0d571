import type { Scene } from '../../canvas/sequence/types'
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

/** Where a packet sets out, numbered in order of time. */
export interface Start {
  n: number
  x: number
  y: number
  /** Which way its arrow goes: 1 is right. */
  side: 1 | -1
  /** Where its label does not stand: 1 is below. */
  free: 1 | -1
}

/** The numbers of a worksheet: one per packet, at its sender's lane. Pure. */
export const startsOf = (scene: Scene): Start[] =>
  [...scene.arrows]
    .sort((a, b) => a.from.y - b.from.y || a.seq - b.seq)
    .map((a, i) => ({
      n: i + 1,
      x: a.from.x,
      y: a.from.y,
      side: a.to.x < a.from.x ? -1 : 1,
      free: a.label.lift > 0 ? -1 : 1,
    }))

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
