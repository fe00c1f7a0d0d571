import { connect as netConnect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { atOnce } from '../../../../electron/engine/base/slices'
import { Kept } from '../../../../electron/engine/simulation/broker/kept'
import { Message } from '../../../../electron/engine/simulation/broker/message'
import { Router } from '../../../../electron/engine/simulation/broker/router'
import { Sessions } from '../../../../electron/engine/simulation/broker/sessions'
import { DEFAULT_LIMITS } from '../../../../electron/engine/simulation/broker/types'
import { bench, ManualClock, RawClient, settle, type Bench } from './raw-client'
import { ALONE, request } from '../../../helpers/kept-alone'
import { until } from '../../../helpers/until'

let b: Bench | undefined
afterEach(async () => {
  await b?.broker.close()
  b = undefined
})

const levels = (n: number, level = 'a'): string => Array.from({ length: n }, () => level).join('/')

describe('levels of a topic', () => {
  const limits = { topicLevels: 5 }

  it('beyond the limit: a filter gets 0x8F in SUBACK, 0x80 in MQTT 3.1.1, and the others are granted', async () => {
    b = bench({ limits })
    for (const [level, code] of [
      [5, 0x8f],
      [4, 0x80],
    ] as const) {
      const c = await RawClient.connected(b, `c${level}`, { level })
      const filters = [levels(5), levels(6), `${levels(5)}/#`, '+/+/#', levels(2000), `$share/g/${levels(6)}`]
      c.send({
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: filters.map((topic) => ({ topic, qos: 1 as const })),
      })
      await settle()
      expect(c.of('suback')[0]?.granted).toEqual([1, code, code, 1, code, code])
      expect(b.broker.session(`c${level}`)?.subscriptions).toHaveLength(2)
    }
    const share = await RawClient.connected(b, 'share', { level: 5 })
    share.subscribe(`$share/g/${levels(5)}`, 1)
    await settle()
    expect(share.of('suback')[0]?.granted).toEqual([1])
    share.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: [levels(2000), `$share/g/${levels(5)}`] })
    await settle()
    expect(share.of('unsuback')[0]?.granted).toEqual([0x11, 0])
    expect(b.logs.map((l) => l.note.key)).toContain('broker-too-many-levels')
  })

  it('beyond the limit: PUBLISH gets 0x90, and where no acknowledgement can say it, the connection ends', async () => {
    b = bench({ limits })
    const five = await RawClient.connected(b, 'five', { level: 5 })
    five.publish(levels(6), 'x', 1, 1)
    five.publish(levels(6), 'x', 2, 2)
    five.publish(levels(5), 'x', 1, 3)
    await settle()
    expect(five.of('puback').map((p) => [p.messageId, p.reasonCode])).toEqual([
      [1, 0x90],
      [3, 0],
    ])
    expect(five.of('pubrec').map((p) => [p.messageId, p.reasonCode])).toEqual([[2, 0x90]])
    expect(b.broker.session('five')?.receiving).toBe(0)
    five.publish(levels(6), 'x', 0)
    await settle()
    expect(five.of('disconnect')[0]?.reasonCode).toBe(0x90)
    const four = await RawClient.connected(b, 'four')
    four.publish(levels(6), 'x', 1, 1)
    await settle()
    expect(four.closed).toBe(true)
    expect(four.of('puback')).toEqual([])
  })

  it('beyond the limit: a will is refused with 0x90', async () => {
    b = bench({ limits })
    const will = { topic: levels(6), payload: Buffer.from('x'), qos: 0 as const, retain: false }
    const five = await RawClient.connected(b, 'five', { level: 5, will })
    expect(five.of('connack')[0]?.reasonCode).toBe(0x90)
    const four = await RawClient.connected(b, 'four', { will })
    expect([four.of('connack'), four.closed]).toEqual([[], true])
  })

  it('are 128 unless the scenario says otherwise', async () => {
    b = bench()
    const c = await RawClient.connected(b, 'c', { level: 5 })
    c.subscribe(levels(128), 0, 1)
    c.subscribe(levels(129), 0, 2)
    await settle()
    expect(c.of('suback').map((p) => p.granted)).toEqual([[0], [0x8f]])
  })
})

