import { describe, expect, test } from 'vitest'
import type { Direction, QoS } from '../../../../electron/contract/packet'
import { ackFrame, Packet, Type } from '../../../../electron/engine/mqtt/packet'
import type { PacketTransit } from '../../../../electron/engine/mqtt/transit'
import { OwnWays } from '../../../../electron/engine/observe/ledger/own-ways'
import type { Received } from '../../../../electron/engine/simulation/fleet/types'
import { publishFrame } from '../../../helpers/link-rig'

let transits = 0

function sent(own: OwnWays, clientId: string, direction: Direction, packet: Packet, attempt: number) {
  const p = { id: ++transits, clientId, direction, packet, attempt, origin: 'endpoint' } as PacketTransit
  own.entered(p)
  return p
}

/** One leg of one client. */
class Leg {
  constructor(
    private readonly own: OwnWays,
    readonly clientId: string,
  ) {}

  publish(direction: Direction, qos: QoS, packetId: number, messageId = 0, attempt = 1): PacketTransit {
    const packet = new Packet(publishFrame(qos, packetId, 1), 4, messageId)
    return sent(this.own, this.clientId, direction, packet, attempt)
  }

  ack(direction: Direction, type: number, packetId: number, attempt = 1): PacketTransit {
    return sent(this.own, this.clientId, direction, new Packet(ackFrame(type, packetId), 4), attempt)
  }

  arrives(p: PacketTransit, ownSkippedMs: number, state: 'delivered' | 'lost' = 'delivered'): void {
    p.ownSkippedMs = ownSkippedMs
    p.state = state
    this.own.settled(p)
  }
}

function setting() {
  const own = new OwnWays()
  const [a, b, s] = ['a', 'b', 's'].map((id) => new Leg(own, id)) as [Leg, Leg, Leg]
  const of = (packetId: number): number => own.of({ subscriber: 's', packetId, topic: 't' } as Received)
  const passedOn = (clientId: string, packetId: number, messageId: number) =>
    own.ingress({ clientId, packetId, messageId })
  return { own, a, b, s, of, passedOn }
}

describe('at QoS 0', () => {
  test('two copies on one leg each have their own', () => {
    const { a, b, s, of, passedOn } = setting()
    a.arrives(a.publish('uplink', 0, 0), 20)
    passedOn('a', 0, 1)
    const first = s.publish('downlink', 0, 0, 1)
    b.arrives(b.publish('uplink', 0, 0), 500)
    passedOn('b', 0, 2)
    const second = s.publish('downlink', 0, 0, 2)
    s.arrives(first, 20)
    s.arrives(second, 20)
    expect([of(0), of(0), of(0)]).toEqual([40, 520, 0])
  })

  test('one that the broker keeps back leaves the next its own', () => {
    const { own, a, s, of, passedOn } = setting()
    a.arrives(a.publish('uplink', 0, 0), 500)
    a.arrives(a.publish('uplink', 0, 0), 20)
    own.discarded({ clientId: 'a', packetId: 0 })
    passedOn('a', 0, 1)
    s.arrives(s.publish('downlink', 0, 0, 1), 20)
    expect(of(0)).toBe(40)
  })
})

test('a second copy of a message, under another identifier, is no repetition of the first', () => {
  const { a, s, of, passedOn } = setting()
  a.arrives(a.publish('uplink', 1, 7), 20)
  passedOn('a', 7, 1)
  s.arrives(s.publish('downlink', 1, 1, 1), 5, 'lost')
  a.arrives(a.publish('uplink', 1, 7, 0, 2), 20)
  passedOn('a', 7, 2)
  s.arrives(s.publish('downlink', 1, 2, 2, 2), 20)
  expect(of(2)).toBe(40)
})

test('a second copy at QoS 2 has a PUBREL of its own', () => {
  const { s, of } = setting()
  const ways2 = (packetId: number, attempt: number): void => {
    s.arrives(s.publish('downlink', 2, packetId, packetId, attempt), 20)
    s.arrives(s.ack('uplink', Type.PUBREC, packetId, attempt), 10)
    s.arrives(s.ack('downlink', Type.PUBREL, packetId, attempt), 5)
  }
  ways2(1, 1)
  ways2(2, 2)
  expect([of(1), of(2)]).toEqual([35, 35])
})

test('a repeated PUBREL begins where the first one began', () => {
  const { s, of } = setting()
  s.arrives(s.publish('downlink', 2, 1, 1), 20)
  s.arrives(s.ack('uplink', Type.PUBREC, 1), 10)
  s.arrives(s.ack('downlink', Type.PUBREL, 1), 3, 'lost')
  s.arrives(s.ack('downlink', Type.PUBREL, 1, 2), 5)
  expect(of(1)).toBe(35)
})

test.each([
  [1, Type.PUBACK],
  [2, Type.PUBCOMP],
] as const)('nothing is kept of a handshake that is over: QoS %i', (qos, end) => {
  const { s, of } = setting()
  s.arrives(s.publish('downlink', qos, 1, 1), 20)
  expect(of(1)).toBe(20)
  s.arrives(s.ack('uplink', end, 1), 20)
  expect(of(1)).toBe(0)
})

describe('an external broker, which says nothing', () => {
  test.each([0, 1] as const)('passes on what arrives: QoS %i', (qos) => {
    const { a, s, of } = setting()
    a.arrives(a.publish('uplink', qos, qos, 1), 20)
    s.arrives(s.publish('downlink', qos, qos, 1), 20)
    expect(of(qos)).toBe(40)
  })

  test.each([
    ['PUBLISH', 40],
    ['PUBREL', 70],
  ])('passes on at %s', (when, takenMs) => {
    const { a, s, of } = setting()
    a.arrives(a.publish('uplink', 2, 7, 1), 20)
    const early = s.publish('downlink', 1, 1, 1)
    a.arrives(a.ack('downlink', Type.PUBREC, 7), 20)
    a.arrives(a.ack('uplink', Type.PUBREL, 7), 10)
    s.arrives(when === 'PUBLISH' ? early : s.publish('downlink', 1, 1, 1), 20)
    expect(of(1)).toBe(takenMs)
  })
})
