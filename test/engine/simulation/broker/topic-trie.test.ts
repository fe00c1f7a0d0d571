import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { topicMatches } from '../../../../electron/contract/topics'
import { atOnce, type Steps } from '../../../../electron/engine/base/slices'
import { TopicTrie } from '../../../../electron/engine/simulation/broker/topic-trie'

const level = fc.constantFrom('a', 'b', '', '$s', 'ab')
const topic = fc
  .array(level, { minLength: 1, maxLength: 6 })
  .map((l) => l.join('/'))
  .filter((t) => t !== '')
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 5 }), fc.boolean())
  .map(([l, hash]) => [...l, ...(hash ? ['#'] : [])].join('/'))
  .filter((f) => f !== '')

/** Adds and removes, and says what is kept. */
function apply(trie: TopicTrie<string>, steps: readonly (readonly [string, boolean])[]): Set<string> {
  const kept = new Set<string>()
  for (const [f, add] of steps) {
    if (add) trie.add(f, f)
    else trie.remove(f, f)
    if (add) kept.add(f)
    else kept.delete(f)
  }
  return kept
}

/** The values of the sets that are found. */
const valuesOf = (sets: readonly ReadonlySet<string>[]): string[] => sets.flatMap((set) => [...set])

/** What is found, and how many nodes were looked at: those of the last step, which it does not tell, left out. */
function counted<T>(steps: Steps<T[]>): { found: T[]; looked: number } {
  let looked = 0
  for (;;) {
    const step = steps.next()
    if (step.done === true) return { found: step.value, looked }
    looked += step.value
  }
}

const alternate = (filters: readonly string[], removed: readonly string[]): [string, boolean][] =>
  [...filters, ...removed].map((f, i) => [f, i < filters.length])

describe('topic trie', () => {
  it('finds exactly the filters that match, after any adding and removing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(filter, fc.boolean()), { maxLength: 16 }), topic, (steps, t) => {
        const trie = new TopicTrie<string>()
        const kept = apply(trie, steps)
        const found = valuesOf(atOnce(trie.matching(t)))
        expect(found.sort()).toEqual([...kept].filter((f) => topicMatches(f, t)).sort())
      }),
      { numRuns: 2000 },
    )
  })

  it('finds exactly the topics that a filter matches, after any adding and removing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(topic, fc.boolean()), { maxLength: 16 }), filter, (steps, f) => {
        const trie = new TopicTrie<string>()
        const kept = apply(trie, steps)
        const found = atOnce(trie.under(f))
        expect(found.sort()).toEqual([...kept].filter((t) => topicMatches(f, t)).sort())
      }),
      { numRuns: 2000 },
    )
  })

  it('finds once what stays while others come and go between the steps', () => {
    // Fillers make the walk take several steps; `x` levels keep them apart from what the topic matches besides.
    const filler = Array.from({ length: 200 }, (_, i) => `+/+/${i % 2 === 0 ? '+' : 'a'}/x${i}`)
    const changes = fc.array(fc.tuple(filter, fc.boolean()), { maxLength: 40 })
    fc.assert(
      fc.property(fc.array(filter, { maxLength: 10 }), changes, topic, (first, meanwhile, t) => {
        const trie = new TopicTrie<string>()
        for (const f of [...filler, ...first]) trie.add(f, f)
        const touched = new Set(meanwhile.map(([f]) => f))
        const steps = trie.matching(t)
        const queue = [...meanwhile]
        for (let step = steps.next(); ; step = steps.next()) {
          if (step.done === true) {
            const stay = first.filter((f) => !touched.has(f) && topicMatches(f, t))
            const found = valuesOf(step.value).filter((f) => !touched.has(f) && !filler.includes(f))
            expect(found.sort()).toEqual([...new Set(stay)].sort())
            return
          }
          for (const [f, add] of queue.splice(0, 3)) {
            if (add) trie.add(f, f)
            else trie.remove(f, f)
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('the work of a match', () => {
  it('over {a, +} at each of twelve levels is bounded by the filters, not by the paths', () => {
    const trie = new TopicTrie<string>()
    const filters = Array.from({ length: 4096 }, (_, n) =>
      Array.from({ length: 12 }, (_, i) => (((n >> i) & 1) === 0 ? 'a' : '+')).join('/'),
    )
    for (const f of filters) trie.add(f, f)
    const topic12 = Array.from({ length: 12 }, () => 'a').join('/')
    const all = counted(trie.matching(topic12))
    expect(all.found).toHaveLength(4096)
    // A binary tree of 4,096 leaves has 8,191 nodes.
    expect(all.looked).toBeLessThanOrEqual(8191)
    const none = counted(trie.matching(`${topic12}/a`))
    expect(none.found).toEqual([])
    expect(none.looked).toBeLessThanOrEqual(8191)
  })

  it('of retained topics looks only where the filter leads', () => {
    const trie = new TopicTrie<string>()
    for (let i = 0; i < 20_000; i++) trie.add(`site/${i}/temp`, `${i}`)
    for (let i = 0; i < 50; i++) trie.add(`other/${i}/z`, `z${i}`)
    expect(counted(trie.under('site/77/+')).looked).toBeLessThanOrEqual(8)
    const z = counted(trie.under('other/+/z'))
    expect(z.found).toHaveLength(50)
    expect(z.looked).toBeLessThanOrEqual(300)
  })
})

describe('a topic of 32,768 levels', () => {
  const deep = '/'.repeat(32_767)
  const filters = [deep, '+'.concat('/+'.repeat(32_767)), '#']

  it('is matched without exhausting the stack', () => {
    const trie = new TopicTrie<string>()
    for (const f of filters) trie.add(f, f.slice(0, 3))
    expect(valuesOf(atOnce(trie.matching(deep))).sort()).toEqual(['#', '+/+', '///'])
    for (const f of filters) trie.remove(f, f.slice(0, 3))
    expect(atOnce(trie.matching(deep))).toEqual([])
  })

  it('is kept in one node, and what parted from it on the way leaves no node behind', () => {
    const trie = new TopicTrie<string>()
    trie.add(deep, 'deep')
    const parting = Array.from({ length: 500 }, (_, i) => `${'/'.repeat(i + 1)}x`)
    apply(trie, alternate(parting, parting))
    expect(counted(trie.under('#'))).toEqual({ found: ['deep'], looked: 0 })
  })
})
