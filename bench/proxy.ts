import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { listenAt, proxyScenario } from '../electron/cli/proxy-flags'
import { scenarioSchema } from '../electron/contract/scenario'
import { startProxy } from '../electron/engine/proxy/proxy'
import { passThrough } from '../electron/engine/simulation/target/pass-through'

/**
 * `npm run bench:proxy`: what `fleetlab proxy` costs where it decides nothing, beside plain piping of the same bytes in the
 * same process. Prints one line of JSON: messages per second and the median of a round trip in ms, of each.
 */

const MESSAGE = Buffer.concat([Buffer.from([0x30, 0x22, 0, 4]), Buffer.from('test'), Buffer.alloc(28, 1)])
const CONNECT = Buffer.from('101000044d5154540402003c00046e616d65', 'hex')
const MESSAGES = 1_000_000
const BATCH = 200
const TRIPS = 3000

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port
const listening = (handle: (s: Socket) => void): Promise<number> =>
  new Promise((done) => {
    const server = createServer({ noDelay: true, allowHalfOpen: true }, handle)
    server.listen(0, '127.0.0.1', () => done(portOf(server)))
  })

/** The broker's part: takes everything and sends back a byte of each single message. */
let taken = 0
const sink = await listening((s) => {
  s.on('error', () => undefined)
  s.on('data', (d: Buffer) => {
    taken += d.length
    if (d.length <= MESSAGE.length) s.write(d.subarray(0, 1))
  })
})
const pipe = await listening((s) => passThrough(s, connect({ port: sink, host: '127.0.0.1', noDelay: true })))

const scenario = scenarioSchema.parse(
  proxyScenario({
    listen: listenAt('0'),
    target: `mqtt://127.0.0.1:${sink}`,
    link: 'radio',
    recovery: 'none',
    timeout: 1000,
    clients: '*',
    seed: 1,
  }),
)
const proxy = await startProxy({ scenario, env: {}, keep: false, log: () => undefined })
const proxied = Number(new URL(proxy.listeners()[0]?.url ?? '').port)

async function opened(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((done) => socket.once('connect', done))
  socket.write(CONNECT)
  await new Promise<void>((done) => socket.once('data', () => done()))
  return socket
}

async function rate(port: number): Promise<number> {
  const socket = await opened(port)
  const chunk = Buffer.concat(Array.from({ length: BATCH }, () => MESSAGE))
  const goal = taken + MESSAGES * MESSAGE.length
  const began = performance.now()
  for (let sent = 0; sent < MESSAGES; sent += BATCH)
    if (!socket.write(chunk)) await new Promise<void>((done) => socket.once('drain', done))
  while (taken < goal) await new Promise<void>((done) => setImmediate(done))
  socket.destroy()
  return Math.round(MESSAGES / ((performance.now() - began) / 1000))
}

async function median(port: number): Promise<number> {
  const socket = await opened(port)
  const times: number[] = []
  for (let n = 0; n < TRIPS; n++) {
    const began = performance.now()
    socket.write(MESSAGE)
    await new Promise<void>((done) => socket.once('data', () => done()))
    times.push(performance.now() - began)
  }
  socket.destroy()
  return Number((times.sort((a, b) => a - b)[TRIPS / 2] as number).toFixed(3))
}

const result = {
  messagesPerSecond: { direct: await rate(sink), pipe: await rate(pipe), proxy: await rate(proxied) },
  medianMs: { direct: await median(sink), pipe: await median(pipe), proxy: await median(proxied) },
}
console.log(JSON.stringify(result))
const { direct, proxy: through } = result.medianMs
await proxy.close()
process.exit(result.messagesPerSecond.proxy >= 100_000 && through - direct <= 0.3 ? 0 : 1)
