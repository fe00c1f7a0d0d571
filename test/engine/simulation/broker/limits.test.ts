import { readFileSync } from 'node:fs'
import { fc, test } from '@fast-check/vitest'
import { afterEach, describe, expect, it } from 'vitest'
import {
  BROKER_LIMITS,
  type BrokerLimits,
  type LimitEntry,
} from '../../../../electron/contract/broker-limits'
import { atOnce } from '../../../../electron/engine/base/slices'
import { DEFAULT_LIMITS } from '../../../../electron/engine/simulation/broker/types'
import { Kept } from '../../../../electron/engine/simulation/broker/kept'
import { until } from '../../../helpers/until'
import { bench, RawClient, settle, type Bench } from './raw-client'

let b: Bench
afterEach(() => b.broker.close())

const EMPTY = {
  queues: 0,
  retained: 0,
  subscriptions: 0,
  sessions: 0,
  wills: 0,
  unread: 0,
  halfRead: 0,
}
const limited = (limits: Partial<BrokerLimits>) => (b = bench({ limits }))
/** A session that outlives its connection. */
const lasting = { level: 5, clean: false, properties: { sessionExpiryInterval: 600 } } as const

async function absent(id: string, filter: string): Promise<void> {
  const c = await RawClient.connected(b, id, lasting)
  c.subscribe(filter, 1)
  await settle()
  await c.cut()
}

describe('what waits for absent clients', () => {
  it('counts topics and user properties, not payload alone', async () => {
    limited({ queueBytes: 2_000_000 })
    await absent('away', '#')
    const pub = await RawClient.connected(b, 'pub', { level: 5 })
    const userProperties = { a: ['x'.repeat(60_000), 'y'.repeat(60_000)] }
    for (let i = 1; i <= 40; i++) {
      pub.publish('t'.repeat(20_000), '', 1, i, { properties: { userProperties } })
      await settle(2)
    }
    await settle()
    expect(b.broker.session('away')).toMatchObject({ queued: 13, dropped: 27 })
    expect(b.broker.kept().queues).toBeGreaterThan(13 * 160_000)
    expect(b.broker.kept().queues).toBeLessThan(2_300_000)
  })

  it('a message that many wait for counts once, and a copy for each', async () => {
    limited({})
    for (let i = 0; i < 50; i++) await absent(`away${i}`, 't')
    const pub = await RawClient.connected(b, 'pub')
    pub.publish('t', Buffer.alloc(100_000), 1, 1)
    await settle()
    const { queues } = b.broker.kept()
    expect(queues).toBeGreaterThan(100_000 + 50 * 100)
    expect(queues).toBeLessThan(120_000)
    expect(b.broker.session('away7')?.bytes.queued).toBeGreaterThan(100_000)
  })

  it('is bounded for all sessions together; who holds little still gets its share', async () => {
    limited({ queueBytesInAll: 400_000 })
    for (let i = 0; i < 4; i++) await absent(`greedy${i}`, `big/${i}`)
    await absent('modest', 'small')
    const pub = await RawClient.connected(b, 'pub')
    for (let i = 0; i < 100; i++) pub.publish(`big/${i % 4}`, Buffer.alloc(20_000), 1, i + 1)
    await settle()
    expect(b.broker.kept().queues).toBeLessThan(400_000)
    pub.publish('small', 'still here', 1, 500)
    await settle()
    expect(b.broker.session('modest')).toMatchObject({ queued: 1, dropped: 0 })
    expect(b.broker.session('greedy0')?.dropped).toBeGreaterThan(10)
  })

  it('sessions left behind do not make the share of connected clients smaller', async () => {
    limited({ queueBytesInAll: 1_000_000 })
    for (let i = 0; i < 500; i++) await absent(`left${i}`, 'left')
    await absent('hoard', 'hoard')
    const slow = await RawClient.connected(b, 'slow')
    slow.subscribe('work', 1)
    const pub = await RawClient.connected(b, 'pub')
    for (let i = 1; i <= 60; i++) pub.publish('hoard', Buffer.alloc(10_000), 1, i)
    await until(() => b.broker.kept().queues > 500_000, 'more than half of what may wait for all')
    for (let i = 101; i <= 150; i++) pub.publish('work', Buffer.alloc(1000), 1, i)
    await settle()
    expect(b.broker.session('slow')).toMatchObject({ inFlight: 50, dropped: 0 })
  })

  it('who leaves with more than an absent session may hold gives way to the connected', async () => {
    limited({ queueBytesInAll: 400_000 })
    for (let i = 0; i < 8; i++) {
      const c = await RawClient.connected(b, `left${i}`, lasting)
      c.subscribe(`big/${i}`, 1)
      await settle()
      const pub = await RawClient.connected(b, 'pub')
      for (let k = 1; k <= 60; k++) pub.publish(`big/${i}`, Buffer.alloc(1500), 1, k)
      await settle()
      await c.cut()
      await settle()
    }
    expect(b.broker.kept().queues).toBeGreaterThan(390_000)
    const slow = await RawClient.connected(b, 'slow')
    slow.subscribe('work', 1)
    const pub = await RawClient.connected(b, 'pub')
    for (let k = 1; k <= 20; k++) pub.publish('work', Buffer.alloc(1000), 1, k)
    await settle()
    expect(b.broker.session('slow')).toMatchObject({ inFlight: 20, dropped: 0 })
    expect(b.broker.kept().queues).toBeLessThanOrEqual(402_000)
    // The newest were dropped: what is left goes on in order.
    const back = await RawClient.connected(b, 'left0', lasting)
    expect(back.of('publish').map((p) => p.messageId)).toEqual(back.of('publish').map((_, i) => i + 1))
  })

  it('[MQTT-3.3.2-5] what has expired takes no place in a queue', async () => {
    limited({ queueMessages: 50 })
    await absent('away', 't')
    const pub = await RawClient.connected(b, 'pub', { level: 5 })
    for (let i = 1; i <= 50; i++)
      pub.publish('t', `old${i}`, 1, i, { properties: { messageExpiryInterval: 1 } })
    await settle()
    expect(b.broker.session('away')?.queued).toBe(50)
    b.clock.advance(2000)
    pub.publish('t', 'fresh', 1, 51)
    await settle()
    expect(b.broker.session('away')).toMatchObject({ queued: 1, dropped: 0 })
    const back = await RawClient.connected(b, 'away', lasting)
    expect(back.payloads()).toEqual(['fresh'])
  })
})

