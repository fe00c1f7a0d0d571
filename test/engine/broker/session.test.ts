import { afterEach, describe, expect, it } from 'vitest'
import { bench, RawClient, settle, type Bench } from './raw-client'

let b: Bench
afterEach(() => b.broker.close())
const persistent = { clean: false }
const reasons = (c: RawClient) => c.of('disconnect').map((p) => p.reasonCode)

describe('identifiers and queue', () => {
  it('messages for an absent client wait in order and go out with new identifiers, QoS 0 does not wait', async () => {
    b = bench()
    const sub = await RawClient.connected(b, 'sub', persistent)
    sub.subscribe('t', 2)
    await settle()
    await sub.cut()
    const pub = await RawClient.connected(b, 'pub')
    pub.publish('t', 'a', 1, 1)
    pub.publish('t', 'lost', 0)
    pub.publish('t', 'b', 2, 2)
    await settle()
    expect(b.broker.session('sub')).toMatchObject({
      connected: false,
      persistent: true,
      queued: 2,
      inFlight: 0,
    })
    const back = await RawClient.connected(b, 'sub', persistent)
    expect(back.of('publish').map((p) => [p.payload.toString(), p.messageId, p.dup])).toEqual([
      ['a', 1, false],
      ['b', 2, false],
    ])
    expect(back.of('connack')[0]?.sessionPresent).toBe(true)
  })

  it('[MQTT-4.4.0-1] a released identifier is sent again as PUBREL, never as PUBLISH', async () => {
    b = bench()
    const sub = await RawClient.connected(b, 'sub', persistent)
    sub.subscribe('t', 2)
    const pub = await RawClient.connected(b, 'pub')
    pub.publish('t', 'x', 2, 1)
    await settle()
    sub.ack('pubrec', 1)
    await settle()
    await sub.cut()
    const back = await RawClient.connected(b, 'sub', persistent)
    expect(back.got.map((p) => p.cmd)).toEqual(['connack', 'pubrel'])
    back.ack('pubcomp', 1)
    await settle()
    expect(b.broker.session('sub')).toMatchObject({ inFlight: 0, queued: 0 })
  })

  it('a QoS 2 identifier received before a cut is still known after it', async () => {
    b = bench()
    const sub = await RawClient.connected(b, 'sub')
    sub.subscribe('t', 2)
    const pub = await RawClient.connected(b, 'pub', persistent)
    pub.publish('t', 'x', 2, 7)
    await settle()
    await pub.cut()
    const back = await RawClient.connected(b, 'pub', persistent)
    back.publish('t', 'x', 2, 7, { dup: true })
    back.ack('pubrel', 7)
    back.publish('t', 'y', 2, 7)
    await settle()
    expect(sub.payloads()).toEqual(['x', 'y'])
    expect(back.got.map((p) => p.cmd)).toEqual(['connack', 'pubrec', 'pubcomp', 'pubrec'])
  })

  it('acknowledgements to a clean session are taken without complaint, foreign ones ignored', async () => {
    b = bench()
    const sub = await RawClient.connected(b, 'sub')
    sub.subscribe('t', 1)
    const pub = await RawClient.connected(b, 'pub')
    pub.publish('t', 'x', 1, 1)
    await settle()
    for (const id of [1, 1, 500]) sub.ack('puback', id)
    sub.ack('pubcomp', 8)
    await settle()
    expect(sub.closed).toBe(false)
    expect(b.broker.session('sub')?.inFlight).toBe(0)
    await sub.cut()
    expect(b.broker.session('sub')).toBeNull()
  })

  it('a full queue drops and says so once, and counts', async () => {
    b = bench({ limits: { queueMessages: 5 } })
    const sub = await RawClient.connected(b, 'sub', persistent)
    sub.subscribe('t', 1)
    await settle()
    await sub.cut()
    const pub = await RawClient.connected(b, 'pub')
    for (let i = 1; i <= 9; i++) pub.publish('t', `m${i}`, 1, i)
    await settle()
    expect(b.broker.session('sub')).toMatchObject({ queued: 5, dropped: 4 })
    expect(b.logs.filter((l) => l.text.includes('its queue is full'))).toHaveLength(1)
    const back = await RawClient.connected(b, 'sub', persistent)
    expect(back.payloads()).toEqual(['m1', 'm2', 'm3', 'm4', 'm5'])
  })

  it('a subscriber that does not read is bounded, and others go on', async () => {
    b = bench({ limits: { streamBytes: 200_000, queueBytes: 500_000 } })
    const slow = await RawClient.connected(b, 'slow')
    slow.subscribe('t', 1)
    await settle()
    slow.stream.pause()
    const fast = await RawClient.connected(b, 'fast')
    fast.subscribe('t', 0)
    const pub = await RawClient.connected(b, 'pub')
    const big = Buffer.alloc(10_000)
    for (let i = 0; i < 400; i++) {
      pub.publish('t', big, i % 2 === 0 ? 0 : 1, (i % 60_000) + 1)
      if (i % 20 === 0) await settle(2)
    }
    await settle()
    expect(fast.of('publish')).toHaveLength(400)
    const session = b.broker.session('slow')
    expect(session?.dropped).toBeGreaterThan(100)
    expect((session?.queued ?? 0) + (session?.inFlight ?? 0)).toBeLessThan(110)
  })
})

