import { describe, expect, it } from 'vitest'
import { explainMatch, sharedFilter } from '../../../electron/contract/topics'
import { filterParts, litLevels, nearMiss, reasonText } from '../../../renderer/features/traffic/wildcard'
import { messages } from '../../../renderer/i18n/messages'
import { branchMayMatch, toUnfold, Unfolding } from '../../../renderer/stores/topic-match'
import { createTopicTree } from '../../../electron/engine/observe/traffic/topic-tree'

const TOPICS = [
  'home/kitchen/temperature',
  'home/attic/east/temperature',
  'home/hall/air',
  'door/1',
  '$SYS/uptime',
]

const tree = createTopicTree({ clock: { now: () => 0 } })
for (const topic of TOPICS)
  tree.published({ topic, clientId: 'c', qos: 0, retain: false, payload: Buffer.from('1'), atMs: 0 })

describe('wildcard tester', () => {
  it('finds the wildcards of a filter', () => {
    expect(
      filterParts('home/+/#')
        .filter((p) => p.wildcard)
        .map((p) => p.text),
    ).toEqual(['+', '#'])
    expect(
      filterParts('home/+/x')
        .map((p) => p.text)
        .join(''),
    ).toBe('home/+/x')
  })

  it('names the topic that nearly matches', () => {
    expect(nearMiss('home/+/temperature', TOPICS)?.topic).toBe('home/attic/east/temperature')
    expect(nearMiss('#', ['a', 'b'])).toBeNull()
    expect(nearMiss('Door/#', TOPICS)?.topic).toBe('door/1')
  })

  it.each([
    ['home/+/temperature', 'home/kitchen/temperature', 'single-level', { filled: 'kitchen' }],
    ['home/#', 'home/attic/east/temperature', 'multi-level', { rest: 'attic/east/temperature' }],
    ['home/#', 'home', 'parent-of-multi-level', {}],
    ['#', '$SYS/uptime', 'dollar', {}],
    [
      'home/+/temperature',
      'home/attic/east/temperature',
      'level-differs',
      { level: '3', found: 'east', wanted: 'temperature' },
    ],
    ['home/+', 'home/kitchen/temperature', 'too-long-plus', { levels: '3', filterLevels: '2' }],
    ['home/hall', 'home/hall/air', 'too-long', { levels: '3', filterLevels: '2' }],
    ['/home/#', 'home/hall', 'level-differs', { level: '1', found: 'home', wanted: '""' }],
    ['home/#', '/home/hall', 'level-differs', { level: '1', found: '""', wanted: 'home' }],
    ['home/+/air', 'home//air', 'single-level', { filled: '""' }],
    ['home/#', 'home/', 'multi-level', { rest: '""' }],
    ['home/+/air', 'home/hall', 'too-short', { levels: '2', filterLevels: '3' }],
    ['door/1', 'door/1', 'equal', {}],
  ])('explains %s against %s', (filter, topic, key, values) => {
    const made = reasonText(filter, { topic, reason: explainMatch(filter, topic) })
    expect(made.key).toBe(key)
    expect(made.values).toMatchObject(values)
    const why = (messages.en['traffic'] as { why: Record<string, string> }).why[key] ?? ''
    for (const [, name] of why.matchAll(/\{(\w+)\}/g)) expect(made.values, name).toHaveProperty(name ?? '')
  })

  it('speaks of + only to a filter that has one', () => {
    const why = (messages.en['traffic'] as { why: Record<string, string> }).why
    expect(why['too-long']).not.toContain('+')
    expect(why['too-long-plus']).toContain('+')
  })

  it('takes a shared subscription for the filter behind its group', () => {
    expect(sharedFilter('$share/g/tele/#')).toEqual({ group: 'g', filter: 'tele/#' })
    expect(sharedFilter('$share/g//x')).toEqual({ group: 'g', filter: '/x' })
    for (const not of ['$share/g', '$share//x', '$share/+/x', 'share/g/x', '$SYS/#', ''])
      expect(sharedFilter(not), not).toBeUndefined()
  })

  it('lights the levels a wildcard stands for', () => {
    expect([...litLevels('home/+/temperature', 'home/kitchen/temperature')]).toEqual([1])
    expect([...litLevels('home/#', 'home/attic/east')]).toEqual([1, 2])
    expect([...litLevels('home/+', 'door/1')]).toEqual([])
  })
})

describe('branches', () => {
  it('may match as long as no level contradicts', () => {
    expect(branchMayMatch('home/+/temperature', 'home/attic')).toBe(true)
    expect(branchMayMatch('home/+/temperature', 'door')).toBe(false)
    expect(branchMayMatch('home/+', 'home/attic/east')).toBe(false)
    expect(branchMayMatch('#', '$SYS')).toBe(false)
    expect(branchMayMatch('$SYS/#', '$SYS')).toBe(true)
  })

  it('unfolds only what leads to a match', () => {
    const view = { open: [], search: '', filter: 'home/+/temperature', offset: 0, limit: 50 }
    expect(toUnfold(tree.page(view), view)).toEqual(['home'])
    const next = { ...view, open: ['home'] }
    expect(toUnfold(tree.page(next), next).sort()).toEqual(['home/attic', 'home/hall', 'home/kitchen'])
  })

  it('is as the user left it once the filter is gone', () => {
    const unfolding = new Unfolding()
    const view = { open: ['door'], search: '', filter: '', offset: 0, limit: 50 }
    const tested = { ...view, ...unfolding.byFilter(view, 'home/#'), open: ['door', 'home'] }
    expect(unfolding.byFilter(tested, '')).toEqual({ filter: '', open: ['door'] })
  })
})
