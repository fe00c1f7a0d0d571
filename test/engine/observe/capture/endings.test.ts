import { connect as netConnect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { SessionMark } from '../../../../electron/contract/model'
import { createCapture, type Capture } from '../../../../electron/engine/observe/capture/capture'
import { Endings } from '../../../../electron/engine/simulation/broker/endings'
import {
  bench,
  ManualClock,
  RawClient,
  settle,
  type Bench,
  type ConnectFields,
} from '../../simulation/broker/raw-client'
import { Bench as CaptureBench, frameOf } from './wire'
import { until } from '../../../helpers/until'

let b: Bench
let capture: Capture
let port = 0

/** A broker with one TCP port, and a capture that is told of all that its clients and it do. */
async function open(options: Parameters<typeof bench>[0] = {}): Promise<void> {
  const clock = new ManualClock()
  capture = createCapture({ clock, packets: 500, bytes: 1 << 18 })
  b = bench(options, { clock, observer: capture, routes: capture })
  port = (await b.broker.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })).port
}

async function client(id: string, fields: ConnectFields = {}): Promise<RawClient> {
  const c = new RawClient(netConnect(port, '127.0.0.1'), fields.level ?? 4)
  c.connect(id, fields)
  await until(() => c.of('connack').length > 0 || c.closed)
  return c
}

const marks = (id?: string): SessionMark['kind'][] =>
  capture
    .latest('', 500)
    .marks.filter((m) => id === undefined || m.clientId === id)
    .map((m) => m.kind)

describe('how a connection ended', () => {
  afterEach(() => b.broker.close())
  const will = { will: { topic: 'w', payload: Buffer.from('gone'), qos: 0, retain: false } }

  it('tells DISCONNECT, which deletes the will, from an end without it, which publishes it', async () => {
    await open()
    const polite = await client('polite', will)
    const rude = await client('rude', will)
    polite.send({ cmd: 'disconnect' })
    rude.stream.destroy()
    await until(() => b.broker.clients().length === 0)
    await settle()
    expect(marks('polite')).toEqual(['connect', 'connack', 'no-will', 'disconnect'])
    expect(marks('rude')).toEqual(['connect', 'connack', 'broken', 'will'])
    expect(capture.latest('', 500).marks.find((m) => m.kind === 'will')?.topic).toBe('w')
    expect(b.logs.map((l) => [l.level, l.note.key])).toEqual([['warn', 'broker-broken']])
  })

  it('keeps the will that a DISCONNECT of MQTT 5 asks for', async () => {
    await open()
    const c = await client('c', { level: 5, ...will })
    c.send({ cmd: 'disconnect', reasonCode: 4 })
    await until(() => b.broker.clients().length === 0)
    await settle()
    expect(marks('c')).toEqual(['connect', 'connack', 'disconnect', 'will'])
  })

  it('names a takeover, and two clients that take one identifier from each other', async () => {
    await open()
    for (let i = 0; i < 6; i++) {
      const c = await client('same')
      await until(() => c.of('connack').length === 1)
    }
    expect(marks('same').filter((k) => k === 'taken-over')).toHaveLength(5)
    expect(marks('same')).not.toContain('disconnect')
    expect(b.logs.filter((l) => l.level === 'warn').map((l) => l.note.key)).toEqual([
      'broker-taken-over',
      'broker-takeover-loop',
    ])
    expect(b.logs.at(-1)?.note.text).toContain('use the client identifier same and disconnect each other')
  })

  it('names the rule for which the broker ends it, on the packet and on the lane', async () => {
    await open()
    const c = await client('c')
    c.publish('hello/+/hi', 'x', 1, 7)
    await until(() => c.closed)
    const { packets, marks: all } = capture.latest('', 500)
    expect(packets.find((p) => p.type === 'PUBLISH')).toMatchObject({
      topic: 'hello/+/hi',
      effect: 'refused',
      refusal: 0x90,
    })
    expect(all.at(-1)).toMatchObject({ kind: 'closed', detail: 0x90 })
    expect(capture.latest('verdict:refused', 500).packets.map((p) => p.type)).toEqual(['PUBLISH'])
  })

  it.each([
    ['PUBACK', 1],
    ['PUBREC', 2],
    ['PUBLISH', 0],
  ] as const)(
    'marks a message that its sender may not publish, though 3.1.1 answers %s',
    async (last, qos) => {
      await open({ users: [{ username: 'u', password: 'p', publish: ['mine/#'], subscribe: ['#'] }] })
      const c = await client('c', { username: 'u', password: Buffer.from('p') })
      c.publish('other', 'x', qos, qos === 0 ? 0 : 7)
      c.publish('mine/t', 'x', qos, qos === 0 ? 0 : 8)
      await until(() => capture.latest('topic:mine/t', 9).packets.length >= (qos === 0 ? 1 : 2))
      const { packets } = capture.latest('', 500)
      expect(packets.filter((p) => p.type === 'PUBLISH').map((p) => [p.effect, p.refusal])).toEqual([
        ['refused', 0x87],
        ['passed-on', null],
      ])
      expect(packets.at(-1)?.type).toBe(last)
    },
  )
})

describe('how a connection ended, told by the capture alone', () => {
  it('is a keep-alive timeout where the broker says so, of a device as of a program', () => {
    const c = new CaptureBench()
    c.connect('device')
    c.capture.ended({ clientId: 'device', reason: 0x8d })
    c.event({ kind: 'closed', clientId: 'device', atMs: c.clock.ms, by: 'broker' })
    expect(c.all().marks.map((m) => m.kind)).toEqual(['connect', 'connack', 'timeout'])
  })

  it('is read from the DISCONNECT of a broker that tells nothing else', () => {
    const c = new CaptureBench()
    c.connect('device', true, false, 5)
    c.pass('device', 'downlink', frameOf({ cmd: 'disconnect', reasonCode: 0x98 }, 5), { level: 5 })
    c.event({ kind: 'closed', clientId: 'device', atMs: c.clock.ms, by: 'broker' })
    expect(c.all().marks.at(-1)).toMatchObject({ kind: 'closed', detail: 0x98 })
  })

  it('forgets how the connection before ended', () => {
    const c = new CaptureBench()
    c.connect('device')
    c.pass('device', 'uplink', frameOf({ cmd: 'disconnect' }))
    c.event({ kind: 'closed', clientId: 'device', atMs: c.clock.ms, by: 'client' })
    c.connect('device')
    c.event({ kind: 'closed', clientId: 'device', atMs: c.clock.ms, by: 'client' })
    const ends = c.all().marks.filter((m) => m.kind === 'disconnect' || m.kind === 'broken')
    expect(ends.map((m) => m.kind)).toEqual(['disconnect', 'broken'])
  })
})

describe('what people are told', () => {
  it('is one line for many clients that go at once, and one for a loop', () => {
    const endings = new Endings()
    expect([0, 1, 2].map((ms) => endings.broken(ms)?.key ?? null)).toEqual(['broker-broken', null, null])
    expect(endings.broken(1001)?.key).toBe('broker-broken')
    const loop = [0, 5000, 10_000, 15_000, 20_000, 50_000].map(
      (ms) => endings.takenOver('x', ms)?.key ?? null,
    )
    expect(loop).toEqual([
      'broker-taken-over',
      'broker-taken-over',
      'broker-takeover-loop',
      null,
      null,
      // the loop has ended meanwhile: this one is a takeover like any other
      'broker-taken-over',
    ])
    expect(endings.takenOver('y', 60_000)?.key).toBe('broker-taken-over')
  })
})
