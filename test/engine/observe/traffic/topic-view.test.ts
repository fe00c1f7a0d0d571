import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { TopicView } from '../../../../electron/contract/api'
import { topicMatches } from '../../../../electron/contract/topics'
import { createTopicTree } from '../../../../electron/engine/observe/traffic/topic-tree'
import { naturalOrder } from '../../../../electron/engine/observe/traffic/order'

function setUp() {
  const tree = createTopicTree({ clock: { now: () => 0 } })
  const payload = Buffer.from('x')
  const publish = (topic: string) =>
    tree.published({ topic, clientId: 'c', qos: 0, retain: false, payload, atMs: 0 })
  return { tree, publish }
}
const view = (v: Partial<TopicView>): TopicView => ({
  open: [],
  search: '',
  filter: '',
  offset: 0,
  limit: 500,
  ...v,
})

it('looks at few topics at a stretch, also the first time and for every filter', () => {
  const { tree, publish } = setUp()
  for (let i = 0; i < 20_000; i++) publish(`hall/${(i * 7919) % 20_000}/value`)
  const open = ['hall', ...Array.from({ length: 20_000 }, (_, i) => `hall/${i}`)]
  for (const v of [view({ open }), view({ search: 'VAL' }), view({ filter: '+/+/+' })]) {
    const steps = tree.pageSteps(v)
    let most = 0
    let count = 0
    let step = steps.next()
    for (; !step.done; step = steps.next()) {
      most = Math.max(most, step.value)
      count++
    }
    expect(most).toBeLessThanOrEqual(256)
    expect(count).toBeGreaterThan(50)
    if (v.filter !== '') expect(step.value.matchedTopics).toBe(20_000)
    else expect(step.value.totalRows).toBe(40_001)
  }
})

/** Views of a tree that grows while they are made, a step of one or the other at a time. */
it('shows every topic in order, whatever comes while views are made by turns', () => {
  const level = fc.stringMatching(/^[a-c0-9]{1,2}$/)
  const topic = fc.array(level, { minLength: 1, maxLength: 3 }).map((l) => l.join('/'))
  fc.assert(
    fc.property(fc.array(fc.array(topic, { maxLength: 400 }), { maxLength: 5 }), topic, (waves, filter) => {
      const { tree, publish } = setUp()
      const all = new Set<string>()
      const add = (t: string) => {
        all.add(t)
        publish(t)
      }
      for (const wave of waves) {
        const views = [tree.pageSteps(view({ search: 'a' })), tree.pageSteps(view({ open: ['a', 'b'] }))]
        for (const [i, t] of wave.entries()) {
          add(t)
          if (i % 50 === 0) for (const steps of views) steps.next()
        }
        for (const steps of views) for (let step = steps.next(); !step.done;) step = steps.next()
      }
      const top = new Set([...all].map((t) => t.split('/')[0] as string))
      const page = tree.page(view({ filter }))
      expect(page.rows.map((r) => r.path)).toEqual([...top].sort(naturalOrder))
      expect(page.matchedTopics).toBe([...all].filter((t) => topicMatches(filter, t)).length)
      const found = tree.page(view({ search: 'b' })).rows.filter((r) => r.leaf && r.path.includes('b'))
      expect(new Set(found.map((r) => r.path)).size).toBe(
        Math.min(found.length, [...all].filter((t) => t.includes('b')).length),
      )
    }),
    { numRuns: 30 },
  )
})
