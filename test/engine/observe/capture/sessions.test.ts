import { describe, expect, it } from 'vitest'
import { Bench, dup, frameOf, puback, pubcomp, publishFrame, pubrec, pubrel } from './wire'

const closed = (b: Bench, clientId: string, by: 'client' | 'cut' | 'reset' | 'recovery' | 'broker') =>
  b.event({ kind: 'closed', clientId, atMs: b.clock.ms, by })

describe('exchanges across connections', () => {
  it('go on when the session is resumed and the PUBLISH is sent again', () => {
    const b = new Bench()
    b.connect('s', false)
    const publish = publishFrame({ qos: 1, id: 7 })
    const lost = b.send('s', 'uplink', publish)
    b.lose(lost, 'cut')
    closed(b, 's', 'cut')
    expect(b.exchange(3).verdict).toBe('open')
    b.connect('s', false, true)
    b.pass('s', 'uplink', dup(publish))
    b.pass('s', 'downlink', puback(7))
    expect(b.exchange(3)).toMatchObject({ verdict: 'complete', retries: 1, packets: [3, 6, 7] })
    expect(b.row(6).resends).toBe(3)
    expect(b.all().marks.map((m) => m.kind)).toEqual(['connect', 'connack', 'cut', 'connect', 'resume'])
  })

  it('at QoS 2 go on with PUBREL after a resume, in both directions', () => {
    for (const [out, back] of [
      ['uplink', 'downlink'],
      ['downlink', 'uplink'],
    ] as const) {
      const b = new Bench()
      b.connect('s', false)
      b.pass('s', out, publishFrame({ qos: 2, id: 4 }))
      b.pass('s', back, pubrec(4))
      b.lose(b.send('s', out, pubrel(4)), 'cut')
      closed(b, 's', 'cut')
      b.connect('s', false, true)
      b.pass('s', out, pubrel(4))
      b.pass('s', back, pubcomp(4))
      expect(b.exchange(3)).toMatchObject({ verdict: 'complete', retries: 1, packets: [3, 4, 5, 8, 9] })
      expect(b.row(8).resends).toBe(5)
    }
  })

  it('are abandoned by the broker when the session ends with the connection', () => {
    const b = new Bench()
    b.connect('d', true)
    b.pass('d', 'downlink', publishFrame({ qos: 1, id: 9 }))
    closed(b, 'd', 'reset')
    expect(b.exchange(3)).toMatchObject({ verdict: 'abandoned', endedMs: b.clock.ms })
  })

  it('are abandoned by a clean start, and a fresh PUBLISH begins a new one', () => {
    const b = new Bench()
    b.connect('s', false)
    const publish = publishFrame({ qos: 1, id: 7 })
    b.drop('s', 'uplink', publish)
    closed(b, 's', 'cut')
    expect(b.exchange(3).verdict).toBe('open')
    b.connect('s', true)
    expect(b.exchange(3).verdict).toBe('abandoned')
    b.pass('s', 'uplink', publish)
    expect(b.row().exchange).not.toBe(b.row(3).exchange)
  })

  it('are taken up again by a client that resends after a clean start', () => {
    const b = new Bench()
    b.connect('s', true)
    const publish = publishFrame({ qos: 1, id: 7 })
    b.drop('s', 'uplink', publish)
    closed(b, 's', 'cut')
    b.connect('s', true)
    b.pass('s', 'uplink', dup(publish))
    b.pass('s', 'downlink', puback(7))
    expect(b.exchange(3)).toMatchObject({ verdict: 'complete', retries: 1 })
  })

  it('of MQTT 5 outlive the connection when the session does not expire, and end with DISCONNECT that says so', () => {
    const connect = (b: Bench, expiry: number) => {
      b.event({ kind: 'opened', clientId: 'v', atMs: b.clock.ms })
      b.pass(
        'v',
        'uplink',
        frameOf(
          {
            cmd: 'connect',
            clientId: 'v',
            clean: true,
            keepalive: 0,
            protocolId: 'MQTT',
            protocolVersion: 5,
            properties: { receiveMaximum: 9, sessionExpiryInterval: expiry },
          },
          5,
        ),
        { level: 5 },
      )
      b.pass('v', 'downlink', frameOf({ cmd: 'connack', reasonCode: 0, sessionPresent: false }, 5), {
        level: 5,
      })
      b.pass('v', 'downlink', publishFrame({ qos: 1, id: 1 }, 5), { level: 5 })
    }
    const lasting = new Bench()
    connect(lasting, 60)
    closed(lasting, 'v', 'client')
    expect(lasting.exchange(3).verdict).toBe('open')
    const brief = new Bench()
    connect(brief, 0)
    closed(brief, 'v', 'client')
    expect(brief.exchange(3).verdict).toBe('abandoned')
    const told = new Bench()
    connect(told, 60)
    told.pass(
      'v',
      'uplink',
      frameOf({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 0 } }, 5),
      { level: 5 },
    )
    closed(told, 'v', 'client')
    expect(told.exchange(3).verdict).toBe('abandoned')
  })

  it('that were given up complete after all when the acknowledgement comes late', () => {
    const b = new Bench()
    b.pass('s', 'uplink', publishFrame({ qos: 1, id: 7 }))
    const late = b.send('s', 'downlink', puback(7))
    b.event({ kind: 'opened', clientId: 's', atMs: 0 })
    b.event({
      kind: 'gave-up',
      clientId: 's',
      atMs: 5,
      direction: 'uplink',
      packetId: 7,
      type: 3,
      attempts: 4,
    })
    expect(b.exchange(1)).toMatchObject({ verdict: 'gave-up', endedMs: 5 })
    expect(b.all().marks.at(-1)).toEqual({ atMs: 5, clientId: 's', kind: 'gave-up', detail: 7, after: 2 })
    b.arrive(late)
    expect(b.exchange(1).verdict).toBe('complete')
  })

  it('go on when a new connection takes the client identifier over and the old one closes after it', () => {
    const b = new Bench()
    b.connect('c', false)
    b.connect('c', true, false, 5)
    const aliased = (topic: string) =>
      frameOf(
        {
          cmd: 'publish',
          topic,
          payload: 'x',
          qos: 1,
          messageId: 2,
          dup: false,
          retain: false,
          properties: { topicAlias: 4 },
        },
        5,
      )
    b.pass('c', 'uplink', aliased('long/topic'), { level: 5 })
    closed(b, 'c', 'broker')
    expect(b.exchange(5).verdict).toBe('open')
    b.pass('c', 'downlink', puback(2), { level: 5 })
    b.pass('c', 'uplink', aliased(''), { level: 5 })
    expect(b.row().topic).toBe('long/topic')
    closed(b, 'c', 'client')
    expect(b.exchange(7).verdict).toBe('abandoned')
  })

  it('keep the identifiers of the two directions apart', () => {
    const b = new Bench()
    b.pass('c', 'uplink', publishFrame({ qos: 1, id: 5, payload: 'up' }))
    b.pass('c', 'downlink', publishFrame({ qos: 1, id: 5, payload: 'down' }))
    b.pass('c', 'uplink', puback(5))
    expect(b.row(3)).toMatchObject({ exchange: b.row(2).exchange, answers: 2 })
    expect(b.exchange(1).verdict).toBe('open')
    expect(b.exchange(2).verdict).toBe('complete')
  })
})

