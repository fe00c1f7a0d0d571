import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { ApiError } from '../../contract/errors'
import { JOIN_PATH, SEAT_PATH, SHARE_PORTS } from '../../contract/share'
import { closeAll, listen, urlOf } from '../listen'
import { isOwnHost, isSameOrigin, type Bound } from '../origin'
import { createPageHandler, refuse, refuseUpgrade, type Handler } from '../page-files'
import { ENGINE_PATH } from '../web-host'
import { answer, answerJoin, refusal, tokenOf } from './join'
import type { Room } from './room'
import { serveViewer, type ViewerContext } from './viewer-socket'

export interface ShareHostOptions {
  /** Address of this machine to listen on. */
  address: string
  /** @default the first of SHARE_PORTS that is free, else any */
  port?: number
  /** Folder of the built page. */
  root: string
  room: Room
  viewers: ViewerContext
}

export interface ShareHost {
  /** e.g. http://192.168.0.7:8080 */
  readonly url: string
  close(): Promise<void>
}

/** Longest message of a viewer that is read, in bytes: a view of the topic tree is the longest there is. */
const MAX_PAYLOAD = 256 * 1024
/** A browser opens up to six connections beside its WebSocket. */
const CONNECTIONS_PER_VIEWER = 8

/** Connections that have not asked for anything yet; they must not take the places of those who do. */
const MAX_SILENT = 64

/** Closes the oldest of the connections that say nothing when there are too many. */
function dropSilent(server: Server): void {
  const silent = new Set<Duplex>()
  server.on('connection', (socket) => {
    silent.add(socket)
    socket.on('close', () => silent.delete(socket))
    if (silent.size > MAX_SILENT) for (const oldest of [...silent].slice(0, 1)) oldest.destroy()
  })
  server.on('request', (request) => silent.delete(request.socket))
  server.on('upgrade', (request) => silent.delete(request.socket))
}

/**
 * The listener a class comes in by, apart from the host's own: the join page for anyone, the page for those who
 * joined, the engine for those whose token it knows.
 * @throws ApiError `conflict` when the port is taken, `unavailable` when the address is not this machine's
 */
export async function startShareHost(options: ShareHostOptions, maxViewers: number): Promise<ShareHost> {
  const server = createServer()
  server.maxConnections = maxViewers * CONNECTIONS_PER_VIEWER + MAX_SILENT
  dropSilent(server)
  server.headersTimeout = 10_000
  server.requestTimeout = 10_000
  const bound: Bound = { host: options.address, port: await bind(server, options) }
  const handler = createShareHandler(options, bound)
  server.on('request', (request, response) => {
    if (isOwnHost(request.headers.host, bound)) handler(request, response)
    else refuse(response, 421, 'This server does not serve that host name.\n')
  })
  const sockets = attachViewers(server, bound, options)
  return { url: urlOf(bound), close: () => closeAll(server, sockets) }
}

async function bind(server: Server, { address, port, viewers }: ShareHostOptions): Promise<number> {
  const onFault = (thrown: unknown): void => viewers.onInternalError('listener', thrown)
  const at = (next: number): Promise<number> => listen(server, { host: address, port: next }, onFault)
  if (port !== undefined) return at(port)
  for (let next: number = SHARE_PORTS.first; next <= SHARE_PORTS.last; next++) {
    try {
      return await at(next)
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.code !== 'conflict') throw thrown
    }
  }
  return at(0)
}

/** Cookies know no ports, so the name holds ours. */
const cookieName = (bound: Bound): string => `fleetlab_${bound.port}`

function createShareHandler({ room, root, viewers }: ShareHostOptions, bound: Bound): Handler {
  const cookie = cookieName(bound)
  const files = createPageHandler(root)
  return (request, response) => {
    const path = request.url?.split('?')[0]
    const token = tokenOf(request.headers.cookie, cookie)
    const seat = token === undefined ? null : room.seatOf(token)
    if (path === JOIN_PATH && request.method === 'POST') {
      if (!isSameOrigin(request.headers.origin, request.headers.host, bound))
        answer(response, refusal('foreign'))
      else join(request, response)
    } else if (path === SEAT_PATH) {
      response.writeHead(seat ? 204 : 401, { 'cache-control': 'no-store' }).end()
    } else {
      // The same address is two documents, so neither may be kept.
      if (path === '/' || path?.endsWith('.html')) {
        response.setHeader('cache-control', 'no-store')
        request.url = seat ? '/index.html' : '/join.html'
      }
      files(request, response)
    }
  }

  function join(request: IncomingMessage, response: ServerResponse): void {
    answerJoin(request, response, room, cookie).catch((thrown: unknown) => {
      // A request that breaks off is its sender's affair.
      if (!request.errored) viewers.onInternalError('join', thrown)
      response.destroy()
    })
  }
}

function attachViewers(server: Server, bound: Bound, { room, viewers }: ShareHostOptions): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD, perMessageDeflate: false })
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const token = tokenOf(request.headers.cookie, cookieName(bound))
    const seat = token === undefined ? null : room.seatOf(token)
    const status = upgradeRefusal(request, bound)
    if (status !== null || token === undefined || !seat) {
      refuseUpgrade(socket, status ?? 401)
      return
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      serveViewer(ws, seat, viewers, (connection) => room.connect(token, connection))
    })
  })
  return sockets
}

/** HTTP status that refuses an upgrade whoever asks, or null. */
function upgradeRefusal(request: IncomingMessage, bound: Bound): number | null {
  const { host, origin } = request.headers
  if (!isOwnHost(host, bound)) return 421
  if (!isSameOrigin(origin, host, bound)) return 403
  return request.url === ENGINE_PATH ? null : 404
}
