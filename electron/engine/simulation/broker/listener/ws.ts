import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { isIP, type Socket } from 'node:net'
import { createWebSocketStream, WebSocketServer, type WebSocket } from 'ws'
import { isLoopback } from '../../../../contract/loopback'
import type { Kept } from '../kept'
import type { BrokerLimits } from '../types'
import type { EndClient, OnStream, OpenServer } from './open-server'
import { remoteOf } from './tcp'
import { noLimit, withCertificate } from './tls'

const PATHS = new Set(['/', '/mqtt'])
/** `mqtt` [MQTT-6.0.0-3]; `mqttv3.1` is what MQTT 3.1 clients ask for. */
const PROTOCOLS = ['mqtt', 'mqttv3.1']
/** The host of a Host header or an origin, without its port. */
const hostOf = (authority: string): string => authority.toLowerCase().replace(/:\d*$/, '')

/**
 * A browser tells which page opens a connection; any page in the world could open one to a broker on this computer and
 * publish there. Allowed are pages of this computer and of the broker's own address, and clients that are no browser and
 * send no Origin. A name is no address: it could have been made to lead here.
 */
export function isWelcome(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true
  const page = hostOf(/^https?:\/\/([^/?#@]+)$/i.exec(origin)?.[1] ?? '')
  if (isLoopback(page)) return true
  const own = hostOf(host ?? '')
  return page !== '' && page === own && isIP(own.replace(/^\[|\]$/g, '')) !== 0
}

/** Counts the bytes of frames of which the end has not arrived, as halves of packets are counted. */
function countUnfinished(ws: WebSocket, socket: Socket, kept: Kept, end: EndClient): void {
  let held = 0
  let whole = false
  const hold = (bytes: number): void => {
    kept.halfRead += bytes - held
    held = bytes
  }
  ws.on('message', () => (whole = true))
  // After the frames in it were taken out; what begins behind the last whole one counts from the next chunk on.
  socket.on('data', (chunk: Buffer) => {
    hold(whole ? 0 : held + chunk.length)
    whole = false
    if (held > 0 && !kept.mayRead(held)) end()
  })
  socket.once('close', () => {
    socket.removeAllListeners('data')
    hold(0)
  })
}

const UNSUPPORTED_DATA = 1003

const sayWhatItIs: RequestListener = (_request, response) => {
  response.writeHead(426, { 'content-type': 'text/plain' }).end('This port speaks MQTT over WebSocket.\n')
}

function webServer({ connectTimeout }: BrokerLimits, tls?: { cert: string; key: string }) {
  const options = {
    headersTimeout: connectTimeout,
    requestTimeout: connectTimeout,
    connectionsCheckingInterval: 1000,
  }
  if (!tls) return createServer(options, sayWhatItIs)
  const secure = { ...options, ...tls, handshakeTimeout: noLimit(connectTimeout) }
  const server = withCertificate(() => createSecureServer(secure, sayWhatItIs))
  // A socket that fails before its handshake is done has nobody else who listens.
  server.on('connection', (socket: Socket) => socket.on('error', () => socket.destroy()))
  server.on('tlsClientError', (_e, socket) => socket.destroy())
  return server
}

/**
 * MQTT over WebSocket (MQTT 3.1.1 section 6), at `/mqtt` and `/`.
 * @param tls PEM text: then over TLS
 */
export function wsServer(
  kept: Kept,
  admit: (socket: Socket) => boolean,
  onStream: OnStream,
  tls?: { cert: string; key: string },
): OpenServer {
  const { limits } = kept
  const server = webServer(limits, tls)
  const wss = new WebSocketServer({
    noServer: true,
    // One WebSocket frame may carry many packets.
    maxPayload: Math.max(limits.packetBytes, 65_536) * 2,
    handleProtocols: (offered) => PROTOCOLS.find((p) => offered.has(p)) ?? false,
  })
  server.on('connection', (socket: Socket) => admit(socket))
  server.on('upgrade', (request, socket, head) => {
    const path = (request.url ?? '/').split('?')[0] as string
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((p) => p.trim())
    socket.on('error', () => socket.destroy())
    if (!PATHS.has(path) || !offered.some((p) => PROTOCOLS.includes(p))) {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
      return
    }
    if (!isWelcome(request.headers.origin, request.headers.host)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    wss.handleUpgrade(request, socket, head, (ws) => {
      ws.on('message', (_data, isBinary) => {
        // [MQTT-6.0.0-1]
        if (!isBinary) ws.close(UNSUPPORTED_DATA, 'MQTT needs binary frames')
      })
      const end = onStream(createWebSocketStream(ws), remoteOf(request.socket))
      countUnfinished(ws, request.socket, kept, end)
    })
  })
  return {
    server,
    ...(tls && { certificate: tls.cert }),
    close: () => {
      wss.close()
      server.closeIdleConnections()
    },
  }
}
