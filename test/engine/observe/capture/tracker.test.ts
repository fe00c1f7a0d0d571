import { describe, expect, it } from 'vitest'
import { Bench, dup, frameOf, puback, pubcomp, publishFrame, pubrec, pubrel } from './wire'

describe('exchange at QoS 1', () => {
  it('goes on through a lost PUBACK and the resent PUBLISH', () => {
    const b = new Bench()
    const publish = publishFrame({ qos: 1, id: 7 })
    b.pass('s', 'uplink', publish)
    b.drop('s', 'downlink', puback(7))
    expect(b.exchange(1)).toMatchObject({ verdict: 'open', qos: 1, packetId: 7, packets: [1, 2] })
    b.pass('s', 'uplink', dup(publish), { origin: 'agent', attempt: 2 })
    b.pass('s', 'downlink', puback(7))
    expect(b.exchange(1)).toMatchObject({
      verdict: 'complete',
      retries: 1,
      packets: [1, 2, 3, 4],
      endedMs: 4,
    })
    expect(b.row(2)).toMatchObject({ answers: 1, fate: 'lost', reason: 'model' })
    expect(b.row(3)).toMatchObject({ resends: 1, attempt: 2, effect: 'passed-on' })
    expect(b.row(4)).toMatchObject({ answers: 3 })
  })

  it('gives a new exchange to an identifier used again', () => {
    const b = new Bench()
    b.pass('s', 'uplink', publishFrame({ qos: 1, id: 7, payload: 'a' }))
    b.pass('s', 'downlink', puback(7))
    b.pass('s', 'uplink', publishFrame({ qos: 1, id: 7, payload: 'b' }))
    expect(b.row(3).exchange).not.toBe(b.row(1).exchange)
    expect(b.exchange(1).verdict).toBe('complete')
    expect(b.exchange(3).verdict).toBe('open')
  })

  it('never counts a late PUBACK for the next message of the identifier', () => {
    const b = new Bench()
    const first = publishFrame({ qos: 1, id: 7, payload: 'a' })
    b.pass('s', 'uplink', first)
    const resent = b.send('s', 'uplink', dup(first), { attempt: 2 })
    b.pass('s', 'downlink', puback(7))
    const next = b.send('s', 'uplink', publishFrame({ qos: 1, id: 7, payload: 'b' }))
    b.arrive(resent)
    b.pass('s', 'downlink', puback(7))
    expect(b.row(5)).toMatchObject({ exchange: b.row(1).exchange, answers: 2 })
    b.arrive(next)
    b.pass('s', 'downlink', puback(7))
    expect(b.row(6)).toMatchObject({ exchange: b.row(4).exchange, answers: 4 })
  })
})

describe('an answer with a reason code of 0x80 or more (5.0 sections 3.4.2.1, 3.5.2.1)', () => {
  const answer = (cmd: 'puback' | 'pubrec', reasonCode: number) =>
    frameOf({ cmd, messageId: 7, reasonCode }, 5)

  it.each([
    [1, 'puback'],
    [2, 'pubrec'],
  ] as const)('refuses the message at QoS %i: nothing was passed on', (qos, cmd) => {
    const b = new Bench()
    b.pass('s', 'uplink', publishFrame({ qos, id: 7 }, 5), { level: 5 })
    b.pass('s', 'downlink', answer(cmd, 0x87), { level: 5 })
    expect(b.exchange(1)).toMatchObject({ verdict: 'refused', endedMs: 2 })
    expect(b.row(1)).toMatchObject({ effect: 'refused', refusal: 0x87 })
    expect(b.capture.latest('verdict:refused', 10).packets).toHaveLength(2)
  })

  it('frees the identifier for the next message', () => {
    const b = new Bench()
    b.pass('s', 'uplink', publishFrame({ qos: 1, id: 7, payload: 'a' }, 5), { level: 5 })
    b.pass('s', 'downlink', answer('puback', 0x97), { level: 5 })
    b.pass('s', 'uplink', publishFrame({ qos: 1, id: 7, payload: 'b' }, 5), { level: 5 })
    b.pass('s', 'downlink', answer('puback', 0), { level: 5 })
    expect([b.exchange(1).verdict, b.exchange(3).verdict]).toEqual(['refused', 'complete'])
    expect(b.row(3).effect).toBe('passed-on')
  })

  it('below 0x80 is an answer like any other: 0x10 says only that nobody subscribes', () => {
    const b = new Bench()
    b.pass('s', 'uplink', publishFrame({ qos: 1, id: 7 }, 5), { level: 5 })
    b.pass('s', 'downlink', answer('puback', 0x10), { level: 5 })
    expect(b.exchange(1).verdict).toBe('complete')
    expect(b.row(1).effect).toBe('passed-on')
  })
})

describe('exchange at QoS 2', () => {
  it('stores, discards the repeat and delivers at PUBREL', () => {
    const b = new Bench()
    const publish = publishFrame({ qos: 2, id: 9 })
    b.pass('d', 'downlink', publish)
    b.drop('d', 'uplink', pubrec(9))
    b.pass('d', 'downlink', dup(publish), { attempt: 2 })
    b.pass('d', 'uplink', pubrec(9))
    b.pass('d', 'downlink', pubrel(9))
    b.drop('d', 'uplink', pubcomp(9))
    b.pass('d', 'downlink', pubrel(9), { attempt: 2 })
    b.pass('d', 'uplink', pubcomp(9))
    const effects = [1, 3, 5, 7].map((s) => b.row(s).effect)
    expect(effects).toEqual(['stored', 'discarded', 'delivered', 'none'])
    expect(b.row(4).answers).toBe(3)
    expect(b.row(5).answers).toBe(4)
    expect(b.row(7)).toMatchObject({ resends: 5, answers: null })
    expect(b.row(8).answers).toBe(7)
    expect(b.exchange(1)).toMatchObject({ verdict: 'complete', retries: 2 })
  })
})
