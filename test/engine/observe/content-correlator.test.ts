import { describe, expect, it } from 'vitest'
import type { Direction } from '../../../electron/contract/packet'
import { Packet } from '../../../electron/engine/mqtt/packet'
import type { PacketTransit } from '../../../electron/engine/mqtt/transit'
import { ContentCorrelator } from '../../../electron/engine/observe/content-correlator'
import { dup, publishFrame } from './capture/wire'

interface Sent {
  payload: string
  id?: number
  again?: boolean
  retain?: boolean
}

function numbering() {
  const correlator = new ContentCorrelator()
  let transits = 0
  return (
    clientId: string,
    direction: Direction,
    { payload, id = 0, again = false, retain = false }: Sent,
  ) => {
    const frame = publishFrame({ payload, retain, qos: id === 0 ? 0 : 1, id })
    const packet = new Packet(again ? dup(frame) : frame, 4)
    const p: PacketTransit = {
      id: ++transits,
      clientId,
      direction,
      packet,
      sentMs: 0,
      origin: 'endpoint',
      attempt: again ? 2 : 1,
      state: 'transit',
      settledMs: 0,
      lossPoint: 1,
      cause: null,
      segmentLosses: 0,
    }
    correlator.entered(p)
    return packet.messageId
  }
}

describe('messages of a broker that tells nothing', () => {
  it('are numbered by the identity they carry, at every subscriber and however often they come', () => {
    const number = numbering()
    const payload = '{"_id":"p:1"}'
    const first = number('p', 'uplink', { payload, id: 1 })
    expect(number('p', 'uplink', { payload, id: 2 })).toBe(first)
    expect(['a', 'a', 'b'].map((c, i) => number(c, 'downlink', { payload, id: i + 1 }))).toEqual([
      first,
      first,
      first,
    ])
    expect(number('p', 'uplink', { payload: '{"_id":"p:2"}', id: 3 })).not.toBe(first)
  })

  it('with equal content are given to each subscriber in the order of publishing', () => {
    const number = numbering()
    const published = [1, 2, 3].map((id) => number('p', 'uplink', { payload: 'on', id }))
    expect(new Set(published).size).toBe(3)
    const received = (c: string) => [1, 2, 3, 4].map((id) => number(c, 'downlink', { payload: 'on', id }))
    expect(received('a')).toEqual([...published, published[2]])
    expect(received('b').slice(0, 3)).toEqual(published)
  })

  it('keep their number when they are sent again, and an identifier used again is a new one', () => {
    const number = numbering()
    const first = number('p', 'uplink', { payload: 'on', id: 7 })
    expect(number('p', 'uplink', { payload: 'on', id: 7, again: true })).toBe(first)
    const second = number('p', 'uplink', { payload: 'on', id: 7 })
    expect(second).not.toBe(first)
    expect(number('a', 'downlink', { payload: 'on', id: 1 })).toBe(first)
    expect(number('a', 'downlink', { payload: 'on', id: 1, again: true })).toBe(first)
    expect(number('a', 'downlink', { payload: 'on', id: 2 })).toBe(second)
  })

  it('that are retained are the latest of their content', () => {
    const number = numbering()
    number('p', 'uplink', { payload: 'on', id: 1, retain: true })
    const latest = number('p', 'uplink', { payload: 'on', id: 2, retain: true })
    expect(number('late', 'downlink', { payload: 'on', retain: true })).toBe(latest)
  })

  it('and come from nobody known are one message for all subscribers', () => {
    const number = numbering()
    const first = number('a', 'downlink', { payload: 'x' })
    expect(first).toBeGreaterThan(0)
    expect(number('b', 'downlink', { payload: 'x' })).toBe(first)
  })
})
