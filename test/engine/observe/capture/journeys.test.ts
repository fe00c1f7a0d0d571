import { describe, expect, it } from 'vitest'
import { Bench, dup, puback, pubcomp, publishFrame, pubrec, pubrel } from './wire'

const ready = (numbers: 'by-content' | 'by-test' = 'by-test'): Bench => {
  const b = new Bench(1000, 1 << 20, numbers)
  for (const c of ['pub', 'a', 'b']) b.connect(c)
  return b
}

describe('journeys as the broker tells them', () => {
  it('tie publisher and subscribers, with equal messages kept apart', () => {
    const b = ready()
    const publish = publishFrame({ qos: 0, payload: 'same' })
    b.pass('pub', 'uplink', publish)
    b.pass('pub', 'uplink', publish)
    b.capture.ingress({ messageId: 1, clientId: 'pub', packetId: 0 })
    b.capture.ingress({ messageId: 2, clientId: 'pub', packetId: 0 })
    for (const [ref, c] of [
      [2, 'a'],
      [1, 'b'],
      [2, 'b'],
    ] as const) {
      b.pass(c, 'downlink', publish, { messageId: ref })
    }
    const [first, second] = [b.journey(7), b.journey(8)]
    expect(first.deliveries).toEqual([{ clientId: 'b', copies: 1 }])
    expect(second.deliveries).toEqual([
      { clientId: 'a', copies: 1 },
      { clientId: 'b', copies: 1 },
    ])
    expect(first).toMatchObject({ publisher: 'pub', topic: 't', qos: 0, identity: null })
    expect([7, 8].map((s) => b.row(s).effect)).toEqual(['passed-on', 'passed-on'])
  })

  it('count the copy that a repeated PUBLISH at QoS 1 makes, on one journey', () => {
    const b = ready()
    const publish = publishFrame({ qos: 1, id: 7, payload: '{"v":1,"_id":"pub:3"}' })
    b.pass('pub', 'uplink', publish)
    b.capture.ingress({ messageId: 1, clientId: 'pub', packetId: 7 })
    b.drop('pub', 'downlink', puback(7))
    b.pass('a', 'downlink', publishFrame({ qos: 1, id: 3, payload: 'x' }), { messageId: 1 })
    b.pass('pub', 'uplink', dup(publish), { attempt: 2 })
    b.capture.ingress({ messageId: 2, clientId: 'pub', packetId: 7 })
    b.pass('a', 'downlink', publishFrame({ qos: 1, id: 4, payload: 'x' }), { messageId: 2 })
    expect(b.row(9).effect).toBe('delivered')
    expect(b.row(11).effect).toBe('duplicate')
    expect([7, 10].map((s) => b.row(s).effect)).toEqual(['passed-on', 'passed-on'])
    expect(b.journey(7)).toMatchObject({ identity: 'pub:3', deliveries: [{ clientId: 'a', copies: 2 }] })
    expect(b.capture.latest('verdict:duplicate', 100).packets.map((p) => p.seq)).toEqual([7, 8, 9, 10, 11])
  })

  it('follow a QoS downgrade', () => {
    const b = ready()
    b.pass('pub', 'uplink', publishFrame({ qos: 2, id: 1 }))
    b.capture.ingress({ messageId: 1, clientId: 'pub', packetId: 1 })
    b.pass('a', 'downlink', publishFrame({ qos: 0 }), { messageId: 1 })
    expect(b.exchange(8)).toMatchObject({ qos: 0, journey: b.row(7).journey })
    expect(b.journey(8).qos).toBe(2)
  })

  it('show a broker that passes on at PUBLISH, and one that does at PUBREL', () => {
    const atPublish = ready()
    atPublish.pass('pub', 'uplink', publishFrame({ qos: 2, id: 1 }))
    atPublish.capture.ingress({ messageId: 1, clientId: 'pub', packetId: 1 })
    atPublish.pass('pub', 'downlink', pubrec(1))
    atPublish.pass('pub', 'uplink', pubrel(1))
    expect([7, 9].map((s) => atPublish.row(s).effect)).toEqual(['passed-on', 'none'])
    const atPubrel = ready()
    atPubrel.pass('pub', 'uplink', publishFrame({ qos: 2, id: 1 }))
    atPubrel.pass('pub', 'downlink', pubrec(1))
    atPubrel.pass('pub', 'uplink', pubrel(1))
    atPubrel.capture.ingress({ messageId: 1, clientId: 'pub', packetId: 1 })
    expect([7, 9].map((s) => atPubrel.row(s).effect)).toEqual(['stored', 'passed-on'])
  })

  it('do not count what the broker refused', () => {
    const b = ready()
    b.pass('pub', 'uplink', publishFrame({ qos: 0, topic: 'warm-up' }))
    b.capture.ingress({ messageId: 50, clientId: 'pub', packetId: 0 })
    b.pass('pub', 'uplink', publishFrame({ qos: 0, topic: 'forbidden' }))
    b.capture.discarded({ clientId: 'pub', packetId: 0, why: 'denied' })
    b.pass('pub', 'uplink', publishFrame({ qos: 2, id: 2, topic: 'forbidden' }))
    b.capture.discarded({ clientId: 'pub', packetId: 2, why: 'denied' })
    b.pass('pub', 'uplink', publishFrame({ qos: 0, topic: 'allowed' }))
    b.capture.ingress({ messageId: 1, clientId: 'pub', packetId: 0 })
    expect([8, 9, 10].map((s) => b.row(s).effect)).toEqual(['refused', 'refused', 'passed-on'])
  })

  it('have no publisher for a message of the broker itself, and tie its subscribers', () => {
    const b = ready()
    for (const c of ['a', 'b']) {
      b.pass(c, 'downlink', publishFrame({ topic: '$SYS/x' }), { messageId: 99 })
    }
    expect(b.journey()).toMatchObject({
      publisher: null,
      deliveries: [
        { clientId: 'a', copies: 1 },
        { clientId: 'b', copies: 1 },
      ],
    })
  })

  it('survive a QoS 2 message delivered twice to nobody and once to the subscriber', () => {
    const b = ready()
    b.pass('pub', 'uplink', publishFrame({ qos: 2, id: 1 }))
    b.capture.ingress({ messageId: 1, clientId: 'pub', packetId: 1 })
    b.pass('pub', 'uplink', dup(publishFrame({ qos: 2, id: 1 })), { attempt: 2 })
    b.capture.discarded({ clientId: 'pub', packetId: 1, why: 'duplicate' })
    b.pass('a', 'downlink', publishFrame({ qos: 2, id: 5 }), { messageId: 1 })
    b.pass('a', 'uplink', pubrec(5))
    b.pass('a', 'downlink', pubrel(5))
    b.pass('a', 'uplink', pubcomp(5))
    expect([7, 8, 9, 11].map((s) => b.row(s).effect)).toEqual([
      'passed-on',
      'discarded',
      'stored',
      'delivered',
    ])
    expect(b.journey(7).deliveries).toEqual([{ clientId: 'a', copies: 1 }])
  })
})

