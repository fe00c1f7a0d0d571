import type { ExchangeRow, JourneyRow, PacketRow, SessionMark } from '@contract/model'
import { english } from './en'
import { happenings, type Happening } from './events'
import { korean } from './ko'
import type { Teller } from './teller'

export type NarrationLanguage = 'en' | 'ko'

/** One sentence of the narration. */
export interface Sentence {
  /** Counts from 1 within the journey. */
  n: number
  kind: Happening['kind']
  /** Capture number of the packet it speaks of; null when it speaks of a session event. */
  seq: number | null
  /** Client whose session event it speaks of. */
  mark: { clientId: string; atMs: number } | null
  parts: { text: string; strong: boolean }[]
}

const TELLERS: Record<NarrationLanguage, Teller> = { en: english, ko: korean }

/** A story longer than this is given as its beginning and its end. */
const MAX_SENTENCES = 12

function parts(text: string): Sentence['parts'] {
  return text
    .split('*')
    .map((t, i) => ({ text: t, strong: i % 2 === 1 }))
    .filter((p) => p.text !== '')
}

/** Client identifiers may hold the sign that marks bold text. */
const plain = (h: Happening): Happening => {
  const clean = <T extends string | null>(id: T): T => (id === null ? id : (id.replaceAll('*', '∗') as T))
  return { ...h, s: clean(h.s), r: clean(h.r), clients: h.clients.map(clean) }
}

function shorten(list: Happening[]): Happening[] {
  if (list.length <= MAX_SENTENCES) return list
  return [...list.slice(0, MAX_SENTENCES - 3), ...list.slice(-3)]
}

/**
 * Tells one message's story in numbered plain sentences, each tied to the packet or session event it speaks of.
 * Made from the exchange tracker's rows alone, so it says nothing that the capture does not. Pure.
 */
export function narrate(
  journey: JourneyRow,
  exchanges: readonly ExchangeRow[],
  packets: readonly PacketRow[],
  lang: NarrationLanguage,
  marks: readonly SessionMark[] = [],
): Sentence[] {
  const teller = TELLERS[lang]
  return shorten(happenings(journey, exchanges, packets, marks)).map((h, i) => ({
    n: i + 1,
    kind: h.kind,
    seq: h.seq,
    mark: h.kind === 'cut' && h.s !== null ? { clientId: h.s, atMs: h.atMs } : null,
    parts: parts(teller.finish(teller.tell[h.kind](plain(h)))),
  }))
}

/** The sentence as plain text. */
export const sentenceText = (s: Sentence): string => s.parts.map((p) => p.text).join('')
