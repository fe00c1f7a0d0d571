import { afterEach, describe, expect, it } from 'vitest'
import { bench, RawClient, settle, type Bench } from './raw-client'

let b: Bench
afterEach(() => b.broker.close())

describe('delivery', () => {
  it('connects at 3.1, 3.1.1 and 5.0 and delivers at every QoS', async () => {
    b = bench()
    for (const level of [3, 4, 5] as const) {
      const sub = await RawClient.connected(b, `sub${level}`, { level })
      const pub = await RawClient.connected(b, `pub${level}`, { level })
      sub.subscribe(`t/${level}`, 2)
      await settle()
      pub.publish(`t/${level}`, 'zero', 0)
      pub.publish(`t/${level}`, 'one', 1, 1)
      pub.publish(`t/${level}`, 'two', 2, 2)
      await settle()
      expect(sub.payloads()).toEqual(['zero', 'one', 'two'])
      expect(sub.of('publish').map((p) => p.qos)).toEqual([0, 1, 2])
      expect(pub.got.map((p) => p.cmd)).toEqual(['connack', 'puback', 'pubrec'])
    }
  })

  it('passes a QoS 2 message on at its PUBREL, once, where that is asked for', async () => {
    b = bench({ qos2: 'on-release' })
    const sub = await RawClient.connected(b, 'sub')
    const pub = await RawClient.connected(b, 'pub')
    sub.subscribe('t', 2)
    await settle()
    pub.publish('t', 'two', 2, 7)
    pub.publish('t', 'two', 2, 7)
    await settle()
    expect(pub.got.map((p) => p.cmd)).toEqual(['connack', 'pubrec', 'pubrec'])
    expect(sub.payloads()).toEqual([])
    const waiting = b.broker.kept().queues
    expect(waiting).toBeGreaterThan(64)
    pub.ack('pubrel', 7)
    pub.ack('pubrel', 7)
    await settle()
    expect(pub.got.map((p) => p.cmd)).toEqual(['connack', 'pubrec', 'pubrec', 'pubcomp', 'pubcomp'])
    expect(sub.payloads()).toEqual(['two'])
    sub.ack('pubrec', 1)
    await settle()
    sub.ack('pubcomp', 1)
    await settle()
    expect(b.broker.kept().queues).toBe(0)
  })
})
