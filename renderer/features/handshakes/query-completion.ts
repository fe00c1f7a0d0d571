import { FILTER_TERMS } from '@contract/packet-filter'
import { HANDSHAKE_TYPES } from '@contract/packet'
import { isOpenQuote, quoteValue, splitTerms, splitValues } from '@contract/query-terms'

/** What the page knows that a query can name. */
export interface QueryKnowledge {
  clients: readonly string[]
  topics: readonly string[]
}

export interface Completion {
  /** The whole query with the suggestion taken. */
  query: string
  /** Where the cursor goes. */
  caret: number
  label: string
}

const VALUES: Record<string, readonly string[]> = {
  type: [...HANDSHAKE_TYPES, 'HANDSHAKE', 'CONNECT', 'CONNACK', 'SUBSCRIBE', 'SUBACK', 'PING', 'DISCONNECT'],
  qos: ['0', '1', '2'],
  dup: ['true', 'false'],
  retain: ['true', 'false'],
  fate: ['lost', 'held', 'delivered', 'transit'],
  dir: ['up', 'down'],
  verdict: ['retried', 'duplicate', 'lost', 'refused', 'gave-up', 'open', 'complete', 'abandoned'],
}

const MAX = 8

/** Suggestions for the word at the cursor: terms first, after a colon the values of that term. */
export function completions(query: string, caret: number, known: QueryKnowledge): Completion[] {
  const typedSoFar = query.slice(0, caret)
  const start =
    caret -
    (/\s$/.test(typedSoFar) && !isOpenQuote(typedSoFar) ? 0 : (splitTerms(typedSoFar).at(-1) ?? '').length)
  const word = query.slice(start, caret)
  const rest = query.slice(caret)
  const minus = word.startsWith('-') ? '-' : ''
  const body = word.slice(minus.length)
  const colon = body.indexOf(':')
  const take = (text: string, end: string): Completion => {
    const put = query.slice(0, start) + minus + text + end
    return { query: put + rest, caret: put.length, label: minus + text }
  }
  if (colon < 0) {
    const terms = FILTER_TERMS.filter((t) => t.startsWith(body.toLowerCase()))
    return terms.slice(0, FILTER_TERMS.length).map((t) => take(`${t}:`, ''))
  }
  const term = body.slice(0, colon)
  // a value being typed is not in the list yet
  const text = body.slice(colon + 1)
  const done = splitValues(text)
  const typed = text === '' || (text.endsWith(',') && !isOpenQuote(text)) ? '' : (done.pop()?.text ?? '')
  const listed = done.map((v) => v.text)
  const values = term === 'client' ? known.clients : term === 'topic' ? known.topics : (VALUES[term] ?? [])
  const before = listed.map((v) => `${quoteValue(v)},`).join('')
  return values
    .filter((v) => v.toLowerCase().startsWith(typed.toLowerCase()) && !listed.includes(v))
    .slice(0, MAX)
    .map((v) => take(`${term}:${before}${quoteValue(v)}`, rest === '' ? ' ' : ''))
}

/** The query with a term put in, or taken out when it is there. */
export function toggleTerm(query: string, term: string): string {
  const words = splitTerms(query)
  const without = words.filter((w) => w !== term)
  return (without.length < words.length ? without : [...words, term]).join(' ')
}

export const hasTerm = (query: string, term: string): boolean => splitTerms(query).includes(term)
