import { connect as netConnect } from 'node:net'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocket } from 'ws'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DEFAULT_LIMITS, type BrokerLimits } from '../../../../electron/contract/broker-limits'
import { createPair } from '../../../../electron/engine/mqtt/pair'
import { ALONE } from '../../../helpers/kept-alone'
import { Kept } from '../../../../electron/engine/simulation/broker/kept'
import { SocketPort, TooMuchKeptError } from '../../../../electron/engine/simulation/broker/socket-port'
import { Turns } from '../../../../electron/engine/simulation/broker/turns'
import { PINGRESP } from '../../../../electron/engine/simulation/broker/wire/answers'
import { bench, ManualClock, RawClient, settle, type Bench } from './raw-client'

const WAIT = { timeout: 20_000, interval: 5 }

/** A port whose every packet is answered, and the client's end of it, which is not read. */
function answering(limits: Partial<BrokerLimits>, answer = PINGRESP) {
  const kept = new Kept({ ...DEFAULT_LIMITS, ...limits }, ALONE)
  const clock = new ManualClock()
  const [client, end] = createPair()
  const port = new SocketPort(
    end,
    1_000_000,
    clock,
    new Turns(
      () => 0,
      () => undefined,
    ),
    kept,
  )
  const seen = { answered: 0, most: 0, failed: null as Error | null }
  port.receiver = {
    packet: () => {
      seen.answered++
      port.send(answer)
      seen.most = Math.max(seen.most, kept.unread)
    },
    ended: () => undefined,
    drained: () => undefined,
    failed: (why) => {
      seen.failed = why
      port.close()
    },
  }
  client.on('error', () => undefined)
  return { kept, clock, client, port, seen }
}

const pings = (n: number): Buffer => Buffer.alloc(2 * n, Buffer.from([0xc0, 0]))

describe('what is written and not taken', () => {
  it('stops the reading before the limit, and goes on when the client takes it', async () => {
    const { kept, client, port, seen } = answering({ unreadBytes: 200_000 }, Buffer.alloc(1000, PINGRESP))
    client.write(pings(5000))
    await vi.waitFor(() => expect(port.choking).toBe(true), WAIT)
    expect(seen.answered).toBeLessThan(500)
    expect(seen.most).toBeLessThan(300_000)
    client.resume()
    await vi.waitFor(() => expect(seen).toMatchObject({ answered: 5000, failed: null }), WAIT)
    expect(seen.most).toBeLessThan(300_000)
    expect(kept.bytes()).toMatchObject({ unread: 0, halfRead: 0 })
  })

  it('ends a client that takes nothing for 10 s, and counts nothing of it any more', async () => {
    const { kept, clock, client, port, seen } = answering(
      { unreadBytes: 200_000 },
      Buffer.alloc(1000, PINGRESP),
    )
    client.write(pings(5000))
    await vi.waitFor(() => expect(port.choking).toBe(true), WAIT)
    clock.advance(9_000)
    expect(seen.failed).toBeNull()
    // What it had taken when it was read no further counts for the first 10 s.
    clock.advance(11_000)
    expect(seen.failed).toBeInstanceOf(TooMuchKeptError)
    expect(seen.failed).toMatchObject({ limit: 'unreadTimeout' })
    clock.advance(1_000)
    await settle()
    expect(kept.bytes()).toMatchObject({ unread: 0, halfRead: 0 })
  })

  it('counts writes, not bytes alone: two-byte answers are no way around it', async () => {
    const { client, seen } = answering({ unreadBytes: 20_000 })
    // One in each turn of the event loop, so that they cannot leave together.
    for (let i = 0; i < 80_000 && seen.answered === i; i++) {
      client.write(pings(1))
      if (i > 32_000) await settle(1)
    }
    await settle(50)
    expect(seen.most).toBeLessThan(200_000)
  })
})

describe('limits of a broker', () => {
  let b: Bench
  const sockets: Duplex[] = []
  afterEach(async () => {
    for (const s of sockets.splice(0)) s.destroy()
    await b.broker.close()
  })
  const open = async (): Promise<RawClient> => {
    const { port } =
      b.broker.listeners()[0] ?? (await b.broker.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }))
    const socket = netConnect(port, '127.0.0.1')
    sockets.push(socket)
    return new RawClient(socket, 5)
  }
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) await settle(1)
  }

  it('halves of packets are bounded for all clients together: 0x97, and the others stay', async () => {
    b = bench({ limits: { halfReadBytesInAll: 1_000_000 } })
    const clients: RawClient[] = []
    for (let i = 0; i < 6; i++) {
      const c = await open()
      c.connect(`c${i}`)
      await until(() => c.of('connack').length > 0)
      const half = Buffer.alloc(400_000)
      // PUBLISH of 500,000 bytes, of which the end does not come.
      half.set([0x30, 0xa0, 0xc2, 0x1e])
      c.stream.write(half)
      clients.push(c)
    }
    await until(() => clients.some((c) => c.closed))
    const ended = clients.flatMap((c) => c.of('disconnect'))
    expect(new Set(ended.map((p) => p.reasonCode))).toEqual(new Set([0x97]))
    expect(b.broker.kept().halfRead).toBeLessThan(2_000_000)
    expect(b.broker.clients().length).toBeGreaterThan(0)
    expect(b.logs.find((l) => l.note.key === 'broker-quota')?.note.values).toEqual({
      limit: 'halfReadBytesInAll',
    })
    for (const c of clients) c.stream.destroy()
    await until(() => b.broker.clients().length === 0)
    expect(b.broker.kept()).toMatchObject({ halfRead: 0, unread: 0, sessions: 0 })
  })

  it('so are WebSocket frames that do not end', async () => {
    b = bench({ limits: { halfReadBytesInAll: 1_000_000 } })
    const { url } = await b.broker.listen({ kind: 'ws', host: '127.0.0.1', port: 0 })
    const open = Array.from({ length: 6 }, () => {
      const ws = new WebSocket(url, 'mqtt')
      const client = new RawClient(createWebSocketStream(ws), 5)
      sockets.push(client.stream)
      return { ws, client }
    })
    for (const [i, { ws, client }] of open.entries()) {
      await until(() => ws.readyState === WebSocket.OPEN)
      client.connect(`c${i}`)
      await until(() => client.of('connack').length > 0)
      // The first part of a message, of which the last does not come.
      ws.send(Buffer.alloc(400_000), { fin: false })
    }
    await until(() => open.some(({ client }) => client.closed))
    expect(open.flatMap(({ client }) => client.of('disconnect')).map((p) => p.reasonCode)).toContain(0x97)
    expect(b.broker.kept().halfRead).toBeLessThan(2_000_000)
    for (const { ws } of open) ws.terminate()
    await until(() => b.broker.clients().length === 0)
    await until(() => b.broker.kept().halfRead === 0)
  })

  it('a CONNECT that is too long is not waited for', async () => {
    b = bench({ limits: { connectBytes: 1000 } })
    const c = await open()
    c.bytes(0x10, 0xe9, 0x07)
    await until(() => c.closed)
    const other = await open()
    other.connect('other')
    await until(() => other.of('connack').length > 0)
    // After CONNECT the limit of packets holds.
    other.publish('t', Buffer.alloc(5000), 1, 1)
    await until(() => other.of('puback').length > 0)
  })
})