describe('retained messages', () => {
  const retain = { retain: true }

  it('are bounded in bytes with their topics; MQTT 5 says 0x97 and passes nothing on', async () => {
    limited({ retainedBytes: 100_000 })
    const watcher = await RawClient.connected(b, 'watcher')
    watcher.subscribe('#', 0)
    const pub = await RawClient.connected(b, 'pub', { level: 5 })
    for (let i = 1; i <= 10; i++)
      pub.publish(`${i}${'t'.repeat(9000)}`, 'x', (1 + (i % 2)) as 1 | 2, i, retain)
    await settle()
    const codes = [...pub.of('puback'), ...pub.of('pubrec')].map((p) => p.reasonCode ?? 0)
    expect(codes.filter((c) => c === 0x97)).toHaveLength(8)
    expect(watcher.of('publish')).toHaveLength(2)
    expect(b.broker.kept().retained).toBeLessThan(100_000)
  })

  it('MQTT 3 and QoS 0: the message is passed on and not retained, which is said once', async () => {
    limited({ retainedMessages: 2 })
    const watcher = await RawClient.connected(b, 'watcher')
    watcher.subscribe('#', 0)
    const pub = await RawClient.connected(b, 'pub')
    for (let i = 1; i <= 5; i++) pub.publish(`t/${i}`, 'x', 1, i, retain)
    await settle()
    expect(pub.of('puback')).toHaveLength(5)
    expect(watcher.of('publish')).toHaveLength(5)
    expect(b.broker.retained('#')).toHaveLength(2)
    const said = b.logs.filter((l) => l.note.key === 'broker-retained-full')
    expect(said.map((l) => l.note.values)).toEqual([{ limit: 'retainedMessages' }])
  })

  it('of one client leave room for those of others', async () => {
    limited({ retainedBytesInAll: 100_000 })
    const greedy = await RawClient.connected(b, 'greedy')
    for (let i = 1; i <= 20; i++) greedy.publish(`g/${i}`, Buffer.alloc(10_000), 1, i, retain)
    const modest = await RawClient.connected(b, 'modest')
    modest.publish('m', 'mine', 1, 1, retain)
    await settle()
    expect(b.broker.retained('m')).toHaveLength(1)
    expect(b.broker.kept().retained).toBeLessThan(100_000)
  })

  it('[MQTT-3.3.2-5] what has expired takes no place in the store', async () => {
    limited({ retainedMessages: 5 })
    const pub = await RawClient.connected(b, 'pub', { level: 5 })
    const expiring = { ...retain, properties: { messageExpiryInterval: 1 } }
    for (let i = 1; i <= 5; i++) pub.publish(`old/${i}`, 'x', 1, i, expiring)
    await settle()
    b.clock.advance(2000)
    pub.publish('fresh', 'y', 1, 6, retain)
    await settle()
    expect(pub.of('puback').map((p) => p.reasonCode ?? 0)).toEqual([0, 0, 0, 0, 0, 0])
    expect(b.broker.retained('#').map((m) => m.topic)).toEqual(['fresh'])
  })
})

