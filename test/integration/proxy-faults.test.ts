import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { delayText, lossText, outageText, proxyScenario, reorderText } from '../../electron/cli/proxy-flags'
import { scenarioSchema } from '../../electron/contract/scenario'
import { closeProxies, proxyTo } from '../helpers/proxy'
import { publishFrame } from '../helpers/link-rig'
import { until } from '../helpers/until'

const CONNECT = Buffer.from('101000044d5154540402003c00046e616d65', 'hex')
/** What each connection brought to the broker. */
let brought: Buffer[][] = []
const ended = new WeakSet<Buffer[]>()
let server: Server
let target = ''
beforeAll(async () => {
  server = createServer((socket) => {
    const chunks: Buffer[] = []
    brought.push(chunks)
    socket.on('error', () => undefined)
    socket.on('data', (d: Buffer) => chunks.push(d))
    socket.on('close', () => ended.add(chunks))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  target = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  await closeProxies()
  brought = []
})
afterAll(() => void server.close())

function client(port: number, ...frames: Buffer[]): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  for (const frame of frames) socket.write(frame)
  return socket
}
const arrived = (): string[] =>
  brought.map((chunks) => Buffer.concat(chunks).toString('hex')).filter((b) => b !== '')

it('duplicate and corrupt: the bytes at the broker, and the counts', async () => {
  const frame = publishFrame(0, 0, 1)
  const { proxy, port } = await proxyTo(target, { duplicate: 1, recovery: 'none' })
  client(port, CONNECT, frame)
  const expected = Buffer.concat([CONNECT, frame, frame]).toString('hex')
  await until(() => arrived()[0] === expected, 'both copies')
  expect(proxy.report().packets.PUBLISH).toEqual({ sent: 1, lost: 0 })
  expect(proxy.report().altered).toEqual({ duplicate: 1, corrupt: 0 })

  const other = await proxyTo(target, { corrupt: 1, recovery: 'none' })
  brought = []
  client(other.port, CONNECT, frame)
  await until(() => (arrived()[0]?.length ?? 0) === 2 * (CONNECT.length + frame.length), 'the packet')
  const got = Buffer.from(arrived()[0] ?? '', 'hex').subarray(CONNECT.length)
  expect(got.filter((byte, i) => byte !== frame[i]).length).toBe(1)
  expect(other.proxy.report().altered).toEqual({ duplicate: 0, corrupt: 1 })
})

it('restart: every connection is closed, and who comes meanwhile is turned away; then all is as before', async () => {
  const { port } = await proxyTo(target, { restart: outageText('1ms for 1h') })
  await until(async () => {
    // One that came before the restart must not speak for those after it.
    brought = []
    const socket = client(port, CONNECT)
    await until(() => socket.destroyed || arrived().length > 0, 'an answer')
    return socket.destroyed
  }, 'the restart')
  const soon = await proxyTo(target, { restart: outageText('0s for 50ms') })
  brought = []
  await until(() => {
    client(soon.port, CONNECT)
    return arrived().length > 0
  }, 'the broker to be back')
})

it('half-open: the broker is not told that the client has gone', async () => {
  const { proxy, port } = await proxyTo(target, { halfOpen: 50, recovery: 'none' })
  const socket = client(port, CONNECT)
  await until(() => arrived().length > 0, 'the connection at the broker')
  const there = brought.find((chunks) => chunks.length > 0) as Buffer[]
  await until(() => {
    socket.write(publishFrame(0, 0, 1))
    return (proxy.report().packets.PUBLISH?.lost ?? 0) > 0
  }, 'the first packet that is lost')
  socket.end()
  await until(() => socket.closed, 'the end at the client')
  expect(ended.has(there)).toBe(false)
  await closeProxies()
  await until(() => ended.has(there), 'the end of the proxy')
})

it('the flags say what the link does', () => {
  const scenario = scenarioSchema.parse(
    proxyScenario({
      listen: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      target: 'mqtt://127.0.0.1',
      link: 'radio',
      recovery: 'none',
      timeout: 1000,
      clients: '*',
      seed: 1,
      loss: lossText('0s 0%, 30s 50%'),
      delay: delayText('0s 20ms, 30s 0.4s'),
      bandwidth: 9600,
      reorder: reorderText('5% by 300ms'),
      partition: outageText('10s for 2s', outageText('1m for 5s')),
      slowClose: 5000,
    }),
  )
  const [listener] = scenario.broker.listeners ?? []
  expect(listener?.link.uplink).toEqual({
    loss: {
      model: 'schedule',
      steps: [
        { at: 0, p: 0 },
        { at: 30_000, p: 0.5 },
      ],
    },
    delay: {
      model: 'schedule',
      steps: [
        { at: 0, ms: 20 },
        { at: 30_000, ms: 400 },
      ],
    },
    bandwidth: 9600,
  })
  expect(listener?.link.faults).toEqual({
    duplicate: 0,
    corrupt: 0,
    reorder: { p: 0.05, by: 300 },
    partitions: [
      { at: 60_000, for: 5000 },
      { at: 10_000, for: 2000 },
    ],
    slowClose: 5000,
  })
  for (const bad of ['30s', '30s for', 'x for 3s', '1s for 0s'])
    expect(() => outageText(bad)).toThrow(/30s for 10s/)
  for (const bad of ['5%', '5% by', '500% by 3s']) expect(() => reorderText(bad)).toThrow(/expected/)
  expect(() => delayText('fast')).toThrow(/40ms/)
  expect(() => lossText('x 5%')).toThrow(/schedule/)
})