describe('a SUBSCRIBE', () => {
  it('of more filters in one packet than allowed ends the connection with 0x97', async () => {
    b = bench({ limits: { filtersPerSubscribe: 3 } })
    for (const cmd of ['subscribe', 'unsubscribe'] as const) {
      const c = await RawClient.connected(b, cmd, { level: 5 })
      const send = (n: number): void => {
        const filters = Array.from({ length: n }, (_, i) => `f${i}`)
        if (cmd === 'unsubscribe') c.send({ cmd, messageId: 1, unsubscriptions: filters })
        else
          c.send({ cmd, messageId: 1, subscriptions: filters.map((topic) => ({ topic, qos: 0 as const })) })
      }
      send(3)
      await settle()
      expect(c.of(cmd === 'subscribe' ? 'suback' : 'unsuback')).toHaveLength(1)
      send(4)
      await settle()
      expect(c.of('disconnect').map((p) => p.reasonCode)).toEqual([0x97])
    }
  })
})

describe('a message on its way to many', () => {
  function many(): { sessions: Sessions; router: Router } {
    const router = new Router()
    const kept = new Kept(DEFAULT_LIMITS, ALONE)
    const outbox = { kept, nowMs: () => 0, warn: () => undefined, removeExpired: () => undefined }
    return {
      router,
      sessions: new Sessions({
        router,
        outbox,
        publishWill: () => undefined,
        willWithdrawn: () => undefined,
        later: (_session, steps) => atOnce(steps),
      }),
    }
  }

  it('goes to those who had subscribed when it came and still do, once, also when they subscribe again', () => {
    const { router, sessions } = many()
    const clock = new ManualClock()
    const of = Array.from({ length: 900 }, (_, i) => sessions.open(`c${i}`, false, Infinity, clock).session)
    const first = of.slice(0, 600)
    for (const s of first) sessions.subscribe(s, request('t'), 1)
    const steps = router.route(
      new Message({ id: 1, topic: 't', payload: Buffer.from('x'), qos: 1, retain: false }),
    )
    // Some deliveries have been made, most have not.
    for (let i = 0; i < 40; i++) expect(steps.next().done).toBe(false)
    const delivered = first.filter((s) => s.outbox.queued > 0).length
    expect(delivered).toBeGreaterThan(0)
    expect(delivered).toBeLessThan(300)
    const [gone, again, back, late] = [
      of.slice(300, 400),
      of.slice(400, 500),
      of.slice(500, 600),
      of.slice(600),
    ]
    for (const s of [...gone, ...back]) sessions.unsubscribe(s, 't')
    for (const s of [...again, ...back, ...late]) sessions.subscribe(s, request('t'), 1)
    atOnce(steps)
    const got = (all: typeof of): number[] => [...new Set(all.map((s) => s.outbox.queued))]
    expect(got(of.slice(0, 300))).toEqual([1])
    expect([got(again), got(gone), got(back), got(late)]).toEqual([[1], [0], [0], [0]])
  })

  it('goes once to a client with several filters, at the highest QoS and with all identifiers, whatever comes and goes meanwhile', () => {
    const { router, sessions } = many()
    const clock = new ManualClock()
    const filters = ['a/b', 'a/+', '+/b', '#']
    const all = Array.from({ length: 400 }, (_, i) => sessions.open(`c${i}`, false, Infinity, clock).session)
    const subscribe = (s: (typeof all)[number], k: number, qos: 1 | 2): boolean =>
      sessions.subscribe(s, { ...request(filters[k] as string), identifier: k + 1 }, qos)
    // Client i has the filters whose bits i has.
    for (const [i, s] of all.entries()) {
      for (let k = 0; k < 4; k++) if (((i >> k) & 1) === 1) subscribe(s, k, k === 2 ? 2 : 1)
    }
    const copies = new Map<string, unknown[]>()
    for (const { outbox, clientId } of all) {
      const deliver = outbox.deliver.bind(outbox)
      outbox.deliver = (copy) => {
        copies.set(clientId, [...(copies.get(clientId) ?? []), [copy.qos, [...copy.ids].sort()]])
        deliver(copy)
      }
    }
    const message = (id: number): Message =>
      new Message({ id, topic: 'a/b', payload: Buffer.from('x'), qos: 2, retain: false })
    const due = (i: number): unknown[] => {
      const ids = filters.flatMap((_, k) => (((i >> k) & 1) === 1 ? [k + 1] : []))
      return ids.length === 0 ? [] : [[ids.includes(3) ? 2 : 1, ids]]
    }
    atOnce(router.route(message(1)))
    expect(all.map((s) => copies.get(s.clientId) ?? [])).toEqual(all.map((_, i) => due(i)))
    // Now those with all four filters give one up, or subscribe again, at each step.
    copies.clear()
    const steps = router.route(message(2))
    const four = all.filter((_, i) => (i & 15) === 15)
    const others = all.filter((_, i) => (i & 15) !== 15)
    for (let n = 0; steps.next().done !== true; n++) {
      const s = four[n % four.length] as (typeof all)[number]
      sessions.unsubscribe(s, filters[n % 4] as string)
      subscribe(s, (n + 1) % 4, 1)
    }
    expect(four.map((s) => copies.get(s.clientId)?.length)).toEqual(four.map(() => 1))
    expect(others.map((s) => copies.get(s.clientId)?.length ?? 0)).toEqual(
      all.flatMap((_, i) => ((i & 15) === 15 ? [] : [due(i).length])),
    )
  })
})

