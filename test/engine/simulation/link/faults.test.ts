import { expect, it } from 'vitest'
import type { LinkInput } from '../../../../electron/contract/link-config'
import {
  connackFrame,
  connectFrame,
  LinkRig,
  publishFrame,
  tick,
  TinyEndpoint,
} from '../../../helpers/link-rig'

type Faults = NonNullable<LinkInput['faults']>

async function rigWith(faults: Faults, more: LinkInput = {}, id = 'a'): Promise<LinkRig> {
  const rig = new LinkRig({ recovery: { mode: 'none' }, ...more, faults }, 1, id, true)
  rig.broker.answering = rig.client.answering = false
  await rig.open()
  rig.client.send(connectFrame(true))
  return rig
}

it('duplicate: the same bytes arrive twice, one behind the other; CONNECT only when all packets may be lost', async () => {
  const frame = publishFrame(1, 7, 1)
  const rig = await rigWith({ duplicate: 1 })
  rig.client.send(frame)
  expect(rig.broker.frames).toEqual([connectFrame(true), frame, frame])
  expect(rig.transits.map((p) => p.altered)).toEqual([undefined, undefined, 'duplicate'])
  expect(new Set(rig.transits.map((p) => p.id)).size).toBe(3)
  const all = await rigWith({ duplicate: 1 }, { lossScope: 'all' })
  expect(all.broker.frames.length).toBe(2)
})

it('corrupt: one bit behind the fixed header is another, the same one for the same seed', async () => {
  const bits = async (): Promise<number[]> => {
    const rig = await rigWith({ corrupt: 1 })
    const turned: number[] = []
    for (let n = 1; n <= 20; n++) {
      const frame = publishFrame(1, n, n)
      const sent = Buffer.from(frame)
      rig.client.send(frame)
      const got = rig.broker.frames.at(-1) ?? Buffer.alloc(0)
      expect(frame.equals(sent)).toBe(true)
      expect([got.length, got[0], got[1]]).toEqual([frame.length, frame[0], frame[1]])
      const differ = [...frame].flatMap((byte, i) => {
        const bit = byte ^ (got[i] as number)
        return bit === 0 ? [] : [i * 8 + Math.log2(bit)]
      })
      expect(differ.length).toBe(1)
      expect(Number.isInteger(differ[0])).toBe(true)
      turned.push(differ[0] as number)
    }
    return turned
  }
  const first = await bits()
  expect(new Set(first).size).toBeGreaterThan(10)
  expect(await bits()).toEqual(first)
})

it('a share is a share: of 2,000 packets a tenth arrives twice, a tenth corrupted, a tenth late', async () => {
  const rig = await rigWith({ duplicate: 0.1, corrupt: 0.1, reorder: { p: 0.1, by: '5ms' } })
  for (let n = 1; n <= 2000; n++) {
    rig.client.send(publishFrame(0, 0, n))
    rig.clock.advance(10)
  }
  const share = (holds: (p: (typeof rig.transits)[number]) => boolean) =>
    rig.transits.filter(holds).length / 2000
  expect(share((p) => p.altered === 'duplicate')).toBeCloseTo(0.1, 1)
  expect(share((p) => p.altered === 'corrupt')).toBeCloseTo(0.1, 1)
  expect(share((p) => p.settledMs - p.sentMs === 5)).toBeCloseTo(0.1, 1)
})

it('reorder: what other clients send later is there first; on its own connection nothing overtakes', async () => {
  const slow = await rigWith({ reorder: { p: 1, by: '200ms' } }, {}, 'slow')
  slow.client.send(publishFrame(0, 0, 1))
  slow.clock.advance(100)
  slow.client.send(publishFrame(0, 0, 2))
  slow.clock.advance(1000)
  const arrivals = slow.settled.map((p) => p.settledMs)
  expect(arrivals).toEqual([0, 200, 300])
  expect(slow.broker.delivered.length + slow.broker.frames.length).toBe(3)
})

it('partition: nothing arrives while it lasts, and all of it afterwards, in order; the end of a connection too', async () => {
  const rig = await rigWith({
    partitions: [
      { at: '1s', for: '2s' },
      { at: '3s', for: '500ms' },
    ],
  })
  rig.clock.advance(1000)
  rig.client.send(publishFrame(0, 0, 1))
  rig.clock.advance(1500)
  rig.client.send(publishFrame(0, 0, 2))
  rig.ends?.client.end()
  await tick()
  rig.clock.advance(900)
  expect(rig.broker.frames.length).toBe(1)
  expect(rig.broker.ended).toBe(false)
  rig.clock.advance(200)
  await tick()
  expect(rig.settled.map((p) => p.settledMs)).toEqual([0, 3500, 3500])
  expect(rig.broker.frames.length).toBe(3)
  expect(rig.broker.ended).toBe(true)
})

it('half-open: what is sent is gone and neither end is told; a new connection works beside the old one', async () => {
  const rig = await rigWith({ halfOpen: '5s' }, { recovery: { mode: 'reconnect', timeout: '1s' } })
  rig.broker.send(connackFrame(false))
  const old = rig.broker
  const oldClient = rig.ends?.client
  rig.clock.advance(5000)
  rig.client.send(publishFrame(1, 1, 1))
  rig.clock.advance(60_000)
  expect(old.frames.length).toBe(1)
  expect(old.ended).toBe(false)
  expect(oldClient?.destroyed).toBe(false)

  rig.client = new TinyEndpoint()
  rig.broker = new TinyEndpoint()
  rig.broker.answering = false
  await rig.open()
  rig.client.send(connectFrame(true))
  rig.client.send(publishFrame(1, 1, 1))
  rig.clock.advance(1)
  expect(rig.broker.frames.length).toBe(2)
  // The broker still believes in the old connection, and what it writes there reaches nobody.
  expect(old.ended).toBe(false)
  old.send(publishFrame(0, 0, 9))
  rig.clock.advance(1)
  expect(rig.client.frames).toEqual([])
  rig.link.close()
  await tick()
  expect(old.ended).toBe(true)
})

it('slow close: the broker hears late that the client has gone, even when it has come back meanwhile', async () => {
  const rig = await rigWith({ slowClose: '3s' })
  const old = rig.broker
  rig.ends?.client.end()
  await tick()
  rig.clock.advance(1000)
  expect(old.ended).toBe(false)
  rig.client = new TinyEndpoint()
  rig.broker = new TinyEndpoint()
  await rig.open()
  rig.client.send(connectFrame(true))
  rig.clock.advance(1)
  expect(rig.broker.frames.length).toBe(1)
  expect(old.ended).toBe(false)
  rig.clock.advance(2500)
  await tick()
  expect(old.ended).toBe(true)
  expect(rig.broker.ended).toBe(false)
})
