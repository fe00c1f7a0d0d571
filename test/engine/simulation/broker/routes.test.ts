import { afterEach, describe, expect, it } from 'vitest'
import { bench, RawClient, settle, type Bench } from './raw-client'

let b: Bench
afterEach(() => b.broker.close())

describe('journeys', () => {
  it('equal payloads published twice keep their own references on every leg', async () => {
    b = bench()
    const one = await RawClient.connected(b, 'one')
    const two = await RawClient.connected(b, 'two')
    one.subscribe('t', 2)
    two.subscribe('#', 0)
    const pub = await RawClient.connected(b, 'pub')
    pub.publish('t', 'same', 1, 11)
    pub.publish('t', 'same', 2, 12)
    pub.publish('t', 'same', 0)
    await settle()
    const refs = b.ingress.map((e) => e.messageId)
    expect(b.ingress.map((e) => [e.clientId, e.packetId])).toEqual([
      ['pub', 11],
      ['pub', 12],
      ['pub', 0],
    ])
    expect(new Set(refs).size).toBe(3)
    const sent = (clientId: string) => b.sent.filter((e) => e.clientId === clientId)
    expect(sent('one').map((e) => [e.messageId, e.packetId])).toEqual([
      [refs[0], 1],
      [refs[1], 2],
      [refs[2], 0],
    ])
    expect(sent('two').map((e) => [e.messageId, e.packetId])).toEqual(refs.map((r) => [r, 0]))
  })

  it('every PUBLISH bears the number of its message: live, queued, redelivered and retained', async () => {
    b = bench()
    /** Which of the accepted messages each copy is, and its packet identifier. */
    const sent = () =>
      b.sent.map((e) => [b.ingress.findIndex((i) => i.messageId === e.messageId), e.packetId])
    const connect = async () => {
      const c = RawClient.inMemory(b)
      c.connect('sub', { clean: false })
      await settle()
      return c
    }
    const pub = await RawClient.connected(b, 'pub')
    const sub = await connect()
    pub.publish('r', 'kept', 1, 1, { retain: true })
    await settle()
    sub.subscribe('#', 1)
    await settle()
    expect(sent()).toEqual([[0, 1]])
    await sub.cut()
    pub.publish('t', 'queued', 1, 2)
    await settle()
    const back = await connect()
    expect(sent().slice(1)).toEqual([
      [0, 1],
      [1, 2],
    ])
    expect(back.of('publish').map((p) => [p.messageId, p.dup])).toEqual([
      [1, true],
      [2, false],
    ])
  })

  it('wills and broker messages have references too', async () => {
    b = bench()
    const sub = await RawClient.connected(b, 'sub')
    sub.subscribe('#', 1)
    const will = { topic: 'w', payload: Buffer.from('x'), qos: 1 as const, retain: false }
    const c = await RawClient.connected(b, 'c', { will })
    await c.cut()
    b.broker.publish({ topic: 'own', payload: 'y', qos: 1 })
    await settle()
    expect(b.sent.map((e) => e.packetId)).toEqual([1, 2])
    expect(new Set(b.sent.map((e) => e.messageId)).size).toBe(2)
    expect(() => b.broker.publish({ topic: 'a/#', payload: '' })).toThrow(RangeError)
  })
})
