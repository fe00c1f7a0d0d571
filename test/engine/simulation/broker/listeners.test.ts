import { once } from 'node:events'
import { connect as netConnect, type Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { createWebSocketStream, WebSocket } from 'ws'
import type { Clock } from '../../../../electron/engine/simulation/clock/clock'
import type { ListenerKind } from '../../../../electron/engine/simulation/broker/types'
import { bench, ManualClock, RawClient, settle, type Bench, type ConnectFields } from './raw-client'
import { until } from '../../../helpers/until'

let b: Bench
afterEach(() => b.broker.close())
const open = (kind: ListenerKind) => b.broker.listen({ kind, host: '127.0.0.1', port: 0 })

async function tcpClient(
  port: number,
  id: string,
  fields: ConnectFields = {},
  level: 4 | 5 = 4,
): Promise<RawClient> {
  const c = new RawClient(netConnect(port, '127.0.0.1'), level)
  c.connect(id, fields)
  await until(() => c.got.length > 0 || c.closed)
  return c
}

describe('who a WebSocket is opened to', () => {
  it('refuses a foreign page with 403 before it is a connection', async () => {
    b = bench()
    const { port } = await open('ws')
    const from = (origin: string) =>
      new Promise<string>((done) => {
        const ws = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, ['mqtt'], { origin })
        ws.on('error', (e) => done(e.message))
        ws.on('open', () => {
          ws.terminate()
          done('open')
        })
      })
    expect(await from('https://evil.example')).toContain('403')
    expect(await from('http://localhost:8080')).toBe('open')
  })
})

describe('listeners', () => {
  it('says where the page is when a browser comes to the MQTT port', async () => {
    b = bench()
    const { port } = await open('tcp')
    const socket = netConnect(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (d: Buffer) => (answer += d.toString()))
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'close')
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^]*a browser came to the MQTT port/)
    expect(b.logs.map((l) => [l.level, l.note.key])).toEqual([['warn', 'broker-browser']])
  })

  it('TCP, WebSocket and TLS carry the same protocol, and say where they are', async () => {
    b = bench()
    const infos = [await open('tcp'), await open('ws'), await open('tls')]
    expect(b.broker.listeners()).toEqual(infos)
    const [tcp, ws, tls] = infos
    expect(ws?.url).toBe(`ws://127.0.0.1:${ws?.port}/mqtt`)
    const secure = new RawClient(
      tlsConnect({ port: tls?.port, host: '127.0.0.1', ca: tls?.certificate, servername: 'localhost' }),
    )
    secure.connect('secure')
    const web = new RawClient(createWebSocketStream(new WebSocket(ws?.url ?? '', ['mqtt'])))
    web.connect('web')
    const plain = await tcpClient(tcp?.port ?? 0, 'plain')
    await until(() => b.broker.clients().length === 3)
    expect(b.broker.client('web')).toMatchObject({ external: true, listener: 'ws' })
    expect(b.broker.client('plain')?.remote).toMatch(/^127\.0\.0\.1:\d+$/)
    secure.subscribe('t', 1)
    await until(() => secure.of('suback').length === 1)
    web.publish('t', 'over the web', 1, 1)
    await until(() => secure.payloads().length === 1)
    expect(secure.payloads()).toEqual(['over the web'])
    expect(plain.closed).toBe(false)
  })

  it('a port that is taken, forbidden or not of this machine is one clear line with its code', async () => {
    b = bench()
    const { port } = await open('tcp')
    const fail = (host: string, p: number) => b.broker.listen({ kind: 'tcp', host, port: p })
    await expect(fail('127.0.0.1', port)).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: `cannot listen on 127.0.0.1:${port}: another program is using that port; choose another port`,
    })
    await expect(fail('192.0.2.1', 0)).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' })
    const bad = { cert: 'no certificate', key: 'no key' }
    await expect(
      b.broker.listen({ kind: 'tls', host: '127.0.0.1', port: 0, tls: bad }),
    ).rejects.toMatchObject({
      code: 'EBADCERT',
    })
    expect(b.broker.listeners()).toHaveLength(1)
  })

  it('[MQTT-6.0.0-1] WebSocket text frames, other protocols and other paths are refused', async () => {
    b = bench()
    const { port } = await open('ws')
    const text = new WebSocket(`ws://127.0.0.1:${port}/`, ['mqtt'])
    await once(text, 'open')
    expect(text.protocol).toBe('mqtt')
    text.send('hello')
    const [code] = (await once(text, 'close')) as [number]
    expect(code).toBe(1003)
    for (const [path, protocol] of [
      ['/other', 'mqtt'],
      ['/mqtt', 'chat'],
    ]) {
      const refused = new WebSocket(`ws://127.0.0.1:${port}${path}`, [protocol ?? ''])
      const [error] = (await once(refused, 'error')) as [Error]
      expect(error.message).toContain('400')
    }
  })

  it('closing ends every kind of connection and frees the ports, within a second', async () => {
    b = bench()
    const [tcp, ws, tls] = [await open('tcp'), await open('ws'), await open('tls')]
    const idle = netConnect(tcp.port, '127.0.0.1')
    const halfTls = netConnect(tls.port, '127.0.0.1')
    const halfHttp = netConnect(ws.port, '127.0.0.1')
    for (const s of [idle, halfTls, halfHttp]) s.on('error', () => undefined)
    const web = new RawClient(createWebSocketStream(new WebSocket(ws.url, ['mqtt'])))
    web.connect('web')
    const c = await tcpClient(tcp.port, 'c')
    // A client that reads nothing and closes nothing.
    c.stream.pause()
    await until(() => b.broker.clients().length === 2)
    const started = performance.now()
    await b.broker.close()
    expect(performance.now() - started).toBeLessThan(1000)
    const again = netConnect(tcp.port, '127.0.0.1')
    const [error] = (await once(again, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNREFUSED')
    for (const s of [idle, halfTls, halfHttp]) s.destroy()
  })
})

