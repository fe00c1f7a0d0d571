import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { LabApi, ServedApi } from '../contract/api'
import { servePage, type PageLink } from '../contract/rpc'
import type { Engine, Sharing } from '../engine/types'
import { createHostKey, type HostKey } from './host-key'
import { closeAll, listen, urlOf } from './listen'
import { isOwnHost, isSameOrigin, type Bound } from './origin'
import { createPageHandler, refuse, refuseUpgrade } from './page-files'
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
  /** Origin of a proxy in front of this server, see `Bound`. @default there is none */
  origin?: string
  /** Lets in only who has this key, see `HostKey`. @default everyone who can connect: on loopback, whoever uses this computer */
  key?: string
  /** Longest message of a page that is read, in bytes; a scenario file is the longest there is. @default 8 MiB */
  maxPayload?: number
  /** Pages that may be open at once. @default 64 */
  maxPages?: number
  /** Lets the page share its session with a class. @default the page cannot */
  sharing?: Sharing
  /** Adds the commands of the user's files and settings to those of the engine. @default the page has none of them */
  extend?: (lab: LabApi, page: PageLink) => ServedApi
  /** Told of failures that are not the page's fault. */
  onInternalError: (where: string, thrown: unknown) => void
}

export interface WebHost {
  /** e.g. http://127.0.0.1:8080 */
  readonly url: string
  readonly port: number
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
  const bound: Bound = {
    host,
    origin: options.origin,
    port: await listen(server, { host, port }, (e) => options.onInternalError('listener', e)),
  }
  const page = createPageHandler(options.root, options.origin)
  const secure = options.origin?.startsWith('https:') ?? false
  const key = options.key === undefined ? null : createHostKey(options.key, bound.port, secure)
  const sockets = attachEngine(server, bound, key, options)
  server.on('request', (request, response) => {
    if (!isOwnHost(request.headers.host, bound)) {
      refuse(response, 421, 'This server does not serve that host name.\n')
    } else if (key?.admits(request) === false) key.meet(request, response)
    else page(request, response)
  })
  // A page that never ends its request would hold a connection for good.
  server.headersTimeout = 10_000
  server.requestTimeout = 10_000
  return { url: urlOf(bound), port: bound.port, close: () => closeAll(server, sockets) }
}

function attachEngine(
  server: Server,
  bound: Bound,
  key: HostKey | null,
  options: WebHostOptions,
): WebSocketServer {
  const { maxPayload = 8 * 1024 * 1024, maxPages = 64, onInternalError, sharing, extend } = options
  const sockets = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false })
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const admitted = key?.admits(request) ?? true
    const status = upgradeRefusal(request, bound, admitted, sockets.clients.size < maxPages)
    if (status !== null) {
      refuseUpgrade(socket, status)
      return
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      servePage(
        createWebSocketChannel(ws),
        (link) => {
          const lab = options.engine.session(link, { kind: 'web', readOnly: false }, sharing)
          return extend ? extend(lab, link) : lab
        },
        { onInternalError },
      )
    })
  })
  return sockets
}

/** HTTP status that refuses an upgrade, or null when it is welcome. */
function upgradeRefusal(
  request: IncomingMessage,
  bound: Bound,
  admitted: boolean,
  room: boolean,
): number | null {
  const { host, origin } = request.headers
  if (!isOwnHost(host, bound)) return 421
  if (!isSameOrigin(origin, host, bound)) return 403
  if (!admitted) return 401
  if (request.url !== ENGINE_PATH) return 404
  return room ? null : 503
}
