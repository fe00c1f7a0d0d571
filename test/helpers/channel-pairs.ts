import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MessageChannel, type MessagePort as NodePort } from 'node:worker_threads'
import { WebSocket, WebSocketServer } from 'ws'
import { createMemoryChannels, type Channel } from '../../electron/contract/channel'
import { createMessagePortChannel, type PortLike } from '../../electron/shell/message-port-channel'
import { createWebSocketChannel } from '../../electron/web/websocket-channel'
import { portChannel } from '../../renderer/api/port-channel'
import { openWebSocketChannel } from '../../renderer/api/websocket-channel'

/** Two joined ends of one kind of channel, as the hosts and the page make them. */
export interface ChannelPair {
  page: Channel
  engine: Channel
  dispose(): Promise<void>
}

export interface ChannelKind {
  name: string
  open(): Promise<ChannelPair>
}

/** A port of `node:worker_threads` with the face of Electron's MessagePortMain. */
function asElectronPort(port: NodePort): PortLike {
  return {
    postMessage: (data: unknown) => port.postMessage(data),
    start: () => port.start(),
    close: () => port.close(),
    on: (event: 'message' | 'close', listener: (e: { data: unknown }) => void) =>
      event === 'message'
        ? port.on('message', (data: unknown) => listener({ data }))
        : port.on('close', () => listener({ data: null })),
  }
}

const inMemory: ChannelKind = {
  name: 'in memory',
  open: async () => {
    const [page, engine] = createMemoryChannels()
    return { page, engine, dispose: async () => page.close() }
  },
}

const messagePort: ChannelKind = {
  name: 'MessagePort',
  open: async () => {
    const { port1, port2 } = new MessageChannel()
    const page = portChannel(port2 as unknown as MessagePort)
    return {
      page,
      engine: createMessagePortChannel(asElectronPort(port1)),
      dispose: async () => page.close(),
    }
  },
}

const webSocket: ChannelKind = {
  name: 'WebSocket',
  open: async () => {
    const server = createServer()
    const sockets = new WebSocketServer({ server })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const engine = new Promise<Channel>((resolve) => {
      sockets.once('connection', (ws) => resolve(createWebSocketChannel(ws)))
    })
    // The page's adapter uses the browser's class, which the one of `ws` is compatible with.
    Object.assign(globalThis, { WebSocket })
    const page = await openWebSocketChannel(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
    return {
      page,
      engine: await engine,
      dispose: async () => {
        page.close()
        for (const ws of sockets.clients) ws.terminate()
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    }
  },
}

export const CHANNEL_KINDS: readonly ChannelKind[] = [inMemory, messagePort, webSocket]
