import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { TopicView } from '../../../../electron/contract/api'
import { isValidFilter, topicMatches } from '../../../../electron/contract/topics'
import { createTopicTree } from '../../../../electron/engine/observe/traffic/topic-tree'

const view = (v: Partial<TopicView> = {}): TopicView => ({
  open: [],
  search: '',
  filter: '',
  offset: 0,
  limit: 100,
  ...v,
})

function setup(options: { topics?: number; historyBytes?: number } = {}) {
  const clock = { ms: 0, now: () => clock.ms }
  const tree = createTopicTree({ clock, ...options })
  const publish = (
    topic: string,
    payload: string | Buffer = 'x',
    more: { retain?: boolean; qos?: 0 | 1 | 2 } = {},
  ) =>
    tree.published({
      topic,
      clientId: 'c',
      qos: 0,
      retain: false,
      payload: Buffer.from(payload),
      atMs: clock.ms,
      ...more,
    })
  const paths = (v: Partial<TopicView> = {}) => tree.page(view(v)).rows.map((r) => r.path)
  return { clock, tree, publish, paths }
}

describe('topic tree', () => {
  it('shows what is open, in natural order, and a window of it', () => {
    const { tree, publish, paths } = setup()
    for (const t of ['home/room-10/t', 'home/room-2/t', 'home/room-2/h', 'factory', 'home']) publish(t)
    expect(paths()).toEqual(['factory', 'home'])
    expect(paths({ open: ['home', 'home/room-2'] })).toEqual([
      'factory',
      'home',
      'home/room-2',
      'home/room-2/h',
      'home/room-2/t',
      'home/room-10',
    ])
    const page = tree.page(view({ open: ['home'], offset: 1, limit: 2 }))
    expect(page).toMatchObject({ totalRows: 4, offset: 1, totalTopics: 5, dropped: 0 })
    expect(page.rows.map((r) => [r.path, r.level, r.depth, r.branch, r.open, r.leaf, r.topicsBelow])).toEqual(
      [
        ['home', 'home', 0, true, true, true, 3],
        ['home/room-2', 'room-2', 1, true, false, false, 2],
      ],
    )
  })

  it('shows topics that come later with the same view', () => {
    const { tree, publish } = setup()
    const v = view()
    publish('b')
    expect(tree.page(v).rows.map((r) => r.path)).toEqual(['b'])
    publish('a')
    publish('b')
    expect(tree.page(v).rows.map((r) => [r.path, r.messages])).toEqual([
      ['a', 1],
      ['b', 2],
    ])
  })

  it('counts a branch with all below it, a second at a time', () => {
    const { clock, tree, publish } = setup()
    for (clock.ms = 0; clock.ms < 40_000; clock.ms += 250) {
      publish('a/x', Buffer.alloc(10))
      if (clock.ms % 1000 === 0) publish('a/y', Buffer.alloc(100))
    }
    clock.ms = 40_500
    const rows = tree.page(view({ open: ['a'] })).rows
    expect(rows.map((r) => [r.path, r.messages, r.rate, r.bytesPerSecond])).toEqual([
      ['a', 200, 5, 140],
      ['a/x', 160, 4, 40],
      ['a/y', 40, 1, 100],
    ])
    expect(rows[0]!.spark).toEqual([...Array.from({ length: 29 }, () => 5), 0])
    clock.ms = 45_500
    expect(tree.page(view()).rows[0]).toMatchObject({ rate: 2.5, messages: 200 })
    clock.ms = 500_000
    expect(tree.page(view()).rows[0]).toMatchObject({ rate: 0, spark: Array.from({ length: 30 }, () => 0) })
  })

  it('averages over no more time than the topic exists', () => {
    const { clock, tree, publish } = setup()
    clock.ms = 100_000
    for (let i = 0; i < 6; i++) publish('t')
    expect(tree.page(view()).rows[0]!.rate).toBe(6)
    clock.ms = 102_100
    expect(tree.page(view()).rows[0]!.rate).toBe(3)
  })

  it('keeps the last 50 messages, newest first, long payloads cut', () => {
    const { clock, tree, publish } = setup()
    for (let i = 0; i < 120; i++) {
      clock.ms = i
      publish('t', i === 119 ? Buffer.alloc(5000, 65) : `value ${i}`, { qos: 2 })
    }
    const detail = tree.detail('t')!
    expect(detail.messages).toBe(120)
    expect(detail.history.map((h) => h.atMs)).toEqual(Array.from({ length: 50 }, (_, i) => 119 - i))
    expect(detail.history[0]).toMatchObject({ bytes: 5000, truncated: true, qos: 2, clientId: 'c' })
    expect(detail.history[0]!.payload.length).toBe(4096)
    expect(Buffer.from(detail.history[1]!.payload).toString()).toBe('value 118')
    expect(detail.history[1]).toMatchObject({ bytes: 9, truncated: false })
    expect(tree.detail('nothing')).toBeUndefined()
  })

  it('keeps history within its bytes, and the last message of every topic', () => {
    const { tree, publish } = setup({ historyBytes: 100_000 })
    for (let i = 0; i < 3000; i++) publish(`t${i % 30}`, Buffer.alloc(500, i % 256))
    const histories = Array.from({ length: 30 }, (_, i) => tree.detail(`t${i}`)!.history)
    const bytes = histories.flat().reduce((n, m) => n + m.payload.length, 0)
    expect(bytes).toBeLessThanOrEqual(100_000)
    for (const [i, h] of histories.entries()) {
      expect(h.length).toBeGreaterThanOrEqual(1)
      expect(h[0]!.payload[0]).toBe((2970 + i) % 256)
    }
  })

  it('marks a retained message until an empty one clears it', () => {
    const { tree, publish } = setup()
    const retained = () => tree.page(view()).rows[0]!.retained
    publish('t', 'on', { retain: true })
    expect(retained()).toBe(true)
    publish('t', 'off')
    expect(retained()).toBe(true)
    publish('t', '', { retain: true })
    expect(retained()).toBe(false)
  })

  it('finds topics by a part of their path, with the branches above', () => {
    const { publish, paths } = setup()
    for (const t of ['home/Kitchen/temp', 'home/bath/temp', 'home/kitchen', 'temp']) publish(t)
    expect(paths({ search: 'kitchen' })).toEqual([
      'home',
      'home/Kitchen',
      'home/Kitchen/temp',
      'home/kitchen',
    ])
    expect(paths({ search: 'nothing' })).toEqual([])
  })

  it('matches filters as the specification says, whatever the topics', () => {
    const level = fc.constantFrom('a', 'b', '', '$SYS', 'ü')
    const topic = fc
      .array(level, { minLength: 1, maxLength: 4 })
      .map((l) => l.join('/'))
      .filter((t) => t !== '')
    const filter = fc
      .array(fc.constantFrom('a', 'b', '', '$SYS', '+', '#'), { minLength: 1, maxLength: 4 })
      .map((l) => l.join('/'))
      .filter(isValidFilter)
    fc.assert(
      fc.property(fc.uniqueArray(topic, { maxLength: 30 }), filter, (topics, f) => {
        const { tree, publish } = setup()
        for (const t of topics) publish(t)
        const expected = topics.filter((t) => topicMatches(f, t))
        expect(tree.page(view({ filter: f })).matchedTopics).toBe(expected.length)
        const open = topics.flatMap((t) => t.split('/').map((_, i, all) => all.slice(0, i + 1).join('/')))
        const lit = tree
          .page(view({ filter: f, open }))
          .rows.filter((r) => r.matched)
          .map((r) => r.path)
        expect(lit.sort()).toEqual(expected.sort())
      }),
      { numRuns: 300 },
    )
  })

  it('takes no more topics than allowed and says how many it left out', () => {
    const { tree, publish } = setup({ topics: 100 })
    for (let n = 0; n < 2; n++) for (let i = 0; i < 250; i++) publish(`t${i}`)
    expect([tree.topics, tree.dropped]).toEqual([100, 150])
    expect(tree.detail('t99')!.messages).toBe(2)
    tree.clear()
    expect([tree.topics, tree.dropped, tree.page(view()).totalRows]).toEqual([0, 0, 0])
  })

  it('holds a topic of 32,767 levels as 64', () => {
    const { tree, publish, paths } = setup()
    publish('/'.repeat(32_766))
    expect(tree.topics).toBe(1)
    expect(paths({ search: '/' })).toHaveLength(64)
    expect(tree.detail('/'.repeat(32_766))?.messages).toBe(1)
  })

  it.each([
    [Buffer.from('{"t":21.5}'), '{"t":21.5}'],
    [Buffer.from([0xff, 0x00, 0x10]), 'ff 00 10'],
    [Buffer.from('온'.repeat(300)), '온'.repeat(200)],
    [Buffer.from('😀'.repeat(300)), '😀'.repeat(100)],
    [Buffer.alloc(0), ''],
  ])('shows the last payload as a line of text', (payload, text) => {
    const { tree, publish } = setup()
    publish('t', payload)
    expect(tree.page(view()).rows[0]!.payload).toBe(text)
  })
})