/** Clients over TCP: those whose work takes turns. */
async function joined(on: Bench, port: number, id: string): Promise<RawClient> {
  const c = new RawClient(netConnect(port, '127.0.0.1'))
  c.connect(id)
  await until(() => on.broker.client(id) !== null && c.got.length > 0)
  return c
}

describe('a client over TCP', () => {
  it('whose messages match thousands of filters waits for them, in order, while others are served', async () => {
    const on = (b = bench())
    const { port } = await on.broker.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
    const [taker, flooder, one, two] = await Promise.all(
      ['taker', 'flooder', 'one', 'two'].map((id) => joined(on, port, id)),
    )
    if (!taker || !flooder || !one || !two) throw new Error('not connected')
    const filters = Array.from({ length: 4096 }, (_, n) =>
      Array.from({ length: 12 }, (_, i) => (((n >> i) & 1) === 0 ? 'a' : '+')).join('/'),
    )
    for (let i = 0; i < filters.length; i += 512) {
      const subscriptions = filters.slice(i, i + 512).map((topic) => ({ topic, qos: 0 as const }))
      taker.send({ cmd: 'subscribe', messageId: i + 1, subscriptions })
    }
    two.subscribe('probe', 0)
    await until(() => taker.of('suback').length === 8 && two.of('suback').length === 1)
    on.ingress.length = 0
    const total = 30
    for (let i = 0; i < total; i++) flooder.publish(levels(12), `${i}`, 0)
    one.publish('probe', 'x', 0)
    await until(() => taker.of('publish').length === total && two.of('publish').length === 1)
    expect(taker.payloads()).toEqual(Array.from({ length: total }, (_, i) => `${i}`))
    // The flooder was read no further while its messages were under way.
    const turn = on.ingress.findIndex((e) => e.clientId === 'one')
    expect(turn).toBeLessThan(10)
    expect(on.ingress).toHaveLength(total + 1)
  })

  it('whose session of thousands of filters ends is forgotten in turns, and its filters with it', async () => {
    const on = (b = bench())
    const { port } = await on.broker.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
    const filters = Array.from({ length: 8000 }, (_, i) => `f/${i}/+`)
    const leaver = await joined(on, port, 'leaver')
    for (let i = 0; i < filters.length; i += 1000) {
      const subscriptions = filters.slice(i, i + 1000).map((topic) => ({ topic, qos: 1 as const }))
      leaver.send({ cmd: 'subscribe', messageId: i + 1, subscriptions })
    }
    await until(() => leaver.of('suback').length === 8)
    leaver.stream.destroy()
    await until(() => on.broker.session('leaver') === null)
    expect(on.broker.kept().subscriptions).toBe(0)
    // Messages on their filters go nowhere, before and after these are gone.
    const other = await joined(on, port, 'other')
    other.subscribe('f/#', 0)
    for (let i = 0; i < 50; i++) other.publish(`f/${i * 160}/x`, `${i}`, 0)
    await until(() => other.of('publish').length === 50)
    expect(on.logs.filter((l) => l.level === 'error')).toEqual([])
  })

  it('that asks for retained messages with hundreds of filters does not keep another from connecting', async () => {
    const on = (b = bench())
    const { port } = await on.broker.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
    for (let i = 0; i < 5000; i++) {
      on.broker.publish({ topic: `x${i}/y`, payload: 'v', retain: true })
    }
    on.broker.publish({ topic: 'here/z', payload: 'found', retain: true })
    const asker = await joined(on, port, 'asker')
    const subscriptions = Array.from({ length: 300 }, () => ({ topic: '+/z', qos: 0 as const }))
    asker.send({ cmd: 'subscribe', messageId: 1, subscriptions }, { cmd: 'pingreq' })
    const other = await joined(on, port, 'other')
    expect(other.of('connack')).toHaveLength(1)
    expect(asker.of('pingresp')).toHaveLength(0)
    await until(() => asker.of('pingresp').length === 1)
    expect(asker.payloads()).toEqual(Array.from({ length: 300 }, () => 'found'))
  })
})
