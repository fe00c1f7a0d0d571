import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FilterError } from '../../../../electron/contract/packet-filter'
import { createCapture } from '../../../../electron/engine/observe/capture/capture'
import { Bench, dup, frameOf, puback, publishFrame } from './wire'

describe('the ring', () => {
  it('keeps the last packets and never more', () => {
    const b = new Bench(100)
    for (let i = 0; i < 250; i++) b.pass('c', 'uplink', publishFrame({ topic: `t${i}` }))
    expect([b.capture.seen, b.capture.kept]).toEqual([250, 100])
    expect(b.capture.row(150)).toBeUndefined()
    expect(b.capture.row(151)).toMatchObject({ seq: 151, topic: 't150' })
    expect(b.capture.row(251)).toBeUndefined()
  })

  it('keeps no more bytes than allowed, cutting long packets once it overwrites', () => {
    const b = new Bench(1000, 64 * 1024)
    const long = publishFrame({ topic: 'long', payload: Buffer.alloc(10_000, 1) })
    b.pass('c', 'uplink', long)
    expect(b.capture.detail(1)?.bytes.length).toBe(long.length)
    for (let i = 0; i < 50; i++) b.pass('c', 'uplink', long)
    expect(b.capture.kept).toBeLessThanOrEqual(16)
    const last = b.capture.detail(51)!
    expect([last.bytes.length, last.fullBytes]).toEqual([4096, long.length])
    expect(Buffer.from(last.bytes).equals(long.subarray(0, 4096))).toBe(true)
  })

  it('gives back exactly the bytes that were sent, whatever their sizes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { minLength: 1, maxLength: 200 }), (sizes) => {
        const b = new Bench(50, 16_384)
        const sent = sizes.map((n, i) => publishFrame({ topic: `t${i % 7}`, payload: Buffer.alloc(n, i) }))
        for (const f of sent) b.pass(`c${f.length % 5}`, 'uplink', f)
        for (let seq = b.capture.seen - b.capture.kept + 1; seq <= b.capture.seen; seq++) {
          const d = b.capture.detail(seq)!
          expect(Buffer.from(d.bytes).equals(sent[seq - 1]!)).toBe(true)
          expect(d.row.topic).toBe(`t${(seq - 1) % 7}`)
          expect(d.row.clientId).toBe(`c${sent[seq - 1]!.length % 5}`)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('counts every packet by type, and the lost ones', () => {
    const b = new Bench()
    b.pass('c', 'uplink', publishFrame({ qos: 1 }))
    b.drop('c', 'downlink', puback(1))
    b.drop('c', 'uplink', publishFrame())
    const { PUBLISH, PUBACK, PUBREL } = b.capture.counts()
    expect({ PUBLISH, PUBACK, PUBREL }).toEqual({
      PUBLISH: { sent: 2, lost: 1 },
      PUBACK: { sent: 1, lost: 1 },
      PUBREL: { sent: 0, lost: 0 },
    })
    expect(b.capture.lost).toBe(2)
  })

  it('updates a packet when it settles, found by its transit even out of order', () => {
    const b = new Bench()
    const held = b.send('c', 'uplink', publishFrame({ topic: 'h' }), { id: 50, state: 'held' })
    const late = b.send('c', 'uplink', publishFrame({ topic: 'l' }), { id: 20 })
    const next = b.send('c', 'uplink', publishFrame({ topic: 'n' }), { id: 90, settledMs: 40 })
    expect(b.row(1)).toMatchObject({ fate: 'held', settledMs: null })
    expect(b.row(3)).toMatchObject({ fate: 'transit', settledMs: null })
    expect([1, 2, 3].map((s) => b.capture.transitId(s))).toEqual([50, 20, 90])
    b.clock.ms = 9
    b.lose(late, 'rule')
    b.arrive(next)
    b.lose(held, 'step')
    expect(b.row(1)).toMatchObject({ fate: 'lost', reason: 'step', topic: 'h', settledMs: 9, lossPoint: 0.5 })
    expect(b.row(2)).toMatchObject({ fate: 'lost', reason: 'rule', topic: 'l' })
    expect(b.row(3)).toMatchObject({ fate: 'delivered', topic: 'n' })
    expect(b.exchange(1).verdict).toBe('lost')
  })

  it('forgets on clear, and numbers go on', () => {
    const b = new Bench()
    b.pass('c', 'uplink', publishFrame({ qos: 1, id: 1 }))
    const flying = b.send('c', 'downlink', puback(1))
    b.capture.clear()
    b.arrive(flying)
    expect([b.capture.seen, b.capture.kept, b.all().packets.length]).toEqual([2, 0, 0])
    b.pass('c', 'uplink', publishFrame({ qos: 1, id: 1 }))
    expect(b.row(3).exchange).not.toBeNull()
    b.capture.restart()
    expect([b.capture.seen, b.capture.kept, b.capture.counts().PUBLISH.sent]).toEqual([0, 0, 0])
  })

  it('gives the last packets of one client, newest first', () => {
    const b = new Bench(50)
    for (let i = 0; i < 100; i++) b.pass(`c${i % 3}`, 'uplink', publishFrame())
    expect(b.capture.recent('c0', 3).map((r) => r.seq)).toEqual([100, 97, 94])
    expect(b.capture.recent('c0', 100).length).toBe(17)
    expect(b.capture.recent('nobody', 3)).toEqual([])
  })

  it('resolves topic aliases within a connection', () => {
    const b = new Bench()
    b.connect('c', true, false, 5)
    const aliased = (topic: string) =>
      frameOf(
        {
          cmd: 'publish',
          topic,
          payload: 'x',
          qos: 0,
          dup: false,
          retain: false,
          properties: { topicAlias: 4 },
        },
        5,
      )
    b.pass('c', 'uplink', aliased('long/topic'), { level: 5 })
    b.pass('c', 'uplink', aliased(''), { level: 5 })
    expect(b.row().topic).toBe('long/topic')
    b.connect('c', true, false, 5)
    b.pass('c', 'uplink', aliased(''), { level: 5 })
    expect(b.row().topic).toBe('')
  })

  it('keeps no password', () => {
    for (const level of [4, 5] as const) {
      const b = new Bench()
      const connect = frameOf(
        {
          cmd: 'connect',
          clientId: 'c',
          clean: true,
          keepalive: 9,
          protocolId: 'MQTT',
          protocolVersion: level,
          username: 'ann',
          password: Buffer.from('hunter2'),
          will: { topic: 'w', payload: Buffer.from('gone'), qos: 1, retain: false },
        },
        level,
      )
      b.pass('c', 'uplink', connect, { level })
      const detail = b.capture.detail(1)!
      const text = Buffer.from(detail.bytes).toString('latin1')
      expect(text).toBe(connect.toString('latin1').replace('hunter2', '*******'))
      expect(connect.includes('hunter2')).toBe(true)
      expect(Buffer.from(b.capture.pcapng('').bytes).includes('hunter2')).toBe(false)
      expect(detail.fields.find((f) => f.key === 'userName')?.value).toBe('ann')
    }
  })

  it('takes any bytes without a throw', () => {
    const bytes = fc.uint8Array({ minLength: 2, maxLength: 40 }).map((u) => Buffer.from(u))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(bytes, fc.boolean(), fc.constantFrom(3, 4, 5)), { maxLength: 20 }),
        (all) => {
          const b = new Bench()
          for (const [frame, up, level] of all) b.pass('c', up ? 'uplink' : 'downlink', frame, { level })
          expect(b.all().packets.length).toBe(all.length)
          b.capture.pcapng('')
        },
      ),
      { numRuns: 300 },
    )
  })

  it('forgets clients that are gone with their packets', () => {
    const b = new Bench(20)
    for (let i = 0; i < 500; i++) {
      const clientId = `c${i}`
      b.connect(clientId)
      b.pass(clientId, 'uplink', publishFrame({ topic: `t${i}` }))
      b.event({ kind: 'closed', clientId, atMs: b.clock.ms, by: 'client' })
    }
    for (let i = 0; i < 100; i++) b.pass('stays', 'uplink', publishFrame())
    const inner = b.capture as unknown as { state: { clients: { size: number }; topics: { size: number } } }
    expect(inner.state.clients.size).toBeLessThan(40)
    expect(inner.state.topics.size).toBeLessThan(40)
  })

  it('has the capacity that was asked for by default', () => {
    const capture = createCapture({ clock: { epochMs: 0, now: () => 0 } })
    expect([capture.seen, capture.kept, capture.lost]).toEqual([0, 0, 0])
  })
})

