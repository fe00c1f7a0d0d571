import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WebSocketServer } from 'ws'
import { ApiError } from '../contract/errors'

/**
 * Binds a server and returns its port. What it meets later, such as EMFILE when a connection cannot be accepted, goes to
 * `onFault`; the listener stays open.
 * @throws ApiError `conflict` when the port is taken, `unavailable` when the address is not this machine's
 */
export function listen(
  server: Server,
  at: { host: string; port: number },
  onFault: (thrown: unknown) => void,
): Promise<number> {
  const { host, port } = at
  return new Promise((resolve, reject) => {
    const failed = (e: NodeJS.ErrnoException): void => reject(listenError(e, host, port))
    server.once('error', failed)
    server.listen(port, host, () => {
      server.off('error', failed)
      server.on('error', onFault)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function listenError(e: NodeJS.ErrnoException, host: string, port: number): Error {
  if (e.code === 'EADDRINUSE') {
    return new ApiError('conflict', `port ${port} of ${host} is in use; choose another with --port`)
  }
  if (e.code === 'EACCES') {
    return new ApiError(
      'conflict',
      `port ${port} needs administrator rights; choose one above 1023 with --port`,
    )
  }
  if (e.code === 'EADDRNOTAVAIL' || e.code === 'ENOTFOUND') {
    return new ApiError('unavailable', `${host} is not an address of this computer; fix --host`)
  }
  return e
}

/** The address of a page for a browser. */
export const urlOf = ({ host, port }: { host: string; port: number }): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`

/** Pages get this long to answer the closing handshake before their sockets are destroyed. */
const CLOSE_GRACE_MS = 300

/** Ends every connection and the listener, within a second. */
export async function closeAll(server: Server, sockets: WebSocketServer): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  for (const ws of sockets.clients) ws.close(1001, 'the engine is closing')
  const grace = setTimeout(() => {
    for (const ws of sockets.clients) ws.terminate()
    server.closeAllConnections()
  }, CLOSE_GRACE_MS)
  server.closeIdleConnections()
  await closed
  clearTimeout(grace)
}
