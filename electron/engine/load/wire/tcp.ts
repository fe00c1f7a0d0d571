import net from 'node:net'
import type { Dial } from './transport'

/** One read buffer serves all sockets of a thread: a read callback has done with it when it returns. */
const readBuffer = Buffer.allocUnsafe(64 * 1024)

/** Plain TCP. Reads bypass the stream machinery (`onread`), which is most of what a small read costs in Node. */
export function tcpDial(host: string, port: number): Dial {
  return (events, { localAddress }) => {
    let error: Error | null = null
    let waiting = false
    const socket = net.connect({
      host,
      port,
      noDelay: true,
      ...(localAddress === undefined ? {} : { localAddress }),
      onread: {
        buffer: readBuffer,
        callback: (length) => {
          events.data(readBuffer, length)
          return true
        },
      },
    })
    const written = (): void => {
      if (!waiting || socket.writableLength > 0) return
      waiting = false
      events.drained()
    }
    socket.on('connect', () => events.opened())
    socket.on('error', (e) => (error = e))
    socket.on('close', () => events.closed(error))
    return {
      write(bytes) {
        socket.write(bytes, written)
        waiting = socket.writableLength > 0
        return !waiting
      },
      end: () => void socket.end(),
      destroy: () => void socket.destroy(),
    }
  }
}
