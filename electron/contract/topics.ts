/** Longest UTF-8 string of MQTT in bytes (3.1.1 section 1.5.3). */
const MAX_BYTES = 65_535

const hasForbidden = (s: string): boolean => /[\u0000\ud800-\udfff]/u.test(s)

function utf8Length(s: string): number {
  let bytes = 0
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i)
    // Each half of a surrogate pair is two of its four bytes.
    bytes += c < 0x80 ? 1 : c < 0x800 || (c & 0xf800) === 0xd800 ? 2 : 3
  }
  return bytes
}

/** A topic name one may publish to: 1 to 65,535 bytes of UTF-8 without U+0000, + and # (3.1.1 section 4.7). */
export function isValidTopic(topic: string): boolean {
  return topic.length > 0 && !/[+#]/.test(topic) && !hasForbidden(topic) && utf8Length(topic) <= MAX_BYTES
}

const SLASH = 0x2f

/** A topic filter: + stands for a whole level, # for the last one (3.1.1 sections 4.7.1.2 and 4.7.1.3). */
export function isValidFilter(filter: string): boolean {
  if (filter.length > MAX_BYTES || hasForbidden(filter)) return false
  return (filter.length * 3 <= MAX_BYTES || utf8Length(filter) <= MAX_BYTES) && hasFilterForm(filter)
}

/**
 * The same for a text that is a UTF-8 string of MQTT already. One pass without taking it apart, since a client may send
 * sixteen of 65 kB in one packet.
 */
export function hasFilterForm(filter: string): boolean {
  if (filter.length === 0) return false
  for (let at = filter.indexOf('+'); at >= 0; at = filter.indexOf('+', at + 1)) {
    if (!isLevel(filter, at)) return false
  }
  const hash = filter.indexOf('#')
  return hash < 0 || (hash === filter.length - 1 && isLevel(filter, hash))
}

/**
 * The filter of a shared subscription such as `$share/GROUP/home/#` (5.0 section 4.8.2), with its group; undefined for any
 * other filter.
 */
export function sharedFilter(filter: string): { group: string; filter: string } | undefined {
  const found = /^\$share\/([^/+#]+)\/([^]+)$/.exec(filter)
  const [group, shared] = [found?.[1], found?.[2]]
  return group === undefined || shared === undefined ? undefined : { group, filter: shared }
}

/** Whether the character is a level of its own. */
const isLevel = (filter: string, at: number): boolean =>
  (at === 0 || filter.charCodeAt(at - 1) === SLASH) &&
  (at === filter.length - 1 || filter.charCodeAt(at + 1) === SLASH)

/** Why a topic matches a filter or not; `level` is the 0-based level that decided. */
export type MatchReason =
  | { matches: true; why: 'equal' | 'single-level' | 'multi-level' | 'parent-of-multi-level' }
  | { matches: false; why: 'dollar' | 'too-short' | 'too-long' | 'level-differs'; level: number }

/** Matches a topic name against a valid filter and says which rule decided (3.1.1 section 4.7). */
export const explainMatch = (filter: string, topic: string): MatchReason =>
  explainLevels(filter.split('/'), topic.split('/'))

/** The same for levels that are split already; of the topic's, one more than the filter has is enough. */
export function explainLevels(f: readonly string[], t: readonly string[]): MatchReason {
  // [MQTT-4.7.2-1]
  if (t[0]?.startsWith('$') && (f[0] === '+' || f[0] === '#'))
    return { matches: false, why: 'dollar', level: 0 }
  let plus = false
  for (let i = 0; i < f.length; i++) {
    if (f[i] === '#') return { matches: true, why: i >= t.length ? 'parent-of-multi-level' : 'multi-level' }
    if (i >= t.length) return { matches: false, why: 'too-short', level: i }
    if (f[i] === '+') plus = true
    else if (f[i] !== t[i]) return { matches: false, why: 'level-differs', level: i }
  }
  if (t.length > f.length) return { matches: false, why: 'too-long', level: f.length }
  return { matches: true, why: plus ? 'single-level' : 'equal' }
}

/** True when a message on `topic` goes to a subscription of `filter`. */
export const topicMatches = (filter: string, topic: string): boolean => explainMatch(filter, topic).matches