describe('subscriptions', () => {
  it('[MQTT-3.3.5-1] overlapping filters: one copy, at the highest QoS granted', async () => {
    b = bench()
    const sub = await RawClient.connected(b, 'sub')
    sub.subscribe('a/b', 0, 10)
    sub.subscribe('a/#', 2, 11)
    sub.subscribe('+/b', 1, 12)
    const pub = await RawClient.connected(b, 'pub')
    pub.publish('a/b', 'x', 2, 1)
    await settle()
    expect(sub.of('publish').map((p) => p.qos)).toEqual([2])
  })

  it('[MQTT-3.8.4-3] subscribing again replaces the subscription and sends retained messages again', async () => {
    b = bench()
    const pub = await RawClient.connected(b, 'pub')
    pub.publish('t', 'kept', 1, 1, { retain: true })
    const sub = await RawClient.connected(b, 'sub')
    sub.subscribe('t', 1, 1)
    sub.subscribe('t', 0, 2)
    await settle()
    expect(sub.of('publish').map((p) => [p.qos, p.retain])).toEqual([
      [1, true],
      [0, true],
    ])
    pub.publish('t', 'live', 1, 2)
    await settle()
    expect(
      sub
        .of('publish')
        .slice(2)
        .map((p) => [p.qos, p.retain]),
    ).toEqual([[0, false]])
  })

  it('[MQTT-3.10.4-2] after UNSUBSCRIBE nothing new comes; UNSUBACK comes even for an unknown filter', async () => {
    b = bench()
    const c = await RawClient.connected(b, 'c')
    c.subscribe('t', 1)
    c.publish('t', 'before', 0)
    c.send({ cmd: 'unsubscribe', messageId: 5, unsubscriptions: ['t', 'never'] })
    c.publish('t', 'after', 0)
    await settle()
    expect(c.payloads()).toEqual(['before'])
    expect(c.of('unsuback').map((p) => p.messageId)).toEqual([5])
  })

  it('[MQTT-3.10.4-3] what was sent before UNSUBSCRIBE is completed, even over a reconnect', async () => {
    b = bench()
    const sub = await RawClient.connected(b, 'sub', persistent)
    sub.subscribe('t', 2)
    sub.publish('t', 'x', 2, 1)
    await settle()
    sub.send({ cmd: 'unsubscribe', messageId: 5, unsubscriptions: ['t'] })
    await settle()
    await sub.cut()
    const back = await RawClient.connected(b, 'sub', persistent)
    expect(back.of('publish').map((p) => [p.payload.toString(), p.dup])).toEqual([['x', true]])
  })

  it('[MQTT-3.3.1-10] an empty retained payload removes the message and is not kept itself', async () => {
    b = bench()
    const pub = await RawClient.connected(b, 'pub')
    pub.publish('r/1', 'first', 1, 1, { retain: true })
    pub.publish('r/1', 'one', 0, 0, { retain: true })
    pub.publish('r/1', 'live only', 0)
    pub.publish('r/2', 'two', 0, 0, { retain: true })
    await settle()
    // [MQTT-3.3.1-7] [MQTT-3.3.1-12]
    expect(b.broker.retained('r/1').map((m) => [m.payload.toString(), m.qos])).toEqual([['one', 0]])
    pub.publish('r/1', '', 0, 0, { retain: true })
    await settle()
    expect(b.broker.retained('#').map((m) => m.topic)).toEqual(['r/2'])
    expect(b.broker.clearRetained('r/2')).toBe(true)
    const sub = await RawClient.connected(b, 'sub')
    sub.subscribe('#', 0)
    await settle()
    expect(sub.payloads()).toEqual([])
  })

  it('[MQTT-4.7.2-1] $SYS is hidden from # and +/…, and nobody may publish there', async () => {
    b = bench()
    const sub = await RawClient.connected(b, 'sub')
    sub.subscribe('#', 0, 1)
    sub.subscribe('+/x', 0, 2)
    const sys = await RawClient.connected(b, 'sys')
    sys.subscribe('$SYS/#', 0, 1)
    const pub = await RawClient.connected(b, 'pub')
    pub.publish('$SYS/x', 'forged', 1, 1)
    const v5 = await RawClient.connected(b, 'v5', { level: 5 })
    v5.publish('$SYS/x', 'forged', 2, 1)
    b.broker.publish({ topic: '$SYS/x', payload: 'true' })
    await settle()
    expect(sub.payloads()).toEqual([])
    expect(
      sys
        .of('publish')
        .filter((p) => p.topic === '$SYS/x')
        .map((p) => p.payload.toString()),
    ).toEqual(['true'])
    expect(pub.of('puback')).toHaveLength(1)
    expect(v5.of('pubrec').map((p) => p.reasonCode)).toEqual([0x87])
    expect(b.logs.filter((l) => l.text === 'may not publish to $SYS/x')).toHaveLength(2)
  })
})

