import { afterEach, describe, expect, it, vi } from 'vitest'
import { bench, RawClient, settle, type Bench } from './raw-client'

const WAIT = { timeout: 20_000, interval: 5 }
let b: Bench
afterEach(() => b.broker.close())
const persistent = { clean: false }

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
    const said = b.logs.filter((l) => l.note.key === 'broker-queue-full')
    expect(said.map((l) => l.note.values)).toEqual([{ limit: 'queueMessages' }])
    const back = await RawClient.connected(b, 'sub', persistent)
    expect(back.payloads()).toEqual(['m1', 'm2', 'm3', 'm4', 'm5'])
  })

  it('a subscriber that does not read is bounded, and others go on', async () => {
    b = bench({ limits: { unreadBytes: 200_000, queueBytes: 500_000 } })
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
      if (i % 5 === 0) await settle(4)
    }
    await vi.waitFor(() => expect(fast.of('publish')).toHaveLength(400), WAIT)
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
    expect(b.logs.filter((l) => l.note.text === 'not allowed to publish to $SYS/x')).toHaveLength(2)
  })
})
