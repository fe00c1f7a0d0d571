import type { ExchangeRow, PacketRow } from './model'
import { HANDSHAKE_TYPES, PACKET_TYPES, type PacketType } from './packet'
import { isOpenQuote, splitTerms, splitValues, unquote, type QueryValue } from './query-terms'
import { readTimeRange } from './time-range'
import { explainLevels, isValidFilter } from './topics'
import { wildcard } from './wildcard'

/** What a filter may ask of the exchange a packet belongs to. */
export interface FilterContext {
  /** The packet's exchange, by whose topic and QoS its acknowledgements are found too; undefined when it has none. */
  exchange?: Pick<ExchangeRow, 'verdict' | 'retries' | 'topic' | 'qos'> | undefined
  /** Copies a subscriber got of the packet's message; more than 1 is a duplicate. */
  copies?: number
}

type Test = (p: PacketRow, context: FilterContext) => boolean
export type PacketFilter = Test

/** A query that cannot be read: the term and what is allowed there. */
export class FilterError extends Error {
  override readonly name = 'FilterError'
}

/** Terms of one query at most: each is a test of every packet that is searched. */
const MAX_TERMS = 50

const VERDICTS = [
  'open',
  'complete',
  'lost',
  'refused',
  'gave-up',
  'abandoned',
  'retried',
  'duplicate',
] as const
const FATES = ['transit', 'held', 'delivered', 'lost'] as const
const FAMILIES: Record<string, readonly PacketType[]> = {
  HANDSHAKE: HANDSHAKE_TYPES,
  PING: ['PINGREQ', 'PINGRESP'],
}

const values = (text: string): string[] => splitValues(text).map((v) => v.text)

function oneOf<T extends string>(term: string, text: string, allowed: readonly T[]): Set<T> {
  const found = values(text)
  const bad = found.find((v) => !(allowed as readonly string[]).includes(v))
  if (bad !== undefined || found.length === 0) {
    throw new FilterError(`${term}: found ${bad ?? 'nothing'}; expected ${allowed.join(', ')}`)
  }
  return new Set(found as T[])
}

function types(text: string): Set<string> {
  const names = values(text.toUpperCase()).flatMap<string>((v) => FAMILIES[v] ?? [v])
  return oneOf<string>('type', names.join(','), PACKET_TYPES.slice(1))
}

function flag(term: string, text: string): boolean {
  return oneOf(term, text, ['true', 'false']).has('true')
}

function numbers(term: string, text: string, max: number): Set<number> {
  const found = values(text).map(Number)
  if (found.length === 0 || found.some((n) => !Number.isInteger(n) || n < 0 || n > max)) {
    throw new FilterError(`${term}: found ${text || 'nothing'}; expected a number from 0 to ${max}`)
  }
  return new Set(found)
}

function clients(text: string): Test {
  const wanted = splitValues(text)
  if (wanted.length === 0)
    throw new FilterError('client: found nothing; expected client identifiers; * matches any text')
  const isPattern = (w: QueryValue): boolean => !w.quoted && w.text.includes('*')
  const exact = new Set(wanted.filter((w) => !isPattern(w)).map((w) => w.text))
  const patterns = wanted.filter(isPattern).map((w) => wildcard(w.text))
  return (p) => exact.has(p.clientId) || patterns.some((matches) => matches(p.clientId))
}

function topics(text: string): Test {
  const filters = values(text)
  const bad = filters.find((f) => !isValidFilter(f))
  if (bad !== undefined || filters.length === 0)
    throw new FilterError(`topic: found ${bad ?? 'nothing'}; expected a topic filter`)
  const levels = filters.map((f) => f.split('/'))
  // A topic of a hostile client has 65,536 levels; no more of them are looked at than decide.
  const most = Math.max(...levels.map((l) => l.length)) + 1
  return (p, { exchange }) => {
    const topic = p.topic ?? exchange?.topic
    if (topic === undefined) return false
    const own = topic.split('/', most)
    return levels.some((l) => explainLevels(l, own).matches)
  }
}