describe('packets outside a handshake', () => {
  it('are answered by their counterparts', () => {
    const b = new Bench()
    b.connect('c')
    b.pass(
      'c',
      'uplink',
      frameOf({ cmd: 'subscribe', messageId: 8, subscriptions: [{ topic: 'a', qos: 0 }] }),
    )
    b.pass('c', 'uplink', frameOf({ cmd: 'pingreq' }))
    b.pass('c', 'downlink', frameOf({ cmd: 'suback', messageId: 8, granted: [0] }))
    b.pass('c', 'downlink', frameOf({ cmd: 'pingresp' }))
    expect([2, 5, 6].map((s) => b.row(s).answers)).toEqual([1, 3, 4])
    expect(b.row(3)).toMatchObject({ type: 'SUBSCRIBE', packetId: 8, exchange: null, topic: null, qos: null })
  })

  it('mark a refused connection with its code', () => {
    const b = new Bench()
    b.event({ kind: 'opened', clientId: 'c', atMs: 0 })
    b.pass('c', 'downlink', frameOf({ cmd: 'connack', returnCode: 5, sessionPresent: false }))
    expect(b.all().marks.at(-1)).toMatchObject({ kind: 'connack', detail: 5 })
  })

  it('an acknowledgement of nothing known has no exchange', () => {
    const b = new Bench()
    b.pass('c', 'uplink', puback(3))
    b.pass('c', 'uplink', publishFrame({ qos: 2, id: 3 }))
    b.pass('c', 'downlink', puback(3))
    expect([1, 3].map((s) => b.row(s).exchange)).toEqual([null, null])
  })
})
