import { createServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocketServer } from 'ws'
import type { BrokerLimits } from '../types'
import type { OnStream, OpenServer } from './open-server'
import { remoteOf } from './tcp'

const PATHS = new Set(['/', '/mqtt'])
/** `mqtt` [MQTT-6.0.0-3]; `mqttv3.1` is what MQTT 3.1 clients ask for. */
const PROTOCOLS = ['mqtt', 'mqttv3.1']
const UNSUPPORTED_DATA = 1003

/** MQTT over WebSocket (MQTT 3.1.1 section 6), at `/mqtt` and `/`. */
export function wsServer(
  limits: BrokerLimits,
  admit: (socket: Duplex) => boolean,
  onStream: OnStream,
): OpenServer {
  const halfOpen = { headersTimeout: limits.connectTimeout, requestTimeout: limits.connectTimeout }
  const server = createServer({ ...halfOpen, connectionsCheckingInterval: 1000 }, (_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain' }).end('This port speaks MQTT over WebSocket.\n')
  })
  const wss = new WebSocketServer({
    noServer: true,
    // One WebSocket frame may carry many packets.
    maxPayload: Math.max(limits.packetBytes, 65_536) * 2,
    handleProtocols: (offered) => PROTOCOLS.find((p) => offered.has(p)) ?? false,
  })
  server.on('connection', (socket) => admit(socket))
  server.on('upgrade', (request, socket, head) => {
    const path = (request.url ?? '/').split('?')[0] as string
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((p) => p.trim())
    socket.on('error', () => socket.destroy())
    if (!PATHS.has(path) || !offered.some((p) => PROTOCOLS.includes(p))) {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
      return
    }
    wss.handleUpgrade(request, socket, head, (ws) => {
      ws.on('message', (_data, isBinary) => {
        // [MQTT-6.0.0-1]
        if (!isBinary) ws.close(UNSUPPORTED_DATA, 'MQTT needs binary frames')
      })
      onStream(createWebSocketStream(ws), remoteOf(request.socket))
    })
  })
  return {
    server,
    close: () => {
      wss.close()
      server.closeIdleConnections()
    },
  }
}
