import { FILTER_TERMS } from '@contract/packet-filter'
import { HANDSHAKE_TYPES } from '@contract/packet'

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
  const start = query.slice(0, caret).search(/\S*$/)
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
  const listed = body.slice(colon + 1).split(',')
  const typed = listed.pop() ?? ''
  const values = term === 'client' ? known.clients : term === 'topic' ? known.topics : (VALUES[term] ?? [])
  const before = listed.length > 0 ? `${listed.join(',')},` : ''
  return values
    .filter((v) => v.toLowerCase().startsWith(typed.toLowerCase()) && !listed.includes(v) && !/\s/.test(v))
    .slice(0, MAX)
    .map((v) => take(`${term}:${before}${v}`, rest === '' ? ' ' : ''))
}

/** The query with a term put in, or taken out when it is there. */
export function toggleTerm(query: string, term: string): string {
  const words = query.split(/\s+/).filter((w) => w !== '')
  const without = words.filter((w) => w !== term)
  return (without.length < words.length ? without : [...words, term]).join(' ')
}

export const hasTerm = (query: string, term: string): boolean => query.split(/\s+/).includes(term)
