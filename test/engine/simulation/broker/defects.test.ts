import { afterEach, describe, expect, it } from 'vitest'
import { bench, RawClient, settle, type Bench } from './raw-client'

/** One test for each defect measured in plain aedes (MQTT 3.1.1 statements unless said otherwise). */

let b: Bench
afterEach(() => b.broker.close())

const persistent = { clean: false }

describe('what plain aedes gets wrong', () => {
  it('[MQTT-4.3.3-4] overlapping QoS 2 handshakes to a persistent session keep their identifiers apart', async () => {
    b = bench()
    const sub = await RawClient.connected(b, 'sub', persistent)
    sub.subscribe('t', 2)
    const pub = await RawClient.connected(b, 'pub')
    for (let i = 1; i <= 20; i++) pub.publish('t', `m${i}`, 2, i)
    await settle()
    const ids = sub.of('publish').map((p) => p.messageId ?? 0)
    expect(new Set(ids).size).toBe(20)
    for (const id of ids) sub.ack('pubrec', id)
    await settle()
    expect(sub.of('pubrel').map((p) => p.messageId)).toEqual(ids)
    for (const id of ids.slice(0, 10)) sub.ack('pubcomp', id)
    await settle()
    await sub.cut()
    const back = await RawClient.connected(b, 'sub', persistent)
    expect(back.of('pubrel').map((p) => p.messageId)).toEqual(ids.slice(10))
    expect(back.of('publish')).toEqual([])
  })

  it('[MQTT-4.3.3-11] a PUBREL for an unknown identifier is answered with PUBCOMP', async () => {
    b = bench()
    const c = await RawClient.connected(b, 'c')
    c.ack('pubrel', 77)
    c.publish('t', 'x', 2, 5)
    c.ack('pubrel', 5)
    c.ack('pubrel', 5)
    await settle()
    expect(c.of('pubcomp').map((p) => p.messageId)).toEqual([77, 5, 5])
    expect(c.closed).toBe(false)
  })

  it('a PUBREC for an unknown identifier is answered with PUBREL and the session stays', async () => {
    b = bench()
    const old = await RawClient.connected(b, 'old', persistent)
    old.ack('pubrec', 9)
    const v5 = await RawClient.connected(b, 'new', { level: 5, properties: { sessionExpiryInterval: 60 } })
    v5.ack('pubrec', 9)
    await settle()
    expect(old.of('pubrel').map((p) => p.messageId)).toEqual([9])
    expect(v5.of('pubrel').map((p) => [p.messageId, p.reasonCode])).toEqual([[9, 0x92]])
    expect([old.closed, v5.closed]).toEqual([false, false])
  })

  it('[MQTT-4.3.3-10] a QoS 2 PUBLISH and its DUP in one chunk are passed on once', async () => {
    b = bench()
    const sub = await RawClient.connected(b, 'sub')
    sub.subscribe('t', 2)
    const pub = await RawClient.connected(b, 'pub')
    const m = { cmd: 'publish', topic: 't', payload: 'x', qos: 2, messageId: 3, retain: false } as const
    pub.send({ ...m, dup: false }, { ...m, dup: true })
    await settle()
    expect(sub.payloads()).toEqual(['x'])
    expect(pub.of('pubrec').map((p) => p.messageId)).toEqual([3, 3])
    expect(b.discarded).toEqual([{ clientId: 'pub', packetId: 3, why: 'duplicate' }])
  })

  it('[MQTT-4.3.3-8] PUBLISH and PUBREL in one chunk: PUBREC comes before PUBCOMP', async () => {
    b = bench()
    const pub = await RawClient.connected(b, 'pub')
    pub.send(
      { cmd: 'publish', topic: 't', payload: 'x', qos: 2, messageId: 3, retain: false, dup: false },
      { cmd: 'pubrel', messageId: 3 },
    )
    await settle()
    expect(pub.got.map((p) => p.cmd)).toEqual(['connack', 'pubrec', 'pubcomp'])
  })

  it('[MQTT-3.3.1-1] redelivery after a reconnect carries DUP, the same identifiers and the same order', async () => {
    b = bench()
    const sub = await RawClient.connected(b, 'sub', persistent)
    sub.subscribe('t', 2)
    const pub = await RawClient.connected(b, 'pub')
    for (let i = 1; i <= 6; i++) pub.publish('t', `m${i}`, i % 2 === 0 ? 2 : 1, i)
    await settle()
    const first = sub.of('publish')
    expect(first.map((p) => p.dup)).toEqual(Array(6).fill(false))
    await sub.cut()
    const back = await RawClient.connected(b, 'sub', persistent)
    const again = back.of('publish')
    expect(again.map((p) => p.dup)).toEqual(Array(6).fill(true))
    expect(again.map((p) => [p.messageId, p.payload.toString()])).toEqual(
      first.map((p) => [p.messageId, p.payload.toString()]),
    )
  })

  it("[MQTT-3.3.1-3] a publisher's DUP is not copied to subscribers, live or queued", async () => {
    b = bench()
    const live = await RawClient.connected(b, 'live')
    live.subscribe('t', 2)
    const away = await RawClient.connected(b, 'away', persistent)
    away.subscribe('t', 2)
    await settle()
    await away.cut()
    const pub = await RawClient.connected(b, 'pub')
    pub.publish('t', 'one', 1, 1, { dup: true })
    pub.publish('t', 'two', 2, 2, { dup: true })
    await settle()
    const back = await RawClient.connected(b, 'away', persistent)
    for (const c of [live, back]) expect(c.of('publish').map((p) => p.dup)).toEqual([false, false])
  })

  it('[MQTT-3.8.4-6] a QoS 1 subscription gets QoS 2 messages at QoS 1: by wildcard, and from an offline queue', async () => {
    b = bench()
    const wild = await RawClient.connected(b, 'wild')
    wild.subscribe('a/#', 1)
    const away = await RawClient.connected(b, 'away', persistent)
    away.subscribe('a/+', 1)
    await settle()
    await away.cut()
    const pub = await RawClient.connected(b, 'pub')
    pub.publish('a/b', 'x', 2, 1)
    await settle()
    const back = await RawClient.connected(b, 'away', persistent)
    for (const c of [wild, back]) expect(c.of('publish').map((p) => p.qos)).toEqual([1])
  })

  it('[MQTT-4.6.0-6] a retained and a plain message in one chunk both arrive, in order', async () => {
    b = bench()
    const sub = await RawClient.connected(b, 'sub')
    sub.subscribe('t', 0)
    const pub = await RawClient.connected(b, 'pub')
    for (let i = 0; i < 10; i++) {
      const m = { cmd: 'publish', topic: 't', qos: 0, dup: false } as const
      pub.send({ ...m, payload: `r${i}`, retain: true }, { ...m, payload: `p${i}`, retain: false })
    }
    await settle()
    expect(sub.payloads()).toEqual(Array.from({ length: 20 }, (_, i) => `${i % 2 ? 'p' : 'r'}${i >> 1}`))
  })

  it('[MQTT-3.2.2-2] session present is 1 for a kept session without subscriptions', async () => {
    b = bench()
    const first = await RawClient.connected(b, 'c', persistent)
    expect(first.of('connack')[0]?.sessionPresent).toBe(false)
    await first.cut()
    const second = await RawClient.connected(b, 'c', persistent)
    expect(second.of('connack')[0]?.sessionPresent).toBe(true)
    await second.cut()
    const clean = await RawClient.connected(b, 'c')
    expect(clean.of('connack')[0]?.sessionPresent).toBe(false)
  })

  it('client identifiers that name parts of every object neither crash nor mix sessions', async () => {
    b = bench()
    for (const id of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'conn', 'id']) {
      const c = await RawClient.connected(b, id)
      const again = await RawClient.connected(b, id)
      again.subscribe('__proto__', 0)
      again.publish('__proto__', id, 0)
      await settle()
      expect([id, c.closed, again.closed, again.payloads()]).toEqual([id, true, false, [id]])
    }
  })

  it('[MQTT-3.9.3-1] SUBACK has one code for each filter asked, in that order, repeats and numbers included', async () => {
    b = bench()
    const c = await RawClient.connected(b, 'c')
    const filters = ['b', '2', '1', 'b', '__proto__']
    const subscriptions = filters.map((topic, i) => ({ topic, qos: [2, 1, 0, 1, 2][i] as 0 | 1 | 2 }))
    c.send({ cmd: 'subscribe', messageId: 4, subscriptions })
    await settle()
    expect(c.of('suback')[0]?.granted).toEqual([2, 1, 0, 1, 2])
    expect(b.broker.session('c')?.subscriptions.map((s) => s.filter)).toEqual(['b', '2', '1', '__proto__'])
  })

  it('topics of more than 100 levels are routed', async () => {
    b = bench({ limits: { topicLevels: 300 } })
    const c = await RawClient.connected(b, 'c')
    const deep = Array.from({ length: 300 }, (_, i) => `l${i}`).join('/')
    c.subscribe('l0/#', 1)
    c.publish(deep, 'x', 1, 1)
    await settle()
    expect(c.of('publish')[0]?.topic).toBe(deep)
  })
})