describe('journeys of a broker that tells nothing', () => {
  it('are tied by the identity a message carries', () => {
    const b = ready('by-content')
    const payload = '{"_id":"pub:1"}'
    b.pass('pub', 'uplink', publishFrame({ qos: 1, id: 1, payload }))
    b.pass('a', 'downlink', publishFrame({ qos: 1, id: 77, payload }))
    b.pass('a', 'downlink', publishFrame({ qos: 1, id: 78, payload }))
    expect(b.journey(7)).toMatchObject({ identity: 'pub:1', deliveries: [{ clientId: 'a', copies: 2 }] })
    expect([7, 8, 9].map((s) => b.row(s).effect)).toEqual(['passed-on', 'delivered', 'duplicate'])
  })

  it('are tied by topic and content in order where there is no identity', () => {
    const b = ready('by-content')
    const publish = publishFrame({ payload: 'on' })
    for (let i = 0; i < 3; i++) b.pass('pub', 'uplink', publish)
    for (let i = 0; i < 3; i++) b.pass('a', 'downlink', publish)
    expect([10, 11, 12].map((s) => b.row(s).journey)).toEqual([7, 8, 9].map((s) => b.row(s).journey))
    expect(b.row(12).effect).toBe('delivered')
    b.pass('a', 'downlink', publish)
    expect(b.row(13)).toMatchObject({ effect: 'duplicate', journey: b.row(9).journey })
  })

  it('give a late subscriber the latest retained message', () => {
    const b = ready('by-content')
    for (let i = 0; i < 2; i++) b.pass('pub', 'uplink', publishFrame({ payload: 'on', retain: true }))
    b.pass('a', 'downlink', publishFrame({ payload: 'on', retain: true }))
    expect(b.row(9).journey).toBe(b.row(8).journey)
  })

  it('count a QoS 2 message as passed on at PUBREL, or earlier when a subscriber had it earlier', () => {
    const late = ready('by-content')
    late.pass('pub', 'uplink', publishFrame({ qos: 2, id: 1 }))
    late.pass('pub', 'downlink', pubrec(1))
    late.pass('pub', 'uplink', pubrel(1))
    expect([7, 9].map((s) => late.row(s).effect)).toEqual(['stored', 'passed-on'])
    const early = ready('by-content')
    early.pass('pub', 'uplink', publishFrame({ qos: 2, id: 1, payload: 'e' }))
    early.pass('a', 'downlink', publishFrame({ qos: 0, payload: 'e' }))
    early.pass('pub', 'downlink', pubrec(1))
    early.pass('pub', 'uplink', pubrel(1))
    expect([7, 10].map((s) => early.row(s).effect)).toEqual(['passed-on', 'none'])
  })
})
