import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { LIVE_HEADERS, LIVE_PATH, liveFragment, livePage } from '../engine/load/watch/page'
import type { Collector } from '../engine/load/watch/collector'
import { MAX_MESSAGE_BYTES, SHARDS_PATH, fromShardSchema, parseMessage } from '../engine/load/watch/protocol'
import { createHostKey } from '../web/host-key'
import { closeAll, listen } from '../web/listen'
import { isOwnHost, type Bound } from '../web/origin'
import { refuse, refuseUpgrade } from '../web/page-files'
import { sameCode } from '../web/share/secrets'

/** Shards that may be connected at once. */
const MOST_SHARDS = 1000

export interface WatchServer {
  readonly port: number
  close(): Promise<void>
}

/**
 * Serves the live page and takes the shards' connections.
 * @param token shards and pages must show it; undefined only on loopback
 * @param lines the newest remarks, for the page
 * @throws ApiError when it cannot listen there
 */
export async function serveWatch(
  collector: Collector,
  at: { host: string; port: number; runId: string; token: string | undefined },
  lines: readonly string[],
  onFault: (thrown: unknown) => void,
): Promise<WatchServer> {
  const { token } = at
  const server = createServer()
  const bound: Bound = { host: at.host, port: await listen(server, at, onFault) }
  const key = token === undefined ? null : createHostKey(token, bound.port, false)
  server.on('request', (request, response) => {
    // without a token, a foreign name that was made to resolve here is kept out
    if (key === null && !isOwnHost(request.headers.host, bound))
      refuse(response, 421, 'This server does not serve that host name.\n')
    else if (key?.admits(request) === false) key.meet(request, response)
    else answer(collector, at.runId, lines, request, response)
  })
  server.headersTimeout = 10_000
  server.requestTimeout = 10_000
  const sockets = takeShards(collector)
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const status = refusal(request, bound, token, sockets.clients.size)
    if (status !== null) refuseUpgrade(socket, status)
    else sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit('connection', ws, request))
  })
  return { port: bound.port, close: () => closeAll(server, sockets) }
}

function answer(
  collector: Collector,
  runId: string,
  lines: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [path] = (request.url ?? '').split('?')
  if (request.method !== 'GET') refuse(response, 405, 'Only GET is supported here.\n')
  else if (path === '/') response.writeHead(200, LIVE_HEADERS).end(livePage(runId))
  else if (path === LIVE_PATH) response.writeHead(200, LIVE_HEADERS).end(liveFragment(collector, lines))
  else refuse(response, 404, 'No such page.\n')
}

function takeShards(collector: Collector): WebSocketServer {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  })
  sockets.on('connection', (ws) => {
    const end = collector.connect({
      send: (m) => ws.send(JSON.stringify(m), () => undefined /* its end is seen by close */),
      close: () => ws.close(),
    })
    ws.on('error', () => ws.terminate())
    ws.on('close', () => end.ended())
    ws.on('message', (data) => {
      const m = parseMessage(fromShardSchema, (data as Buffer).toString())
      if (m === null) ws.close(1008, 'not a message of a shard')
      else end.take(m)
    })
  })
  return sockets
}

/** HTTP status that refuses a shard, or null. No page may open this WebSocket: browsers send their origin, shards none. */
function refusal(
  request: IncomingMessage,
  bound: Bound,
  token: string | undefined,
  connected: number,
): number | null {
  if (request.headers.origin !== undefined) return 403
  if (token === undefined && !isOwnHost(request.headers.host, bound)) return 421
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  if (token !== undefined && !sameCode(given, token)) return 401
  if (request.url !== SHARDS_PATH) return 404
  return connected < MOST_SHARDS ? null : 503
}
