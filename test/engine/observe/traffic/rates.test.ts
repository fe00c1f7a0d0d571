import { describe, expect, it } from 'vitest'
import { ackPacket, Type } from '../../../../electron/engine/mqtt/packet'
import type { PacketTransit } from '../../../../electron/engine/mqtt/transit'
import { createRates } from '../../../../electron/engine/observe/traffic/rates'

function setup() {
  const clock = { ms: 0, now: () => clock.ms }
  const rates = createRates({ clock })
  const send = (type: number, state: PacketTransit['state'] = 'delivered') => {
    const p: PacketTransit = {
      id: 1,
      clientId: 'c',
      direction: 'uplink',
      packet: ackPacket(type, 1, 4),
      sentMs: clock.ms,
      origin: 'endpoint',
      attempt: 1,
      state,
      settledMs: clock.ms,
      lossPoint: 1,
      cause: null,
      segmentLosses: 0,
    }
    rates.sent(p)
    rates.settled(p)
  }
  return { clock, rates, send }
}

describe('rates', () => {
  it('counts each second by packet type, QoS and group', () => {
    const { clock, rates, send } = setup()
    send(Type.PUBACK)
    send(Type.PUBACK, 'lost')
    send(Type.PUBREL)
    rates.published(1, 'sensors')
    rates.published(1, 'sensors')
    rates.published(2, null)
    expect(rates.points()).toEqual([])
    clock.ms = 1000
    send(Type.PUBCOMP)
    clock.ms = 2999
    expect(rates.advance()).toEqual([
      { atMs: 0, byType: { PUBACK: 2, PUBREL: 1 }, byQos: [0, 2, 1], byGroup: { sensors: 2 }, lost: 1 },
      { atMs: 1000, byType: { PUBCOMP: 1 }, byQos: [0, 0, 0], byGroup: {}, lost: 0 },
    ])
    expect(rates.advance()).toEqual([])
  })

  it('keeps the last five minutes, quiet seconds included', () => {
    const { clock, rates, send } = setup()
    for (clock.ms = 0; clock.ms < 400_000; clock.ms += 2000) send(Type.PUBACK)
    const points = rates.points()
    expect(points).toHaveLength(300)
    expect(points.map((p) => p.atMs)).toEqual(Array.from({ length: 300 }, (_, i) => 100_000 + i * 1000))
    expect(points.slice(0, 2).map((p) => p.byType.PUBACK ?? 0)).toEqual([1, 0])
    clock.ms = 10_000_000
    expect(rates.points().every((p) => p.lost === 0 && p.byType.PUBACK === undefined)).toBe(true)
    rates.clear()
    expect(rates.points()).toEqual([])
  })
})