test('a retained message that the broker keeps no longer is not shown as retained', () => {
  const kept = new Set(['a'])
  const tree = createTopicTree({ clock: { now: () => 0 }, keeps: (topic) => kept.has(topic) })
  const message = { clientId: 'c', qos: 0 as const, retain: true, payload: Buffer.from('1'), atMs: 0 }
  tree.published({ topic: 'a', ...message })
  const view = { open: [], search: '', filter: '', offset: 0, limit: 9 }
  expect(tree.detail('a')?.retained).toBe(true)
  kept.clear()
  expect(tree.page(view).rows[0]?.retained).toBe(false)
  expect(tree.detail('a')?.retained).toBe(false)
})

test('of a topic that a page shows the newest message is kept up to 256 KiB', () => {
  const tree = createTopicTree({ clock: { now: () => 0 } })
  const publish = (topic: string, length: number) =>
    tree.published({
      ...{ topic, clientId: 'c', qos: 0 as const, retain: false, atMs: 0 },
      payload: Buffer.alloc(length, 'x'),
    })
  const newest = (topic: string) => {
    const [m] = tree.detail(topic)?.history ?? []
    return [m?.payload.length, m?.truncated]
  }
  publish('lora', 5600)
  // nobody had asked for it when it came
  expect(newest('lora')).toEqual([4096, true])
  publish('lora', 5600)
  expect(newest('lora')).toEqual([5600, false])
  expect(tree.detail('lora')?.history[1]?.payload.length).toBe(4096)
  publish('lora', 300_000)
  expect(newest('lora')).toEqual([262_144, true])
  publish('lora', 10)
  expect(newest('lora')).toEqual([10, false])
  publish('other', 5600)
  publish('other', 5600)
  expect(newest('other')).toEqual([4096, true])
  // of eight topics at most
  for (let i = 0; i < 9; i++) publish(`t/${i}`, 1)
  for (let i = 0; i < 9; i++) tree.detail(`t/${i}`)
  publish('lora', 5600)
  expect(newest('lora')).toEqual([4096, true])
})
