import { beforeEach, describe, expect, it } from 'vitest'
import { HandshakeTimes } from '../../../electron/engine/proxy/handshake-times'

const PUBLISH = { qos0: 0x30, qos1: 0x32, again: 0x3a, qos2: 0x34 }
const [PUBACK, PUBREC, PUBREL, PUBCOMP] = [0x40, 0x50, 0x62, 0x70]

let times: HandshakeTimes
beforeEach(() => (times = new HandshakeTimes()))

/** A packet of the client `a`, or of another, that came in and went out 1 ms later. */
function pass(
  direction: 'uplink' | 'downlink',
  first: number,
  packetId: number,
  atMs: number,
  who = 'a',
): void {
  const packet = { client: times.number(who), direction, first, packetId }
  times.came({ ...packet, atMs })
  times.went({ ...packet, atMs: atMs + 1 })
}

/** How many handshakes of each sender took up to 5 ms, 100 ms and 1 s, and how many there were. */
const measured = () =>
  Object.fromEntries(
    times.bySender().map(([sender, h]) => [sender, [...h.countsUpTo([5, 100, 1000]), h.count]]),
  )

describe('times of handshakes', () => {
  it('are those from PUBLISH to PUBACK or PUBCOMP, of each side apart', () => {
    pass('uplink', PUBLISH.qos1, 1, 0)
    pass('downlink', PUBLISH.qos1, 1, 1)
    pass('downlink', PUBACK, 1, 3)
    pass('uplink', PUBLISH.qos2, 2, 10)
    pass('downlink', PUBREC, 2, 20)
    pass('uplink', PUBREL, 2, 30)
    pass('downlink', PUBCOMP, 2, 60)
    pass('uplink', PUBACK, 1, 900)
    pass('uplink', PUBLISH.qos0, 0, 901)
    expect(measured()).toEqual({ client: [1, 2, 2, 2], broker: [0, 0, 1, 1] })
  })

  it('begin with the first PUBLISH, whatever the connection, and end with the first answer', () => {
    pass('uplink', PUBLISH.qos1, 1, 0)
    pass('uplink', PUBLISH.again, 1, 200)
    pass('downlink', PUBACK, 1, 202)
    pass('downlink', PUBACK, 1, 203)
    expect(measured()['client']).toEqual([0, 0, 1, 1])
  })

  it('are not those of handshakes that began unseen, nor of another client, nor of a refusal', () => {
    pass('uplink', PUBLISH.again, 1, 0)
    pass('downlink', PUBACK, 1, 1)
    pass('uplink', PUBLISH.qos1, 2, 2)
    pass('downlink', PUBACK, 2, 3, 'b')
    pass('uplink', PUBLISH.qos2, 3, 4)
    times.went({
      client: times.number('a'),
      direction: 'downlink',
      first: PUBREC,
      packetId: 3,
      reason: 0x87,
      atMs: 5,
    })
    pass('downlink', PUBCOMP, 3, 6)
    expect(measured()).toEqual({ client: [0, 0, 0, 0], broker: [0, 0, 0, 0] })
  })

  it('a new message under an identifier that was never answered has its own time', () => {
    pass('uplink', PUBLISH.qos1, 1, 0)
    pass('uplink', PUBLISH.qos1, 1, 5000)
    pass('downlink', PUBACK, 1, 5002)
    expect(measured()['client']).toEqual([1, 1, 1, 1])
  })

  it('clients without an identifier are each by themselves', () => {
    expect(times.number('')).not.toBe(times.number(''))
    expect(times.number('x')).toBe(times.number('x'))
  })

  it('are kept of so many handshakes under way, and of twice as many at most', () => {
    times = new HandshakeTimes(3)
    for (const id of [1, 2, 3, 4, 5, 6]) pass('uplink', PUBLISH.qos1, id, 0)
    pass('downlink', PUBACK, 1, 1)
    expect(measured()['client']).toEqual([1, 1, 1, 1])
    pass('uplink', PUBLISH.qos1, 7, 0)
    for (const id of [2, 3, 4, 5, 6, 7]) pass('downlink', PUBACK, id, 1)
    expect(measured()['client']).toEqual([5, 5, 5, 5])
  })
})