describe('subscriptions, wills and sessions', () => {
  it.each([
    [4, 0x80],
    [5, 0x97],
  ] as const)('MQTT %i: a filter over the limit of bytes is refused with %i', async (level, code) => {
    limited({ subscriptionBytes: 3000 })
    const c = await RawClient.connected(b, 'c', { level })
    for (let i = 1; i <= 5; i++) c.subscribe(`${i}/${'a/'.repeat(20)}#`, 0, i)
    await settle()
    expect(c.of('suback').flatMap((p) => p.granted)).toEqual([0, 0, 0, 0, code])
    expect(b.logs.at(-1)?.note).toMatchObject({ values: { limit: 'subscriptionBytes' } })
    expect(b.broker.kept().subscriptions).toBe(b.broker.client('c')?.bytes.subscriptions)
  })

  it('a CONNECT whose will is one too many is refused with 0x97', async () => {
    limited({ willBytes: 60_000 })
    const will = { topic: 'w', payload: Buffer.alloc(40_000), qos: 0, retain: false } as const
    for (const id of ['a', 'b']) await RawClient.connected(b, id, { level: 5, will })
    const last = await RawClient.connected(b, 'd', { level: 5 })
    expect(b.broker.clients().map((c) => c.clientId)).toEqual(['a', 'd'])
    expect(last.of('connack')[0]?.reasonCode).toBe(0)
    expect(b.broker.kept().wills).toBeLessThan(60_000)
  })

  it('long client identifiers count', async () => {
    limited({ sessionBytes: 150_000 })
    for (let i = 0; i < 4; i++) await RawClient.connected(b, `${i}${'x'.repeat(40_000)}`)
    expect(b.broker.clients()).toHaveLength(2)
    expect(b.events.filter((e) => e.kind === 'connected')).toHaveLength(2)
    expect(b.logs.at(-1)?.note).toMatchObject({ key: 'broker-full-session-bytes', values: { count: 2 } })
  })

  it('of sessions that stay, a quarter is left for clients whose sessions do not', async () => {
    limited({ sessionBytes: 100_000 })
    const long = 'x'.repeat(10_000)
    for (let i = 0; i < 6; i++) await RawClient.connected(b, `stays${i}${long}`, { clean: false })
    expect(b.broker.clients()).toHaveLength(4)
    await RawClient.connected(b, 'passing')
    expect(b.broker.clients()).toHaveLength(5)
  })
})