describe('access and limits', () => {
  const users = [
    { username: 'ann', password: 'secret', publish: ['home/#'], subscribe: ['home/+/state', 'all/#'] },
    { username: 'bob', password: 'geheim', publish: ['#'], subscribe: ['#'] },
  ]

  it("[MQTT-3.1.4-3] user names and passwords are checked; the application's own devices need none", async () => {
    b = bench({ users })
    const { port } = await open('tcp')
    const wrong = await tcpClient(port, 'w', { username: 'ann', password: Buffer.from('no') })
    const unknown = await tcpClient(port, 'u', { username: 'eve', password: Buffer.from('') }, 5)
    const nobody = await tcpClient(port, 'n')
    const right = await tcpClient(port, 'r', { username: 'ann', password: Buffer.from('secret') })
    expect(wrong.of('connack')[0]?.returnCode).toBe(4)
    expect(unknown.of('connack')[0]?.reasonCode).toBe(0x86)
    expect(nobody.of('connack')[0]?.returnCode).toBe(5)
    await until(() => wrong.closed && unknown.closed && nobody.closed)
    expect(right.of('connack')[0]?.returnCode).toBe(0)
    const device = await RawClient.connected(b, 'device')
    expect(device.of('connack')).toHaveLength(1)
    expect(b.logs.map((l) => l.note.text).sort()).toEqual([
      'a user name is required',
      'wrong user name or password',
      'wrong user name or password',
    ])
  })

  it('topic permissions: SUBACK and PUBACK say no, a will too, and nothing leaks', async () => {
    b = bench({ users })
    const { port } = await open('tcp')
    const as = { username: 'ann', password: Buffer.from('secret') }
    const old = await tcpClient(port, 'old', as)
    const fresh = await tcpClient(port, 'new', as, 5)
    for (const c of [old, fresh]) {
      const filters = ['home/+/state', 'home/k/state', '#', 'home/#', 'all/#', 'all']
      c.send({
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: filters.map((topic) => ({ topic, qos: 1 as const })),
      })
      c.publish('away', 'x', 1, 2)
      c.publish('home/k/state', 'y', 1, 3)
      await until(() => c.of('puback').length === 2)
    }
    expect(old.of('suback')[0]?.granted).toEqual([1, 1, 128, 128, 1, 1])
    expect(fresh.of('suback')[0]?.granted).toEqual([1, 1, 0x87, 0x87, 1, 1])
    expect(fresh.of('puback').map((p) => p.reasonCode)).toEqual([0x87, 0])
    await until(() => old.payloads().length === 2)
    expect(old.payloads()).toEqual(['y', 'y'])
    const will = { will: { topic: 'away', payload: Buffer.from('x'), qos: 0, retain: false } }
    const refused = await tcpClient(port, 'will', { ...as, ...will })
    expect(refused.of('connack')[0]?.returnCode).toBe(5)
  })

  it('a client too many is told so: CONNACK 3, or 0x97 in MQTT 5; a known one may come back', async () => {
    b = bench({ limits: { clients: 2 } })
    const one = await RawClient.connected(b, 'one')
    await RawClient.connected(b, 'two')
    const three = await RawClient.connected(b, 'three')
    const four = await RawClient.connected(b, 'four', { level: 5 })
    const again = await RawClient.connected(b, 'one')
    expect(three.of('connack')[0]?.returnCode).toBe(3)
    expect(four.of('connack')[0]?.reasonCode).toBe(0x97)
    expect(again.of('connack')[0]?.returnCode).toBe(0)
    expect(one.closed).toBe(true)
    expect(b.broker.clients()).toHaveLength(2)
  })

  it('of those who come at the same moment no more get in than may', async () => {
    b = bench({ limits: { clients: 2, sessions: 3 } })
    const on = b
    const ids = Array.from({ length: 6 }, (_, i) => `c${i}`)
    const all = await Promise.all(ids.map((id) => RawClient.connected(on, id)))
    expect(all.map((c) => c.of('connack')[0]?.returnCode)).toEqual([0, 0, 3, 3, 3, 3])
    expect(b.broker.clients()).toHaveLength(2)
  })

  it('more connections per second than allowed are dropped, with one log line', async () => {
    const frozen: Clock = new ManualClock()
    b = bench({ limits: { connectionsPerSecond: 3 } }, { realClock: frozen })
    const { port } = await open('tcp')
    const sockets: Socket[] = []
    let dropped = 0
    for (let i = 0; i < 8; i++) {
      const s = netConnect(port, '127.0.0.1')
      s.on('error', () => undefined)
      s.on('close', () => dropped++)
      sockets.push(s)
    }
    await until(() => dropped === 5)
    expect(b.logs.filter((l) => l.note.text.includes('3 connections per second'))).toHaveLength(1)
    for (const s of sockets) s.destroy()
    await settle()
  })

  it('limits of subscriptions, sessions and retained messages hold', async () => {
    b = bench({
      limits: { subscriptionsPerClient: 2, sessions: 2, retainedMessages: 2, retainedBytes: 1600 },
    })
    const c = await RawClient.connected(b, 'c')
    for (const [i, f] of ['a', 'b', 'a', 'c'].entries()) c.subscribe(f, 0, i + 1)
    for (const t of ['r1', 'r2', 'r3']) c.publish(t, 'x', 0, 0, { retain: true })
    c.publish('r1', 'x'.repeat(100), 0, 0, { retain: true })
    await settle()
    expect(c.of('suback').map((p) => p.granted[0])).toEqual([0, 0, 0, 128])
    expect(b.broker.retained('#').map((m) => m.topic)).toEqual(['r2'])
    const kept = await RawClient.connected(b, 'kept', { clean: false })
    await kept.cut()
    const other = await RawClient.connected(b, 'other', { clean: false })
    expect(other.of('connack')[0]?.returnCode).toBe(3)
    // Its session ends with the connection: those that stay do not keep it out.
    const passing = await RawClient.connected(b, 'passing')
    expect(passing.of('connack')[0]?.returnCode).toBe(0)
  })
})