describe('query', () => {
  const filled = (): Bench => {
    const b = new Bench(1000)
    for (let i = 0; i < 30; i++) {
      const publish = publishFrame({ qos: 1, id: i + 1, topic: i % 2 ? 'odd/x' : 'even/x', payload: `${i}` })
      b.pass(`c${i % 3}`, 'uplink', publish)
      if (i % 5 === 0) {
        b.drop(`c${i % 3}`, 'downlink', puback(i + 1))
        b.pass(`c${i % 3}`, 'uplink', dup(publish), { attempt: 2 })
      }
      b.pass(`c${i % 3}`, 'downlink', puback(i + 1))
    }
    return b
  }

  it('finds packets by what their exchange says, with exchanges and journeys', () => {
    const { capture } = filled()
    const retried = capture.latest('verdict:retried', 1000)
    expect(retried.packets.length).toBe(24)
    expect(retried.exchanges.map((e) => e.retries)).toEqual([1, 1, 1, 1, 1, 1])
    expect(retried.journeys.length).toBe(6)
    expect(capture.latest('topic:odd/# type:PUBACK', 1000).packets.length).toBe(18)
    expect(capture.latest('client:c1 fate:lost', 1000).packets.map((p) => p.clientId)).toEqual(['c1', 'c1'])
  })

  it('pages backwards and forwards without gap or overlap', () => {
    const { capture } = filled()
    const all = capture.latest('type:PUBLISH', 1000).packets.map((p) => p.seq)
    const filter = 'type:PUBLISH'
    const back: number[] = []
    for (let before: number | undefined; ;) {
      const page = capture.query({ filter, before, limit: 7 }).packets.map((p) => p.seq)
      if (page.length === 0) break
      back.unshift(...page)
      before = page[0]
    }
    expect(back).toEqual(all)
    const on: number[] = []
    for (let after = 0; ;) {
      const page = capture.query({ filter, after, limit: 7 }).packets.map((p) => p.seq)
      if (page.length === 0) break
      on.push(...page)
      after = page.at(-1)!
    }
    expect(on).toEqual(all)
  })

  it('keeps to a stretch of time, and looks at nothing outside it', () => {
    const { capture } = filled()
    const all = capture.latest('', 1000).packets
    const [a, b] = [all[10]!.sentMs, all[20]!.sentMs]
    const query = `time:${a / 1000}..${b / 1000}s`
    const inside = all.filter((p) => p.sentMs >= a && p.sentMs < b).map((p) => p.seq)
    expect(inside.length).toBeGreaterThan(3)
    expect(capture.latest(query, 1000).packets.map((p) => p.seq)).toEqual(inside)
    const after = capture.query({ filter: query, after: inside[1]!, limit: 2 })
    expect(after.packets.map((p) => p.seq)).toEqual(inside.slice(2, 4))
    expect(capture.query({ filter: query, before: inside[0]!, limit: 9 }).packets).toEqual([])
    expect(capture.pcapng(query).packets).toBe(inside.length)
    expect(capture.latest(`${query} time:..0.001`, 9).packets).toEqual([])
  })

  it('refuses a filter that cannot be read', () => {
    expect(() => filled().capture.latest('colour:red', 1)).toThrow(FilterError)
  })
})
