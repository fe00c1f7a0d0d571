import { createServer, type Socket } from 'node:net'
import type { OnStream, OpenServer } from './open-server'

export const remoteOf = (socket: Socket): string => `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`

/** Plain TCP. */
export function tcpServer(admit: (socket: Socket) => boolean, onStream: OnStream): OpenServer {
  const server = createServer({ noDelay: true }, (socket) => {
    if (admit(socket)) onStream(socket, remoteOf(socket))
  })
  return { server }
}