describe('time', () => {
  it('keep-alive of an external client runs in real time while the simulated time stands still', async () => {
    const real = new ManualClock()
    b = bench({}, { realClock: real })
    const { port } = await open('tcp')
    const c = await tcpClient(port, 'ext', { keepalive: 2 }, 5)
    const device = await RawClient.connected(b, 'device', { keepalive: 2 })
    real.advance(3000)
    await until(() => c.of('disconnect').length === 1)
    expect(c.of('disconnect').map((p) => p.reasonCode)).toEqual([0x8d])
    expect(device.closed).toBe(false)
    real.advance(300)
    await until(() => c.closed)
  })
})

describe('the tap', () => {
  it('reports every packet of an external client as delivered, with attempts, and opened and closed', async () => {
    b = bench()
    const { port } = await open('tcp')
    const c = await tcpClient(port, 'ext')
    c.publish('t', 'x', 1, 9)
    c.publish('t', 'x', 1, 9, { dup: true })
    c.publish('t', 'y', 1, 9)
    c.send({ cmd: 'disconnect' })
    await until(() => b.legEvents.length === 2)
    const seen = b.transits.map((p) => [p.direction, p.packet.type, p.attempt])
    expect(seen).toEqual([
      ['uplink', 1, 1],
      ['downlink', 2, 1],
      ['uplink', 3, 1],
      ['downlink', 4, 1],
      ['uplink', 3, 2],
      ['downlink', 4, 2],
      ['uplink', 3, 1],
      ['downlink', 4, 1],
      ['uplink', 14, 1],
    ])
    expect(
      b.transits.every((p) => p.state === 'delivered' && p.settledMs === p.sentMs && p.packet.level === 4),
    ).toBe(true)
    expect(b.legEvents).toMatchObject([
      { kind: 'opened', clientId: 'ext' },
      { kind: 'closed', clientId: 'ext', by: 'client' },
    ])
    await RawClient.connected(b, 'device')
    expect(b.transits).toHaveLength(9)
  })
})

describe('noise on the ports', () => {
  it('random bytes on every listener disturb nobody', async () => {
    b = bench()
    const unhandled: unknown[] = []
    const note = (e: unknown) => unhandled.push(e)
    process.on('unhandledRejection', note)
    const infos = [await open('tcp'), await open('ws'), await open('tls')]
    const good = await tcpClient(infos[0]?.port ?? 0, 'good')
    let closed = 0
    for (let i = 0; i < 60; i++) {
      const s = netConnect(infos[i % 3]?.port ?? 0, '127.0.0.1')
      s.on('error', () => undefined)
      s.on('close', () => closed++)
      s.resume()
      const noise = Buffer.from(
        Array.from({ length: 200 }, (_, k) => (i * 131 + k * 17 + ((i * k) % 7)) & 255),
      )
      s.write(i % 2 === 0 ? noise : Buffer.concat([Buffer.from('GET / HTTP/1.1\r\n\r\n'), noise]), () => {
        if (i % 4 === 3) s.resetAndDestroy()
        else s.end()
      })
    }
    await until(() => closed === 60)
    good.send({ cmd: 'pingreq' })
    await until(() => good.of('pingresp').length === 1)
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
    expect(b.broker.clients()).toHaveLength(1)
  })
})
