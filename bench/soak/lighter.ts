import { connect, type Socket } from 'node:net'
import { Abuser, encode } from './abuser'
import { forever, publish, subscribe, type Kind } from './kinds'

/**
 * What the soak leaves out: each by itself, `--kinds reset --abusers 10`, since a few together fill the machine. Connections do
 * not act at the same instant, as those of many computers do not.
 */

function open(port: number, use: (socket: Socket) => void, again: () => void): void {
  const socket = connect(port, '127.0.0.1', () => use(socket))
  socket.setNoDelay(true)
  socket.resume()
  socket.on('error', () => undefined)
  socket.on('close', again)
}

/** Connects, sends a CONNECT and resets the connection, without end. */
function reset(port: number, n: number): void {
  const hello = encode({ cmd: 'connect', clientId: `reset${n}`, keepalive: 0, clean: true })
  const use = (socket: Socket): void => {
    socket.write(hello, () => setImmediate(() => socket.resetAndDestroy()))
  }
  open(port, use, () => setTimeout(() => reset(port, n), 10))
}

function bytes(port: number, n: number): void {
  const packet = publish(`bytes/${n}`, 'x'.repeat(20))
  const single = (i: number): Buffer => packet.subarray(i % packet.length, (i % packet.length) + 1)
  new Abuser(port, { clientId: `bytes${n}` }, true, () => forever(single))
}

/** Three hundred connections, each of which sends the bytes of a CONNECT half a second apart. */
function slow(port: number, n: number): void {
  const begin = (id: string): void => {
    const hello = encode({ cmd: 'connect', clientId: id, keepalive: 0, clean: true })
    const use = (socket: Socket): void => {
      const next = (i: number): void => {
        if (socket.destroyed || i === hello.length) return
        socket.write(hello.subarray(i, i + 1))
        setTimeout(() => next(i + 1), 500)
      }
      next(0)
    }
    open(port, use, () => setTimeout(() => begin(id), 1000))
  }
  for (let i = 0; i < 300; i++) setTimeout(() => begin(`slow${n}-${i}`), (500 * (i + n / 10)) / 300)
}

/** Twenty connections that send all but the last byte of a CONNECT of 2 MB, once or over and over. */
function unfinished(port: number, n: number, closed: (begin: () => void) => void): void {
  const big = 'x'.repeat(60_000)
  const userProperties = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`${i}${big}`, big]))
  const properties = { userProperties }
  const begin = (clientId: string): void => {
    const hello = encode({ cmd: 'connect', clientId, clean: true, protocolVersion: 5, properties }, 5)
    const use = (socket: Socket): void => void socket.write(hello.subarray(0, -1))
    open(port, use, () => closed(() => begin(clientId)))
  }
  for (let i = 0; i < 20; i++) setTimeout(() => begin(`unfinished${n}-${i}`), (1000 * (i + n / 10)) / 20)
}

const once = (): void => undefined
const afterASecond = (begin: () => void): void => void setTimeout(begin, 1000)

/** Ten thousand filters of its own, then messages that match one each. */
function subscriptions(port: number, n: number): void {
  const script = function* (): Iterator<Buffer | null> {
    for (let i = 0; i < 10_000; i += 100) {
      const filters = Array.from({ length: 100 }, (_, j) => `many/${n}/${i + j}/#`)
      yield subscribe(filters, 0, 1 + i)
    }
    for (let i = 0; ; i++) yield publish(`many/${n}/${i % 10_000}/x`, 'v')
  }
  new Abuser(port, { clientId: `subscriptions${n}` }, true, script)
}

/** Messages to a hundred thousand topics each, over and over. */
function topics(port: number, n: number): void {
  const message = (i: number): Buffer => publish(`topic${n}/${i % 100_000}`, 'v')
  new Abuser(port, { clientId: `topics${n}` }, true, () => forever(message))
}

/** By name, as `--kinds` takes them. */
export const LIGHTER: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['reset', { does: 'connects and resets the connection, without end', start: reset }],
  ['bytes', { does: 'messages written a byte at a time', start: bytes }],
  ['slow', { does: '300 CONNECT packets at two bytes a second', start: slow }],
  [
    'unfinished',
    {
      does: '20 CONNECT packets of 2 MB without their last byte',
      start: (port, n) => unfinished(port, n, once),
    },
  ],
  [
    'unfinished-again',
    { does: 'the same, again and again', start: (port, n) => unfinished(port, n, afterASecond) },
  ],
  ['subscriptions', { does: '10,000 filters, and messages for them', start: subscriptions }],
  ['topics', { does: 'messages to 100,000 topics', start: topics }],
])
