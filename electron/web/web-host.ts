import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import sirv from 'sirv'
import { WebSocketServer } from 'ws'
import { ApiError } from '../contract/errors'
import { pageHeaders } from '../contract/page-policy'
import { servePage } from '../contract/rpc'
import type { Engine } from '../engine/types'
import { isOwnHost, isSameOrigin, type Bound } from './origin'
import { createWebSocketChannel } from './websocket-channel'

/** Path at which the page opens its WebSocket. */
export const ENGINE_PATH = '/engine'

export interface WebHostOptions {
  engine: Pick<Engine, 'session'>
  /** Folder of the built page. */
  root: string
  /** @default '127.0.0.1' */
  host?: string
  /** 0 lets the system choose. @default 0 */
  port?: number
  /** Longest message of a page that is read, in bytes; a scenario file is the longest there is. @default 8 MiB */
  maxPayload?: number
  /** Pages that may be open at once. @default 64 */
  maxPages?: number
  /** Told of failures that are not the page's fault. */
  onInternalError: (where: string, thrown: unknown) => void
}

export interface WebHost {
  /** e.g. http://127.0.0.1:8080 */
  readonly url: string
  /** Ends every connection and the listener, within a second. */
  close(): Promise<void>
}

/**
 * Serves the page and the engine's WebSocket from plain Node.
 * @throws ApiError `conflict` when the port is taken, `unavailable` when the address is not this machine's
 */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const { host = '127.0.0.1', port = 0 } = options
  const server = createServer()
  const bound: Bound = { host, port: await listen(server, host, port) }
  const page = createPageHandler(options.root)
  const sockets = attachEngine(server, bound, options)
  server.on('request', (request, response) => {
    if (isOwnHost(request.headers.host, bound)) page(request, response)
    else refuse(response, 421, 'This server does not answer for that host name.\n')
  })
  // A page that never ends its request would hold a connection for good.
  server.headersTimeout = 10_000
  server.requestTimeout = 10_000
  return { url: urlOf(bound), close: () => closeAll(server, sockets) }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (e: NodeJS.ErrnoException) => reject(listenError(e, host, port)))
    server.listen(port, host, () => {
      server.removeAllListeners('error')
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function listenError(e: NodeJS.ErrnoException, host: string, port: number): Error {
  if (e.code === 'EADDRINUSE') {
    return new ApiError('conflict', `port ${port} of ${host} is taken; choose another with --port`)
  }
  if (e.code === 'EACCES') {
    return new ApiError('conflict', `port ${port} needs more rights; choose one above 1023 with --port`)
  }
  if (e.code === 'EADDRNOTAVAIL' || e.code === 'ENOTFOUND') {
    return new ApiError('unavailable', `${host} is not an address of this machine; mend --host`)
  }
  return e
}

function createPageHandler(root: string): (request: IncomingMessage, response: ServerResponse) => void {
  const files = sirv(root, { etag: true })
  return (request, response) => {
    for (const [name, value] of Object.entries(pageHeaders([`ws://${request.headers.host ?? ''}`]))) {
      response.setHeader(name, value)
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, 405, 'Only GET and HEAD are answered here.\n')
      return
    }
    files(request, response, () => {
      if (request.url === '/favicon.ico') response.writeHead(204).end()
      else refuse(response, 404, 'There is no such file.\n')
    })
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(text)
}

function attachEngine(server: Server, bound: Bound, options: WebHostOptions): WebSocketServer {
  const { maxPayload = 8 * 1024 * 1024, maxPages = 64, onInternalError } = options
  const sockets = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false })
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const status = upgradeRefusal(request, bound, sockets.clients.size < maxPages)
    if (status !== null) {
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nconnection: close\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      servePage(
        createWebSocketChannel(ws),
        (link) => options.engine.session(link, { kind: 'web', readOnly: false }),
        { onInternalError },
      )
    })
  })
  return sockets
}

/** HTTP status that refuses an upgrade, or null when it is welcome. */
function upgradeRefusal(request: IncomingMessage, bound: Bound, room: boolean): number | null {
  const { host, origin } = request.headers
  if (!isOwnHost(host, bound)) return 421
  if (!isSameOrigin(origin, host)) return 403
  if (request.url !== ENGINE_PATH) return 404
  return room ? null : 503
}

function urlOf({ host, port }: Bound): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

/** Pages get this long to answer the closing handshake before their sockets are destroyed. */
const CLOSE_GRACE_MS = 300

async function closeAll(server: Server, sockets: WebSocketServer): Promise<void> {
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
