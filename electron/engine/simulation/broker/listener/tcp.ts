import { createServer, type Socket } from 'node:net'
import type { OnStream, OpenServer } from './open-server'

export const remoteOf = (socket: Socket): string => `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`

/** Plain TCP. @param allowHalfOpen a client that sends no more is still sent to */
export function tcpServer(
  admit: (socket: Socket) => boolean,
  onStream: OnStream,
  allowHalfOpen = false,
): OpenServer {
  const server = createServer({ noDelay: true, allowHalfOpen }, (socket) => {
    if (admit(socket)) onStream(socket, remoteOf(socket))
  })
  return { server }
}