function verdicts(text: string): Test {
  const wanted = oneOf('verdict', text, VERDICTS)
  return (p, { exchange, copies = 0 }) =>
    (wanted.has('refused') && p.effect === 'refused') ||
    (exchange !== undefined &&
      (wanted.has(exchange.verdict) || (wanted.has('retried') && exchange.retries > 0))) ||
    (wanted.has('duplicate') && copies > 1)
}

function time(text: string): Test {
  const range = readTimeRange(text)
  if (!range) throw new FilterError(`time: found ${text || 'nothing'}; expected seconds such as 12.5..14s`)
  return (p) => p.sentMs >= range.fromMs && p.sentMs < range.toMs
}

const TERMS: Record<string, (text: string) => Test> = {
  type: (v) => {
    const set = types(v)
    return (p) => set.has(p.type)
  },
  client: clients,
  topic: topics,
  qos: (v) => {
    const set = numbers('qos', v, 2)
    return (p, { exchange }) => {
      const qos = p.qos ?? exchange?.qos
      return qos !== undefined && set.has(qos)
    }
  },
  id: (v) => {
    const set = numbers('id', v, 65_535)
    return (p) => p.packetId !== null && set.has(p.packetId)
  },
  dup: (v) => {
    const want = flag('dup', v)
    return (p) => p.type === 'PUBLISH' && p.dup === want
  },
  retain: (v) => {
    const want = flag('retain', v)
    return (p) => p.type === 'PUBLISH' && p.retain === want
  },
  fate: (v) => {
    const set = oneOf('fate', v, FATES)
    return (p) => set.has(p.fate)
  },
  dir: (v) => {
    const set = oneOf('dir', v, ['up', 'down'])
    return (p) => set.has(p.direction === 'uplink' ? 'up' : 'down')
  },
  journey: (v) => {
    const set = numbers('journey', v, Number.MAX_SAFE_INTEGER)
    return (p) => p.journey !== null && set.has(p.journey)
  },
  verdict: verdicts,
  time,
}

/** The clients that packets must be of to pass a query, null when it names none or by a pattern: whose packets to search. */
export function clientsOf(query: string): string[] | null {
  const lists = splitTerms(query)
    .filter((t) => t.startsWith('client:'))
    .map((t) => splitValues(t.slice('client:'.length)))
  const named = lists.find((list) => list.every((v) => v.quoted || !v.text.includes('*')))
  return named === undefined ? null : [...new Set(named.map((v) => v.text))]
}

/** Names of the filter's terms, for completion. */
export const FILTER_TERMS = Object.keys(TERMS)

/**
 * Reads a packet query such as `client:sensor-1,dashboard topic:home/# qos:1,2 dup:true`.
 * All terms must hold; commas mean "or"; a leading minus means "not"; a bare word is looked for in client and topic, in
 * small or capital letters. What has spaces or commas in it stands in double quotes.
 * An empty query matches everything.
 * @throws FilterError
 */
export function parsePacketFilter(query: string): PacketFilter {
  if (isOpenQuote(query)) throw new FilterError('found a " that is not closed; expected another')
  const terms = splitTerms(query)
  if (terms.length > MAX_TERMS)
    throw new FilterError(`found ${terms.length} terms; expected at most ${MAX_TERMS}`)
  const tests = terms.map((term): Test => {
    const not = term.startsWith('-')
    const body = not ? term.slice(1) : term
    const colon = body.startsWith('"') ? -1 : body.indexOf(':')
    const key = colon < 0 ? '' : body.slice(0, colon)
    if (colon >= 0 && !Object.hasOwn(TERMS, key)) {
      throw new FilterError(`unknown term ${key}; expected ${FILTER_TERMS.join(', ')}`)
    }
    const word = unquote(body).toLowerCase()
    const make = TERMS[key]
    const test: Test = make
      ? make(body.slice(colon + 1))
      : (p) => p.clientId.toLowerCase().includes(word) || (p.topic?.toLowerCase().includes(word) ?? false)
    return not ? (p, c) => !test(p, c) : test
  })
  return (p, c) => tests.every((t) => t(p, c))
}
