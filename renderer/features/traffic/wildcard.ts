import { explainMatch, type MatchReason } from '@contract/topics'

/** A topic and why the filter matches it or not. */
export interface Explained {
  topic: string
  reason: MatchReason
}

/** Parts of a filter as typed, so that its wildcards can be lit. */
export function filterParts(filter: string): { text: string; wildcard: boolean }[] {
  return filter
    .split(/([+#])/)
    .filter((t) => t !== '')
    .map((text) => ({ text, wildcard: text === '+' || text === '#' }))
}

/** How near a topic is to being matched: levels that agree with the filter; one that differs in capitals counts half. */
function nearness(filter: string, topic: string): number {
  const f = filter.split('/')
  const t = topic.split('/')
  const same = t.filter((level, i) => f[i] === level || f[i] === '+' || f.includes(level)).length
  const lower = f.map((level) => level.toLowerCase())
  const almost = t.filter((level) => !f.includes(level) && lower.includes(level.toLowerCase())).length
  return same + almost / 2 - Math.abs(f.length - t.length) * 0.1
}

/** The topic among these that most nearly matches but does not: the one worth a word. */
export function nearMiss(filter: string, topics: readonly string[]): Explained | null {
  let best: Explained | null = null
  let bestScore = 0
  for (const topic of topics) {
    const reason = explainMatch(filter, topic)
    if (reason.matches) continue
    const score = nearness(filter, topic)
    if (score > bestScore) {
      best = { topic, reason }
      bestScore = score
    }
  }
  return best
}

/**
 * Values of the sentence `traffic.why.<key>` for a topic and a filter.
 * @param empty what an empty level is called: `/home` has one before its slash
 */
export function reasonText(
  filter: string,
  { topic, reason }: Explained,
  empty = '""',
): { key: string; values: Record<string, string> } {
  const named = (level = ''): string => (level === '' ? empty : level)
  const f = filter.split('/')
  const t = topic.split('/')
  const values: Record<string, string> = { topic }
  if (!reason.matches) {
    return {
      // + is spoken of only where there is one
      key: reason.why === 'too-long' && f.includes('+') ? 'too-long-plus' : reason.why,
      values: {
        ...values,
        level: String(reason.level + 1),
        wanted: named(f[reason.level]),
        found: named(t[reason.level]),
        levels: String(t.length),
        filterLevels: String(f.length),
      },
    }
  }
  const filled = f.flatMap((level, i) => (level === '+' ? [named(t[i])] : [])).join(', ')
  const rest = named(t.slice(f.length - 1).join('/'))
  return { key: reason.why, values: { ...values, filled, rest } }
}

/** The levels of a topic that a wildcard of the filter stands for. */
export function litLevels(filter: string, topic: string): ReadonlySet<number> {
  if (!explainMatch(filter, topic).matches) return new Set()
  const f = filter.split('/')
  const lit = new Set<number>()
  topic.split('/').forEach((_level, i) => {
    if (f[i] === '+' || (f.at(-1) === '#' && i >= f.length - 1)) lit.add(i)
  })
  return lit
}
