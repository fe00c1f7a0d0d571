import { describe, expect, it } from 'vitest'
import { Bench, dup, puback, publishFrame } from './wire'

describe('watch', () => {
  it('gives what is new once, and again when it changed', () => {
    const b = new Bench()
    b.pass('c', 'uplink', publishFrame({ payload: 'before' }))
    const w = b.capture.watch('')
    const flying = b.send('c', 'uplink', publishFrame({ qos: 1, id: 1 }))
    const first = w.take(100)
    expect(first.packets.map((p) => [p.seq, p.fate])).toEqual([[2, 'transit']])
    expect(first.exchanges.map((e) => e.verdict)).toEqual(['open'])
    expect([first.matched, first.shown]).toEqual([1, 1])
    expect(w.take(100).packets).toEqual([])
    b.arrive(flying)
    b.pass('c', 'downlink', puback(1))
    const second = w.take(100)
    expect(second.packets.map((p) => [p.seq, p.fate, p.effect])).toEqual([
      [2, 'delivered', 'passed-on'],
      [3, 'delivered', 'none'],
    ])
    expect(second.exchanges.map((e) => e.verdict)).toEqual(['complete'])
    expect([second.matched, second.shown]).toEqual([2, 2])
  })

  it('gives changes of packets that came before it, without counting them', () => {
    const b = new Bench()
    b.connect('c', false)
    const early = b.send('c', 'uplink', publishFrame({ qos: 1, id: 1 }))
    b.pass('c', 'uplink', publishFrame({ qos: 1, id: 2 }))
    const w = b.capture.watch('type:PUBLISH')
    b.arrive(early)
    b.event({
      kind: 'gave-up',
      clientId: 'c',
      atMs: 9,
      direction: 'uplink',
      packetId: 2,
      type: 3,
      attempts: 4,
    })
    const batch = w.take(10)
    expect(batch.packets.map((p) => [p.seq, p.fate])).toEqual([[3, 'delivered']])
    expect(batch.exchanges.map((e) => e.verdict).sort()).toEqual(['gave-up', 'open'])
    expect([batch.matched, batch.shown]).toEqual([0, 0])
  })

  it('gives an exchange again when only its verdict changed', () => {
    const b = new Bench()
    b.connect('c', false)
    const w = b.capture.watch('type:PUBLISH')
    b.pass('c', 'uplink', publishFrame({ qos: 1, id: 1 }))
    w.take(10)
    b.event({
      kind: 'gave-up',
      clientId: 'c',
      atMs: 9,
      direction: 'uplink',
      packetId: 1,
      type: 3,
      attempts: 4,
    })
    const batch = w.take(10)
    expect(batch.packets).toEqual([])
    expect(batch.exchanges.map((e) => e.verdict)).toEqual(['gave-up'])
    expect(batch.marks.map((m) => m.kind)).toEqual(['gave-up'])
  })

  it('tells the publisher who got the message on a leg that is not watched', () => {
    const b = new Bench()
    for (const c of ['pub', 'sub']) b.connect(c)
    const w = b.capture.watch('client:pub')
    b.pass('pub', 'uplink', publishFrame({ payload: '{"_id":"pub:1"}' }))
    expect(w.take(10).journeys[0]?.deliveries).toEqual([])
    b.pass('sub', 'downlink', publishFrame({ payload: '{"_id":"pub:1"}' }))
    const batch = w.take(10)
    expect(batch.packets).toEqual([])
    expect(batch.journeys[0]?.deliveries).toEqual([{ clientId: 'sub', copies: 1 }])
  })

  it('finds packets that come to match when their exchange changes', () => {
    const b = new Bench()
    const w = b.capture.watch('verdict:retried')
    const publish = publishFrame({ qos: 1, id: 1 })
    b.drop('c', 'uplink', publish)
    expect(w.take(10).packets).toEqual([])
    b.pass('c', 'uplink', dup(publish), { attempt: 2 })
    const batch = w.take(10)
    expect(batch.packets.map((p) => p.seq)).toEqual([1, 2])
    expect([batch.matched, batch.shown]).toEqual([2, 2])
    const lost = b.capture.watch('fate:lost')
    const flying = b.send('c', 'uplink', publishFrame())
    expect(lost.take(10).packets).toEqual([])
    b.lose(flying)
    expect(lost.take(10).packets.map((p) => p.seq)).toEqual([3])
  })

  it('shows the newest when there are too many, says of how many, and loses no change of what was shown', () => {
    const b = new Bench(5000)
    const w = b.capture.watch('')
    const flying = Array.from({ length: 1000 }, () => b.send('c', 'uplink', publishFrame()))
    const batch = w.take(50)
    expect(batch.packets.map((p) => p.seq)).toEqual(Array.from({ length: 50 }, (_, i) => 951 + i))
    expect([batch.matched, batch.shown]).toEqual([1000, 50])
    for (const p of flying) b.arrive(p)
    const settled = [w.take(20), w.take(20), w.take(20)].flatMap((x) => x.packets)
    expect(settled.map((p) => [p.seq, p.fate])).toEqual(batch.packets.map((p) => [p.seq, 'delivered']))
  })

  it('makes up for more changes than can be remembered', () => {
    const b = new Bench(200_000, 32 << 20)
    const w = b.capture.watch('')
    const first = b.send('c', 'uplink', publishFrame())
    w.take(10)
    b.arrive(first)
    const frame = publishFrame()
    for (let i = 0; i < 70_000; i++) b.arrive(b.send('d', 'uplink', frame))
    const batch = w.take(10)
    expect(batch.packets[0]).toMatchObject({ seq: 1, fate: 'delivered' })
    expect(batch.packets).toHaveLength(10)
    expect(batch.matched).toBe(70_001)
  })

  it('follows a ring that overtook it', () => {
    const b = new Bench(100)
    const w = b.capture.watch('')
    for (let i = 0; i < 500; i++) b.pass('c', 'uplink', publishFrame())
    const batch = w.take(1000)
    expect(batch.packets.map((p) => p.seq)).toEqual(Array.from({ length: 100 }, (_, i) => 401 + i))
    b.pass('c', 'uplink', publishFrame())
    expect(w.take(1000).packets.map((p) => p.seq)).toEqual([501])
  })

  it('goes on after clear, and gives nothing once closed', () => {
    const b = new Bench()
    const w = b.capture.watch('')
    b.pass('c', 'uplink', publishFrame())
    w.take(10)
    b.pass('c', 'uplink', publishFrame())
    b.capture.clear()
    b.pass('c', 'uplink', publishFrame())
    expect(w.take(10).packets.map((p) => p.seq)).toEqual([3])
    w.close()
    b.pass('c', 'uplink', publishFrame())
    expect(w.take(10).packets).toEqual([])
  })
})
