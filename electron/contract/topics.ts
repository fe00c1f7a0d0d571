/** Longest UTF-8 string of MQTT in bytes (3.1.1 section 1.5.3). */
const MAX_BYTES = 65_535

const hasForbidden = (s: string): boolean => /[\u0000\ud800-\udfff]/u.test(s)

function utf8Length(s: string): number {
  let bytes = 0
  for (const ch of s) {
    const c = ch.codePointAt(0) as number
    bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4
  }
  return bytes
}

/** A topic name one may publish to: 1 to 65,535 bytes of UTF-8 without U+0000, + and # (3.1.1 section 4.7). */
export function isValidTopic(topic: string): boolean {
  return topic.length > 0 && !/[+#]/.test(topic) && !hasForbidden(topic) && utf8Length(topic) <= MAX_BYTES
}

/** A topic filter: + stands for a whole level, # for the last one (3.1.1 sections 4.7.1.2 and 4.7.1.3). */
export function isValidFilter(filter: string): boolean {
  if (filter.length === 0 || hasForbidden(filter) || utf8Length(filter) > MAX_BYTES) return false
  const levels = filter.split('/')
  return levels.every((level, i) => {
    if (level.includes('#')) return level === '#' && i === levels.length - 1
    return !level.includes('+') || level === '+'
  })
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
