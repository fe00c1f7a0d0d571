import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MessageTable } from '../../../../electron/engine/simulation/link/message-table'
import { seedKey, textKey } from '../../../../electron/engine/simulation/link/fate'
import { ackFrame, Packet } from '../../../../electron/engine/mqtt/packet'
import { withDup } from '../../../helpers/frames'
import { publishFrame } from '../../../helpers/link-rig'

const table = () => new MessageTable(seedKey(1))
const plain = (id: number, text: string) => {
  const body = Buffer.concat([Buffer.from([0, 1, 0x74, id >> 8, id & 255]), Buffer.from(text)])
  return Buffer.concat([Buffer.from([0x32, body.length]), body])
}

describe('message table', () => {
  it('knows a message again under its identifier and under a new one', () => {
    const t = table()
    const first = t.publish(new Packet(publishFrame(1, 7, 1), 4))
    expect(t.publish(new Packet(publishFrame(1, 7, 1), 4))).toBe(first)
    expect(t.publish(new Packet(publishFrame(1, 8, 1), 4))).toBe(first)
    expect([t.find(7), t.find(8)]).toEqual([first, first])
    expect(t.publish(new Packet(publishFrame(1, 9, 2), 4))).not.toBe(first)
  })

  it('gives an identifier that is used again to the new message', () => {
    const t = table()
    t.publish(new Packet(publishFrame(1, 7, 1), 4))
    t.complete(7)
    const second = t.publish(new Packet(publishFrame(1, 7, 2), 4))
    expect(t.find(7)).toBe(second)
  })

  it('tells equal messages without identity apart by order, and a repetition by DUP or an open exchange', () => {
    const t = table()
    const first = t.publish(new Packet(plain(7, 'on'), 4))
    expect(t.publish(new Packet(plain(7, 'on'), 4))).toBe(first)
    const second = t.publish(new Packet(plain(8, 'on'), 4))
    expect(second).not.toBe(first)
    t.complete(7)
    expect(t.publish(new Packet(withDup(plain(7, 'on'), true), 4))).toBe(first)
    t.complete(7)
    expect(t.publish(new Packet(plain(7, 'on'), 4))).not.toBe(first)
  })

  it('counts on in a new session', () => {
    const t = table()
    const first = t.publish(new Packet(publishFrame(1, 7, 1), 4))
    first.publishes = 5
    t.resetSession()
    expect(t.find(7)).toBeUndefined()
    expect(t.publish(new Packet(publishFrame(1, 1, 1), 4)).publishes).toBe(5)
  })

  it('does not lose count of hundreds of open messages in a new session', () => {
    const t = table()
    for (let n = 1; n <= 500; n++) t.publish(new Packet(publishFrame(1, n, n), 4)).publishes = n
    t.resetSession()
    for (let n = 1; n <= 500; n++) expect(t.publish(new Packet(publishFrame(1, n, n), 4)).publishes).toBe(n)
  })

  it('lets go of an old session in time', () => {
    const t = table()
    for (let n = 1; n <= 100; n++) t.publish(new Packet(publishFrame(1, n, n), 4))
    t.resetSession()
    for (let n = 1; n <= 400; n++) t.publish(new Packet(publishFrame(0, 0, n, 'other'), 4))
    expect(t.size).toBeLessThan(150)
  })

  it('remembers an open message whatever else passes, and stays small', () => {
    const t = table()
    const open = t.publish(new Packet(publishFrame(2, 60_000, 999_999), 4))
    for (let n = 1; n <= 20_000; n++) {
      t.publish(new Packet(publishFrame(0, 0, 2 * n, 'qos0'), 4))
      t.publish(new Packet(publishFrame(1, (n % 5000) + 1, n), 4))
      if (n % 3 === 0) t.publish(new Packet(publishFrame(1, (n % 5000) + 5001, n), 4))
      t.complete((n % 5000) + 1)
      t.complete((n % 5000) + 5001)
      expect(t.size).toBeLessThan(60)
    }
    expect(t.find(60_000)).toBe(open)
    expect((t as unknown as { byId: { size: number } }).byId.size).toBeLessThan(120)
  })

  it('never forgets an open exchange and never miscounts (random use)', () => {
    const step = fc.tuple(
      fc.constantFrom('publish', 'complete', 'reset'),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 9 }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const t = table()
        const open = new Map<number, number>()
        for (const [what, id, sequence] of steps) {
          if (what === 'publish') {
            t.publish(new Packet(publishFrame(1, id, sequence), 4))
            open.set(id, sequence)
          } else if (what === 'complete') {
            t.complete(id)
            open.delete(id)
          } else {
            t.resetSession()
            open.clear()
          }
          for (const [i, s] of open) expect(t.find(i)).toMatchObject(textKey(seedKey(1), `pub:${s}`))
        }
      }),
      { numRuns: 200 },
    )
  })

  it('finds nothing for identifiers it has not seen', () => {
    expect(table().find(ackFrame(4, 3).readUInt16BE(2))).toBeUndefined()
  })
})
