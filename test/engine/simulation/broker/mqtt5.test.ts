import { afterEach, describe, expect, it } from 'vitest'
import { bench, RawClient, settle, type Bench } from './raw-client'

let b: Bench
afterEach(() => b.broker.close())

const v5 = (id: string, fields: object = {}) => RawClient.connected(b, id, { level: 5, ...fields })
const reasons = (c: RawClient) => c.of('disconnect').map((p) => p.reasonCode)

describe('MQTT 5', () => {
  it('[MQTT-3.3.4-3] [MQTT-3.3.4-4] one copy carries the identifiers of all matching subscriptions', async () => {
    b = bench()
    const sub = await v5('sub')
    const ask = (topic: string, qos: 0 | 1 | 2, messageId: number, subscriptionIdentifier: number) =>
      sub.send({
        cmd: 'subscribe',
        messageId,
        subscriptions: [{ topic, qos }],
        properties: { subscriptionIdentifier },
      })
    ask('a/b', 0, 1, 7)
    ask('a/#', 1, 2, 300)
    sub.subscribe('+/b', 0, 3)
    sub.publish('a/b', 'x', 1, 1)
    await settle()
    expect(sub.of('publish').map((p) => [p.qos, p.properties?.subscriptionIdentifier])).toEqual([
      [1, [300, 7]],
    ])
  })

  it('[MQTT-3.3.2-17] properties of a message travel unchanged and in order; MQTT 3 subscribers get none', async () => {
    b = bench()
    const sub = await v5('sub')
    const old = await RawClient.connected(b, 'old')
    sub.subscribe('t', 1)
    old.subscribe('t', 1)
    const properties = {
      payloadFormatIndicator: true,
      contentType: 'text/plain',
      responseTopic: 'reply/here',
      correlationData: Buffer.from([1, 2, 3]),
      userProperties: { a: ['1', '2'], b: '3' },
    }
    const pub = await v5('pub')
    pub.publish('t', 'x', 1, 1, { properties })
    await settle()
    expect(sub.of('publish')[0]?.properties).toMatchObject({
      ...properties,
      userProperties: Object.assign(Object.create(null) as object, properties.userProperties),
    })
    expect(old.of('publish')[0]?.properties).toBeUndefined()
  })

  it('[MQTT-3.3.2-5] [MQTT-3.3.2-6] message expiry counts down while queued and retained, then drops', async () => {
    b = bench()
    const sub = await v5('sub', { clean: false, properties: { sessionExpiryInterval: 1000 } })
    sub.subscribe('t', 1)
    await settle()
    await sub.cut()
    const pub = await v5('pub')
    pub.publish('t', 'short', 1, 1, { properties: { messageExpiryInterval: 5 } })
    pub.publish('t', 'long', 1, 2, { retain: true, properties: { messageExpiryInterval: 60 } })
    await settle()
    b.clock.advance(20_000)
    const back = await v5('sub', { clean: false, properties: { sessionExpiryInterval: 1000 } })
    const late = await v5('late')
    late.subscribe('t', 0)
    await settle()
    for (const c of [back, late]) {
      expect(c.of('publish').map((p) => [p.payload.toString(), p.properties?.messageExpiryInterval])).toEqual(
        [['long', 40]],
      )
    }
    b.clock.advance(41_000)
    expect(b.broker.retained('#')).toEqual([])
  })

  it('[MQTT-3.3.4-9] never more unacknowledged PUBLISH than the receive maximum, before and after a reconnect', async () => {
    b = bench()
    const fields = { clean: false, properties: { sessionExpiryInterval: 1000, receiveMaximum: 3 } }
    const sub = await v5('sub', fields)
    sub.subscribe('t', 2)
    const pub = await v5('pub')
    for (let i = 1; i <= 8; i++) pub.publish('t', `m${i}`, i % 2 === 0 ? 2 : 1, i)
    await settle()
    expect(sub.payloads()).toEqual(['m1', 'm2', 'm3'])
    sub.ack('puback', 1)
    sub.ack('pubrec', 2)
    await settle()
    expect(sub.payloads()).toEqual(['m1', 'm2', 'm3', 'm4'])
    sub.ack('pubcomp', 2)
    await settle()
    expect(sub.payloads()).toEqual(['m1', 'm2', 'm3', 'm4', 'm5'])
    await sub.cut()
    const back = await v5('sub', { ...fields, properties: { ...fields.properties, receiveMaximum: 2 } })
    expect(back.of('publish').map((p) => [p.payload.toString(), p.dup])).toEqual([
      ['m3', true],
      ['m4', true],
    ])
    back.send({ cmd: 'pubrec', messageId: 4, reasonCode: 0x97 })
    back.ack('puback', 3)
    await settle()
    expect(back.of('pubrel')).toEqual([])
    expect(back.payloads().slice(2)).toEqual(['m5', 'm6'])
    expect(back.of('publish').map((p) => p.dup)).toEqual([true, true, true, false])
  })

  it('[MQTT-3.1.2-25] packets larger than the client takes are not sent, and the rest is', async () => {
    b = bench()
    const sub = await v5('sub', { properties: { maximumPacketSize: 100 } })
    sub.subscribe('t', 1)
    const pub = await v5('pub')
    pub.publish('t', Buffer.alloc(200), 1, 1)
    pub.publish('t', Buffer.alloc(200), 0)
    pub.publish('t', 'small', 1, 2)
    await settle()
    expect(sub.payloads()).toEqual(['small'])
    expect(b.broker.session('sub')).toMatchObject({ dropped: 2, queued: 0, inFlight: 1 })
    expect(b.logs.some((l) => l.clientId === 'sub' && l.note.text.includes('Maximum Packet Size'))).toBe(true)
  })

  it('[MQTT-3.1.2-24] [MQTT-3.1.2-25] nor when a session is resumed with a smaller maximum, nor any answer', async () => {
    b = bench()
    const kept = { clean: false, properties: { sessionExpiryInterval: 100 } }
    const first = await v5('sub', kept)
    first.subscribe('t', 1)
    const pub = await v5('pub')
    pub.publish('t', Buffer.alloc(500), 1, 1)
    await settle()
    expect(first.of('publish')).toHaveLength(1)
    await first.cut()
    const properties = { ...kept.properties, maximumPacketSize: 40 }
    const back = await v5('sub', { ...kept, properties })
    const subscriptions = Array.from({ length: 50 }, (_, i) => ({ topic: `f/${i}`, qos: 0 as const }))
    back.send({ cmd: 'subscribe', messageId: 9, subscriptions })
    pub.publish('t', 'small', 1, 2)
    await settle()
    expect([back.payloads(), back.of('suback').length, back.closed]).toEqual([['small'], 0, false])
    expect(back.raw.every((frame) => frame.length <= 40)).toBe(true)
    expect(b.broker.session('sub')).toMatchObject({ inFlight: 1, queued: 0, dropped: 1 })
    expect(b.broker.session('sub')?.subscriptions).toHaveLength(51)
    expect(b.logs.map((l) => l.note.key)).toContain('broker-answer-too-large')
  })

  it('[MQTT-3.1.2-23] a session ends when its expiry has passed, and DISCONNECT can shorten it', async () => {
    b = bench()
    const fields = { clean: false, properties: { sessionExpiryInterval: 10 } }
    const one = await v5('c', fields)
    one.subscribe('t', 1)
    await settle()
    await one.cut()
    b.clock.advance(9_000)
    const two = await v5('c', fields)
    expect(two.of('connack')[0]?.sessionPresent).toBe(true)
    await two.cut()
    b.clock.advance(10_000)
    expect(b.broker.session('c')).toBeNull()
    const three = await v5('c', fields)
    expect(three.of('connack')[0]?.sessionPresent).toBe(false)
    three.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 0 } })
    await settle()
    expect(b.broker.sessions()).toEqual([])
  })

  it('neither a message nor a session expires in the time that step mode lets pass', async () => {
    b = bench()
    const fields = { clean: false, properties: { sessionExpiryInterval: 10 } }
    const sub = await v5('sub', fields)
    sub.subscribe('t', 1)
    await settle()
    await sub.cut()
    const pub = await v5('pub')
    pub.publish('t', 'short', 1, 1, { properties: { messageExpiryInterval: 5 } })
    await settle()
    b.clock.skip(60_000)
    b.clock.advance(1000)
    const back = await v5('sub', fields)
    expect(back.of('connack')[0]?.sessionPresent).toBe(true)
    expect(back.of('publish').map((p) => p.properties?.messageExpiryInterval)).toEqual([4])
  })

  it('[MQTT-3.1.3-9] a delayed will waits, is withdrawn by a return, and comes with the end of the session', async () => {
    b = bench()
    const watch = await v5('watch')
    watch.subscribe('w', 1)
    const will = (delay: number) => ({
      topic: 'w',
      payload: Buffer.from(`after ${delay}`),
      qos: 1 as const,
      retain: false,
      properties: { willDelayInterval: delay, contentType: 'text/plain' },
    })
    const kept = { clean: false, properties: { sessionExpiryInterval: 30 } }
    const back = await v5('c', { ...kept, will: will(20) })
    await back.cut()
    b.clock.advance(19_000)
    const again = await v5('c', { ...kept, will: will(20) })
    b.clock.advance(50_000)
    await settle()
    expect(watch.payloads()).toEqual([])
    await again.cut()
    b.clock.advance(20_000)
    await settle()
    expect(watch.of('publish').map((p) => [p.payload.toString(), p.properties?.contentType])).toEqual([
      ['after 20', 'text/plain'],
    ])
    const long = await v5('c', { ...kept, will: will(90) })
    await long.cut()
    b.clock.advance(30_000)
    await settle()
    expect(watch.payloads()).toEqual(['after 20', 'after 90'])
    const fresh = await v5('c', { ...kept, will: will(25) })
    await fresh.cut()
    await v5('c', { clean: true })
    await settle()
    expect(watch.payloads()).toEqual(['after 20', 'after 90', 'after 25'])
  })

  it('[MQTT-3.14.4-3] DISCONNECT 0x04 publishes the will, 0x00 does not', async () => {
    b = bench()
    const watch = await v5('watch')
    watch.subscribe('w/#', 0)
    for (const reasonCode of [0x04, 0x00]) {
      const c = await v5(`c${reasonCode}`, {
        will: { topic: `w/${reasonCode}`, payload: Buffer.from('x'), qos: 0, retain: false },
      })
      c.send({ cmd: 'disconnect', reasonCode })
      await settle()
    }
    expect(watch.of('publish').map((p) => p.topic)).toEqual(['w/4'])
  })

  it('members of a shared subscription take turns, present ones first; others get their own copy', async () => {
    b = bench()
    const members = await Promise.all(['s1', 's2', 's3'].map((id) => v5(id)))
    for (const m of members) m.subscribe('$share/g/t/+', 1)
    const plain = await v5('plain')
    plain.subscribe('t/#', 0)
    const pub = await v5('pub')
    for (let i = 1; i <= 6; i++) pub.publish('t/x', `m${i}`, 1, i)
    await settle()
    expect(members.map((m) => m.payloads().length)).toEqual([2, 2, 2])
    expect(plain.payloads()).toHaveLength(6)
    await members[1]?.cut()
    for (let i = 7; i <= 10; i++) pub.publish('t/x', `m${i}`, 1, i)
    await settle()
    expect(members.map((m) => m.payloads().length)).toEqual([4, 2, 4])
    pub.publish('t/kept', 'r', 1, 11, { retain: true })
    const late = await v5('late')
    late.subscribe('$share/g2/t/kept', 1)
    await settle()
    expect(late.payloads()).toEqual([])
  })

  it('clients of MQTT 3.1.1 share as at mosquitto; what is no shared subscription is a filter like any other', async () => {
    b = bench()
    const members = await Promise.all(['s1', 's2'].map((id) => RawClient.connected(b, id)))
    for (const m of members) m.subscribe('$share/g/t/+', 1)
    members[0]?.subscribe('$share/g', 1)
    const pub = await RawClient.connected(b, 'pub')
    for (let i = 1; i <= 4; i++) pub.publish('t/x', `m${i}`, 1, i)
    await settle()
    expect(members.map((m) => m.payloads().length)).toEqual([2, 2])
    expect(members[0]?.of('suback').map((p) => p.granted)).toEqual([[1], [1]])
  })

  it('[MQTT-4.8.2-5] [MQTT-4.8.2-6] a shared QoS 2 message stays with the member it was sent to', async () => {
    b = bench()
    const kept = { clean: false, properties: { sessionExpiryInterval: 1000 } }
    const first = await v5('s1', kept)
    const second = await v5('s2', kept)
    for (const m of [first, second]) m.subscribe('$share/g/t', 2)
    const pub = await v5('pub')
    pub.publish('t', 'x', 2, 1)
    pub.ack('pubrel', 1)
    await settle()
    expect([first, second].map((m) => m.payloads())).toEqual([['x'], []])
    await first.cut()
    await settle()
    const back = await v5('s1', kept)
    await settle()
    expect(back.of('publish').map((p) => [p.payload.toString(), p.dup])).toEqual([['x', true]])
    await back.cut()
    await v5('s1', { clean: true })
    await settle()
    expect(second.payloads()).toEqual([])
  })

  it('[MQTT-3.8.3-3] no local, retain as published and the three retain handlings', async () => {
    b = bench()
    const pub = await v5('pub')
    pub.publish('r', 'kept', 0, 0, { retain: true })
    const c = await v5('c')
    c.subscribe('r', 0, 1, { rh: 2, rap: true })
    await settle()
    expect(c.payloads()).toEqual([])
    c.subscribe('r', 0, 2, { rh: 1, rap: true })
    await settle()
    expect(c.payloads()).toEqual([])
    c.subscribe('r', 0, 3, { rh: 0, rap: true })
    await settle()
    pub.publish('r', 'live', 0, 0, { retain: true })
    c.subscribe('own', 0, 4, { nl: true })
    await settle()
    c.publish('own', 'mine')
    pub.publish('own', 'theirs')
    await settle()
    expect(c.of('publish').map((p) => [p.payload.toString(), p.retain])).toEqual([
      ['kept', true],
      ['live', true],
      ['theirs', false],
    ])
  })

  it('[MQTT-3.11.3-1] UNSUBACK says which filters there were', async () => {
    b = bench()
    const c = await v5('c')
    c.subscribe('a', 0)
    c.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['constructor', 'a'] })
    await settle()
    expect(c.of('unsuback')[0]?.granted).toEqual([0x11, 0])
  })

  it('CONNACK names what is limited and leaves out what is available', async () => {
    b = bench()
    const c = await v5('c', { properties: { requestResponseInformation: true } })
    const properties = c.of('connack')[0]?.properties
    expect({ ...properties }).toEqual({ maximumPacketSize: 2_097_152 })
  })

  it('a PUBREL for an unknown identifier gets 0x92', async () => {
    b = bench()
    const c = await v5('c')
    c.ack('pubrel', 5)
    await settle()
    expect(c.of('pubcomp').map((p) => p.reasonCode)).toEqual([0x92])
    expect(reasons(c)).toEqual([])
  })
})
