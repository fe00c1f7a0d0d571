import { describe, expect, it } from 'vitest'
import { atOnce, Slicer, STEP, type Steps } from '../../../electron/engine/base/slices'
import { Bench, publishFrame, puback } from './capture/wire'

/** A slicer on a clock that every step moves on by 1 ms; what it does between slices is written down. */
function setUp(sliceMs = 4, rest = 0) {
  let ms = 0
  const pauses: number[] = []
  const slicer = new Slicer({
    now: () => ms,
    pause: async (forMs) => void pauses.push(forMs),
    sliceMs,
    rest,
  })
  const timed = function* <T>(steps: Steps<T>, log: (packets: number) => void = () => undefined): Steps<T> {
    for (;;) {
      const step = steps.next()
      if (step.done) return step.value
      log(step.value)
      ms++
      yield step.value
    }
  }
  return { slicer, pauses, timed }
}
const here = new AbortController().signal

/** A full ring: many packets of one client, a few of another, and one that is open. */
function full(): Bench {
  const b = new Bench(5000)
  for (let i = 0; i < 40; i++) b.pass('few', 'uplink', publishFrame({ topic: 'few' }))
  for (let i = 0; i < 4000; i++) b.pass(`many-${i % 5}`, 'uplink', publishFrame({ topic: `t/${i % 9}` }))
  b.pass('few', 'uplink', publishFrame({ topic: 'few', qos: 1, id: 7 }))
  return b
}
const looked = async (b: Bench, filter: string, limit = 10): Promise<{ packets: number; most: number }> => {
  const { slicer, timed } = setUp()
  let packets = 0
  let most = 0
  const steps = timed(b.capture.querySteps({ filter, limit }), (n) => (most = Math.max(most, n)))
  await slicer.run(steps, here, (n) => (packets = n))
  return { packets, most }
}

describe('long work', () => {
  it('goes in slices by turns, and rests in proportion', async () => {
    const { slicer, pauses, timed } = setUp(4, 1)
    const order: string[] = []
    const job = function* (name: string): Steps<string> {
      for (let i = 0; i < 8; i++) {
        order.push(name)
        yield 1
      }
      return name
    }
    const worked: number[] = []
    const both = ['a', 'b'].map((n) => slicer.run(timed(job(n)), here, (p) => worked.push(p)))
    expect(await Promise.all(both)).toEqual(['a', 'b'])
    expect(order.join('')).toBe('aaaabbbbaaaabbbb')
    expect(worked).toEqual([8, 8])
    expect(Math.max(...pauses)).toBe(4)
  })

  it('ends when the page goes, and hands on what fails', async () => {
    const { slicer, timed } = setUp()
    const gone = new AbortController()
    let steps = 0
    const endless = function* (): Steps<never> {
      for (;;) {
        if (++steps === 10) gone.abort()
        yield 1
      }
    }
    await expect(slicer.run(timed(endless()), gone.signal, () => undefined)).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect(steps).toBe(10)
    const failing = function* (): Steps<never> {
      yield 1
      throw new Error('broken')
    }
    await expect(slicer.run(timed(failing()), here, () => undefined)).rejects.toThrow('broken')
  })
})

describe('a query of a full ring', () => {
  it('looks at few packets at a stretch, and at all only where it must', async () => {
    const b = full()
    expect(await looked(b, 'topic:zzz/none')).toEqual({ packets: b.capture.kept, most: STEP })
  })

  it('looks at one client’s packets alone where it names the client', async () => {
    const b = full()
    expect((await looked(b, 'client:few type:PUBACK')).packets).toBe(41)
    expect((await looked(b, 'client:few,many-1 type:PUBACK')).packets).toBe(841)
    expect((await looked(b, 'client:nobody')).packets).toBe(0)
  })

  it('finds the same by the client’s packets as by all', () => {
    const b = full()
    const seqs = (q: Parameters<typeof b.capture.query>[0]) => b.capture.query(q).packets.map((p) => p.seq)
    for (const where of [{}, { before: 3000 }, { after: 20 }, { after: 2000, before: 3500 }]) {
      for (const limit of [0, 1, 7, 500]) {
        const named = seqs({ filter: 'client:few,many-2', limit, ...where })
        const pattern = seqs({ filter: 'client:fe*w,many-2*', limit, ...where })
        expect(named, JSON.stringify({ where, limit })).toEqual(pattern)
      }
    }
  })

  it('is of what was captured when it was asked', async () => {
    const b = full()
    const steps = b.capture.querySteps({ filter: 'client:few', limit: 5000 })
    b.pass('few', 'uplink', publishFrame({ topic: 'late' }))
    const { slicer, timed } = setUp()
    const { packets } = await slicer.run(timed(steps), here, () => undefined)
    expect(packets).toHaveLength(41)
    expect(packets.some((p) => p.topic === 'late')).toBe(false)
  })
})

it('the open exchanges of a client are found without a search', () => {
  const b = full()
  const open = () => b.capture.inFlight('few', 200)
  expect(open().map(({ exchange, packets }) => [exchange.packetId, packets.map((p) => p.type)])).toEqual([
    [7, ['PUBLISH']],
  ])
  b.pass('few', 'downlink', puback(7))
  expect(open()).toEqual([])
  expect(b.capture.inFlight('nobody', 200)).toEqual([])
})

describe('a capture file', () => {
  it('that is overtaken by the ring says what is missing in it', () => {
    const b = new Bench(100)
    for (let i = 0; i < 100; i++) b.pass('c', 'uplink', publishFrame({ topic: `t${i}` }))
    const steps = b.capture.export('').next()
    steps.next()
    for (let i = 0; i < 60; i++) b.pass('c', 'uplink', publishFrame({ topic: 'new' }))
    const { bytes, packets, done } = atOnce(steps)
    expect([packets, done]).toEqual([72, true])
    expect(Buffer.from(bytes).toString('latin1')).toContain('28 packets before this one left the capture')
  })

  it('is made part by part, and only the part that is read', () => {
    const b = new Bench(5000, 8 << 20)
    for (let i = 0; i < 3000; i++)
      b.pass('c', 'uplink', publishFrame({ topic: 't', payload: Buffer.alloc(1000) }))
    const file = b.capture.export('')
    const parts: Uint8Array[] = []
    for (let done = false; !done;) {
      const part = atOnce(file.next())
      parts.push(part.bytes)
      done = part.done
    }
    const sizes = parts.map((p) => p.length)
    expect(sizes.length).toBeGreaterThan(1)
    expect(Math.max(...sizes)).toBeLessThan(1.3 * 1024 * 1024)
    expect(Buffer.concat(parts).equals(b.capture.pcapng('').bytes)).toBe(true)
  })
})
