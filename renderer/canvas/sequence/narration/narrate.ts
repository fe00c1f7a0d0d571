import { printable } from '@contract/printable'
import type { Language } from '@contract/languages'
import type { ExchangeRow, JourneyRow, PacketRow, SessionMark } from '@contract/model'
import type { NumberPlace } from '../types'
import { happenings, runHappenings } from './events'
import { inOrder, type Happening } from './happening'
import type { StorySource } from './story'
import { tellerIn } from './tellers'

/** One sentence of the narration. */
export interface Sentence {
  /** Counts from 1, in order of time. */
  n: number
  kind: Happening['kind']
  /** Capture number of the packet it speaks of; null when it speaks of a session event. */
  seq: number | null
  /** More packets that it speaks of. */
  also: readonly number[]
  /** Whether it came true as its packet set out, or as that came to its end. */
  at: 'start' | 'end'
  /** The session event it speaks of. */
  mark: SessionMark | null
  /** When it came true, ms, and its place among things of the same time; see `inOrder`. */
  atMs: number
  order: number
  parts: { text: string; strong: boolean }[]
}

/** A story longer than this is given as its beginning and its end. */
const MAX_SENTENCES = 12
const LAST = 3

function parts(text: string): Sentence['parts'] {
  return text
    .split('*')
    .map((t, i) => ({ text: t, strong: i % 2 === 1 }))
    .filter((p) => p.text !== '')
}

/** Client identifiers and topics may hold the sign that marks bold text. */
const plain = (h: Happening): Happening => {
  const clean = (text: string): string => printable(text).replaceAll('*', '∗')
  const orNull = (id: string | null): string | null => (id === null ? null : clean(id))
  const mark = h.mark === null ? null : { ...h.mark, topic: clean(h.mark.topic ?? '') }
  return { ...h, s: orNull(h.s), r: orNull(h.r), clients: h.clients.map(clean), mark }
}

/** A long story says that it leaves something out, and how much. */
function shorten(list: Happening[]): Happening[] {
  if (list.length <= MAX_SENTENCES) return list
  const head = list.slice(0, MAX_SENTENCES - LAST - 1)
  const tail = list.slice(-LAST)
  const first = list[head.length]
  if (!first) return list
  const gap: Happening = {
    ...first,
    kind: 'skipped',
    seq: null,
    also: [],
    mark: null,
    copies: list.length - head.length - tail.length,
  }
  return [...head, gap, ...tail]
}

function tell(list: readonly Happening[], lang: Language): Sentence[] {
  const teller = tellerIn(lang)
  return list.map((h, i) => ({
    n: i + 1,
    kind: h.kind,
    seq: h.seq,
    also: h.also,
    at: h.at,
    mark: h.mark,
    atMs: h.atMs,
    order: h.order,
    parts: parts(teller.finish(teller.tell[h.kind](plain(h)))),
  }))
}

/**
 * Tells one message's story in numbered plain sentences, in order of time, each tied to the packet or session event it
 * speaks of. Made from the exchange tracker's rows alone, so it says nothing that the capture does not. Pure.
 */
export function narrate(
  journey: JourneyRow,
  exchanges: readonly ExchangeRow[],
  packets: readonly PacketRow[],
  lang: Language,
  marks: readonly SessionMark[] = [],
): Sentence[] {
  return tell(shorten(happenings(journey, exchanges, packets, marks)), lang)
}

/** Tells a whole recorded run: all of its messages and connections in order of time. Pure. */
export const narrateRun = (source: StorySource, lang: Language): Sentence[] =>
  tell(runHappenings(source), lang)

/** Stories numbered through in order of time, so that no later number stands above an earlier one in the picture. */
export function numberStories(stories: readonly (readonly Sentence[])[]): Sentence[][] {
  const all = stories.flat().sort(inOrder)
  const numbers = new Map(all.map((s, i) => [s, i + 1]))
  return stories.map((story) => story.map((s) => ({ ...s, n: numbers.get(s) ?? s.n })))
}

/** Where the sentences' numbers stand in the picture. */
export const placesOf = (sentences: readonly Sentence[]): NumberPlace[] =>
  sentences.flatMap((s): NumberPlace[] => {
    if (s.seq === null) return s.mark === null ? [] : [{ n: s.n, seq: null, at: s.at, mark: s.mark }]
    return [...s.also, s.seq].map((seq) => ({ n: s.n, seq, at: s.at, mark: null }))
  })

/** The sentence as plain text. */
export const sentenceText = (s: Sentence): string => s.parts.map((p) => p.text).join('')