describe('connection life', () => {
  it('[MQTT-3.1.4-2] a second connection takes the identifier over; MQTT 5 is told 0x8E', async () => {
    b = bench()
    const v4 = await RawClient.connected(b, 'same')
    const v5 = await RawClient.connected(b, 'same', { level: 5 })
    expect(v4.closed).toBe(true)
    const third = await RawClient.connected(b, 'same', { level: 5 })
    expect(reasons(v5)).toEqual([0x8e])
    expect([v5.closed, third.closed]).toEqual([true, false])
    expect(b.broker.clients().map((c) => c.clientId)).toEqual(['same'])
  })

  it('a takeover keeps a persistent session and its unacknowledged messages', async () => {
    b = bench()
    const one = await RawClient.connected(b, 'same', persistent)
    one.subscribe('t', 1)
    one.publish('t', 'x', 1, 1)
    await settle()
    const two = await RawClient.connected(b, 'same', persistent)
    expect(two.of('connack')[0]?.sessionPresent).toBe(true)
    expect(two.of('publish').map((p) => [p.payload.toString(), p.dup])).toEqual([['x', true]])
  })

  it('[MQTT-3.1.2-24] nothing for 1.5 times the keep-alive ends the connection, in the time of the client', async () => {
    b = bench()
    const v4 = await RawClient.connected(b, 'v4', { keepalive: 10 })
    const v5 = await RawClient.connected(b, 'v5', { level: 5, keepalive: 10 })
    b.clock.advance(14_000)
    v5.send({ cmd: 'pingreq' })
    await settle()
    b.clock.advance(1_500)
    await settle()
    expect([v4.closed, v5.closed]).toEqual([true, false])
    expect(v5.of('pingresp')).toHaveLength(1)
    b.clock.advance(14_000)
    await settle()
    expect(reasons(v5)).toEqual([0x8d])
    expect(b.logs.map((l) => l.text)).toContain(
      'disconnected: nothing heard for 15 s, 1.5 times the keep-alive',
    )
  })

  it('a connection that says nothing is closed after the connect timeout', async () => {
    b = bench({ limits: { connectTimeout: 3000 } })
    const c = RawClient.inMemory(b)
    b.clock.advance(2999)
    await settle()
    expect(c.closed).toBe(false)
    b.clock.advance(1)
    await settle()
    expect(c.closed).toBe(true)
  })

  it('[MQTT-3.1.2-8] a will is published on a cut and on a protocol error, not after DISCONNECT', async () => {
    b = bench()
    const watch = await RawClient.connected(b, 'watch')
    watch.subscribe('will/#', 2)
    const will = (topic: string) => ({ will: { topic, payload: Buffer.from('gone'), qos: 1, retain: true } })
    const cut = await RawClient.connected(b, 'a', will('will/cut'))
    const bad = await RawClient.connected(b, 'b', will('will/bad'))
    const good = await RawClient.connected(b, 'c', will('will/good'))
    good.send({ cmd: 'disconnect' })
    await cut.cut()
    bad.bytes(0x30, 0x00)
    await settle()
    expect(watch.of('publish').map((p) => [p.topic, p.qos, p.retain])).toEqual([
      ['will/cut', 1, false],
      ['will/bad', 1, false],
    ])
    expect(b.broker.retained('will/#').map((m) => m.topic)).toEqual(['will/cut', 'will/bad'])
  })

  it('[MQTT-3.14.4-3] a takeover publishes the will of the connection it ends', async () => {
    b = bench()
    const watch = await RawClient.connected(b, 'watch')
    watch.subscribe('w', 0)
    const will = { topic: 'w', payload: Buffer.from('old'), qos: 0 as const, retain: false }
    await RawClient.connected(b, 'same', { will })
    const heir = await RawClient.connected(b, 'same')
    await settle()
    expect(watch.payloads()).toEqual(['old'])
    heir.send({ cmd: 'disconnect' })
    await settle()
    expect(watch.payloads()).toEqual(['old'])
    expect(heir.closed).toBe(true)
  })

  it('what a client may not do is logged at most once a second', async () => {
    b = bench()
    const c = await RawClient.connected(b, 'c')
    for (let i = 0; i < 50; i++) c.publish('$SYS/x', 'no')
    await settle()
    expect(b.logs).toHaveLength(1)
    expect(c.closed).toBe(false)
  })

  it('DISCONNECT sent just before the stream ends is honoured', async () => {
    b = bench()
    const watch = await RawClient.connected(b, 'watch')
    watch.subscribe('w', 0)
    const c = await RawClient.connected(b, 'c', {
      will: { topic: 'w', payload: Buffer.from('x'), qos: 0, retain: false },
    })
    c.send({ cmd: 'disconnect' })
    c.stream.destroy()
    await settle()
    expect(watch.payloads()).toEqual([])
    expect(b.events.at(-1)).toMatchObject({
      kind: 'disconnected',
      clientId: 'c',
      by: 'client',
      reason: 'DISCONNECT',
    })
  })

  it('reports clients, events, and ends one on request', async () => {
    b = bench()
    const c = await RawClient.connected(b, 'c', { level: 5, keepalive: 30, username: 'ann' })
    c.subscribe('t/#', 1)
    await settle()
    expect(b.broker.client('c')).toMatchObject({
      external: false,
      remote: null,
      protocolLevel: 5,
      keepAlive: 30,
      username: 'ann',
      persistent: false,
      subscriptions: [{ filter: 't/#', qos: 1, identifier: null }],
    })
    expect(b.broker.disconnect('c')).toBe(true)
    expect(b.broker.disconnect('c')).toBe(false)
    await settle()
    expect(reasons(c)).toEqual([0x98])
    expect(b.events.map((e) => e.kind)).toEqual(['connected', 'subscribed', 'disconnected'])
  })

  it('closing tells MQTT 5 clients 0x8B, publishes no wills and leaves no timer', async () => {
    b = bench()
    const watch = await RawClient.connected(b, 'watch')
    watch.subscribe('w', 0)
    const c = await RawClient.connected(b, 'c', {
      level: 5,
      keepalive: 60,
      properties: { sessionExpiryInterval: 100 },
      will: { topic: 'w', payload: Buffer.from('x'), qos: 0, retain: false },
    })
    await b.broker.close()
    await settle()
    expect(reasons(c)).toEqual([0x8b])
    expect(watch.payloads()).toEqual([])
    expect(b.clock.pending).toBe(0)
  })
})

describe('a race', () => {
  it('many connections with one identifier at once: one is left, the others are closed, the session is whole', async () => {
    b = bench()
    const first = await RawClient.connected(b, 'same', persistent)
    first.subscribe('t', 1)
    await settle()
    const rivals = Array.from({ length: 30 }, (_, i) => RawClient.inMemory(b, i % 2 === 0 ? 4 : 5))
    for (const c of rivals) c.connect('same', { clean: false, properties: { sessionExpiryInterval: 100 } })
    await settle(20)
    const alive = [first, ...rivals].filter((c) => !c.closed)
    expect(alive).toHaveLength(1)
    expect(b.broker.clients().map((c) => c.clientId)).toEqual(['same'])
    b.broker.publish({ topic: 't', payload: 'x', qos: 1 })
    await settle()
    expect(alive[0]?.payloads()).toEqual(['x'])
    alive[0]?.send({ cmd: 'disconnect' })
    await settle()
    const again = await RawClient.connected(b, 'same', persistent)
    expect(again.of('connack')[0]?.sessionPresent).toBe(true)
  })
})
