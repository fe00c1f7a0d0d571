import { once } from 'node:events'
import { connect as netConnect, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { bench, RawClient, settle, type Bench } from './raw-client'

let b: Bench
const sockets: Socket[] = []
afterEach(async () => {
  for (const s of sockets.splice(0)) s.destroy()
  await b.broker.close()
})

const until = async (done: () => boolean): Promise<void> => {
  while (!done()) await settle(1)
}
async function dial(port: number): Promise<Socket> {
  const s = netConnect(port, '127.0.0.1')
  s.on('error', () => undefined)
  sockets.push(s)
  await until(() => !s.connecting)
  return s
}

it.each([
  ['tcp', { unconnected: 10 }],
  ['tcp', { unconnectedPerAddress: 10 }],
  ['ws', { unconnected: 10 }],
] as const)(
  "%s: sockets that say nothing take nobody's place, the oldest goes (%o)",
  async (kind, limits) => {
    b = bench({ limits })
    const { port } = await b.broker.listen({ kind, host: '127.0.0.1', port: 0 })
    const closed = new Set<number>()
    for (let i = 0; i < 30; i++) {
      const s = await dial(port)
      s.on('close', () => closed.add(i))
      s.resume()
    }
    await until(() => closed.size === 20)
    expect([...closed].sort((x, y) => x - y)).toEqual(Array.from({ length: 20 }, (_, i) => i))
  },
)

// Only Linux has all of 127.0.0.0/8 without being told.
it.runIf(process.platform === 'linux')(
  'an address with one too many loses its own oldest, not that of another',
  async () => {
    b = bench({ limits: { unconnectedPerAddress: 2 } })
    const { port } = await b.broker.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
    const closed: string[] = []
    for (const [i, localAddress] of ['127.0.0.2', '127.0.0.1', '127.0.0.1', '127.0.0.1'].entries()) {
      const s = netConnect({ port, host: '127.0.0.1', localAddress })
      s.on('close', () => closed.push(`${i} of ${localAddress}`))
      s.resume()
      sockets.push(s)
      await once(s, 'connect')
    }
    await until(() => closed.length === 1)
    expect(closed).toEqual(['1 of 127.0.0.1'])
  },
)

it('who is let in counts no more among those, and stays', async () => {
  b = bench({ limits: { unconnected: 2 } })
  const { port } = await b.broker.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
  for (let i = 0; i < 10; i++) {
    const c = new RawClient(await dial(port))
    c.connect(`c${i}`)
    await until(() => c.of('connack').length === 1)
  }
  expect(b.broker.clients()).toHaveLength(10)
})

it('one address may connect so often per second, which is said once', async () => {
  b = bench({ limits: { connectionsPerAddress: 3 } })
  const { port } = await b.broker.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
  let closed = 0
  for (let i = 0; i < 8; i++) {
    const s = netConnect(port, '127.0.0.1')
    s.on('error', () => undefined)
    s.on('close', () => closed++)
    s.resume()
    sockets.push(s)
  }
  await until(() => closed >= 4)
  expect(b.logs.filter((l) => l.note.key === 'broker-limit-address')).toHaveLength(1)
})