describe('the account', () => {
  it('says for whom most is kept, beside the limits', async () => {
    limited({ queueBytesInAll: 1_000_000 })
    await absent('away', 'big')
    await absent('little', 'small')
    const pub = await RawClient.connected(b, 'pub', { level: 5 })
    for (let i = 1; i <= 5; i++) pub.publish('big', Buffer.alloc(10_000), 1, i)
    pub.publish('small', 'x', 1, 6)
    pub.publish('state', Buffer.alloc(3000), 0, 0, { retain: true })
    await settle()
    const { parts, clients, sessions } = atOnce(b.broker.keptBySteps(2))
    expect(sessions).toBe(3)
    expect(parts.find((p) => p.kind === 'queues')).toEqual({
      kind: 'queues',
      bytes: b.broker.kept().queues,
      limit: 1_000_000,
    })
    expect(clients.map((c) => [c.clientId, c.connected, c.messages])).toEqual([
      ['away', false, 5],
      ['pub', true, 0],
    ])
    expect(clients[1]?.retainedBytes).toBeGreaterThan(3000)
    const all = atOnce(b.broker.keptBySteps(10)).clients.reduce((sum, c) => sum + c.bytes, 0)
    const { queues, retained, subscriptions, sessions: own, wills, unread } = b.broker.kept()
    expect(all).toBe(queues + retained + subscriptions + own + wills + unread)
  })

  it('looks at few sessions at a time, and finds the largest however many there are and whoever leaves', async () => {
    limited({})
    const clients = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        RawClient.connected(b, `c${i}`.padEnd(10 + ((i * 37) % 200), 'x')),
      ),
    )
    const sizes = b.broker.sessions().map((s) => s.bytes.session)
    const looked = [...b.broker.keptBySteps(5)]
    expect(looked.length).toBeGreaterThanOrEqual(3)
    expect(Math.max(...looked)).toBeLessThanOrEqual(64)
    const largest = atOnce(b.broker.keptBySteps(5)).clients.map((c) => c.bytes)
    expect(largest).toEqual(sizes.sort((a, z) => z - a).slice(0, 5))

    const steps = b.broker.keptBySteps(500)
    steps.next()
    await Promise.all(clients.slice(100).map((c) => c.cut()))
    expect(atOnce(steps).clients).toHaveLength(100)
  })

  const step = fc.record({
    who: fc.integer({ min: 0, max: 3 }),
    what: fc.constantFrom('publish', 'subscribe', 'unsubscribe', 'cut', 'connect', 'retain', 'ack', 'expire'),
    qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
    topic: fc.constantFrom('a', 'a/b', '#', 'a/+'),
    size: fc.integer({ min: 0, max: 3000 }),
  })

  test.prop([fc.array(step, { maxLength: 60 })], { numRuns: 40 })(
    'is zero when all sessions have ended, whatever they did',
    async (steps) => {
      b = bench({ limits: { queueBytes: 20_000, retainedBytes: 8000, subscriptionBytes: 3000 } })
      const connect = (i: number) =>
        RawClient.connected(b, `c${i}`, {
          ...lasting,
          will: {
            topic: 'a',
            payload: Buffer.from('w'),
            qos: 1,
            retain: false,
            properties: { willDelayInterval: 5 },
          },
        })
      const clients = await Promise.all([0, 1, 2, 3].map(connect))
      let id = 0
      for (const { who, what, qos, topic, size } of steps) {
        const c = clients[who]!
        const name = topic.replace(/[#+]/g, 'x')
        if (what === 'publish' || what === 'retain')
          c.publish(name, Buffer.alloc(size), qos, ++id, { retain: what === 'retain' })
        else if (what === 'subscribe') c.subscribe(topic, qos, ++id)
        else if (what === 'unsubscribe')
          c.send({ cmd: 'unsubscribe', messageId: ++id, unsubscriptions: [topic] })
        else if (what === 'cut') await c.cut()
        else if (what === 'connect') clients[who] = await connect(who)
        else if (what === 'expire') b.clock.advance(1000)
        else for (const p of c.of('publish')) if (p.qos === 1) c.ack('puback', p.messageId ?? 0)
        await settle(1)
      }
      for (const i of [0, 1, 2, 3]) {
        const last = await RawClient.connected(b, `c${i}`, { level: 5, clean: true })
        last.send({ cmd: 'disconnect' })
        await settle()
      }
      for (const { topic } of b.broker.retained('#')) b.broker.clearRetained(topic)
      expect(b.broker.sessions()).toEqual([])
      expect(b.broker.kept()).toEqual(EMPTY)
      await b.broker.close()
    },
  )

  test.prop([
    fc.array(fc.record({ who: fc.nat(5), connected: fc.boolean() }), { minLength: 1, maxLength: 200 }),
    fc.integer({ min: 10, max: 1000 }),
  ])('a limit for all is never passed by more than one item', (takes, limit) => {
    const six = (): number => 6
    const limits = { ...DEFAULT_LIMITS, queueBytesInAll: limit }
    const kept = new Kept(limits, { sessions: six, connected: six, connections: six })
    const own = new Array<number>(6).fill(0)
    for (const { who, connected } of takes) {
      if (!kept.mayQueue(own[who] ?? 0, connected)) continue
      own[who] = (own[who] ?? 0) + 50
      kept.queues += 50
    }
    expect(kept.queues).toBeLessThan(limit + 50)
  })

  it('every limit has a default within its bounds, and a row in the documentation', () => {
    b = bench()
    const rows = readFileSync('docs/security.md', 'utf8').split('\n')
    for (const [name, entry] of Object.entries<LimitEntry>(BROKER_LIMITS)) {
      expect(entry.default).toBeGreaterThanOrEqual(entry.min)
      expect(entry.default).toBeLessThanOrEqual(entry.max)
      const row = rows.find((r) => r.startsWith(`| \`${name}\` `)) ?? ''
      expect(row, name).toContain(` ${entry.at} `)
      expect(row, name).toContain(` ${inWords(entry)} `)
    }
  })
})

function inWords({ unit, default: value }: LimitEntry): string {
  if (unit === 'ms') return `${value / 1000} s`
  if (unit !== 'bytes') return value.toLocaleString('en-US')
  return value % 1_048_576 === 0 ? `${value / 1_048_576} MiB` : `${value / 1024} KiB`
}
