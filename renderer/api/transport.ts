import { BRIDGE, type FleetlabBridge } from '@contract/bridge'
import type { Channel } from '@contract/channel'
import { portChannel } from './port-channel'
import { openWebSocketChannel } from './websocket-channel'

declare global {
  interface Window {
    fleetlab?: FleetlabBridge
  }
}

/** How this page reaches its engine. Never guessed: a preload that died must show, not fall back in silence. */
export type Transport =
  { kind: 'electron'; bridge: FleetlabBridge } | { kind: 'websocket'; url: string } | { kind: 'none' }

export function chooseTransport(
  window: Pick<Window, 'fleetlab'>,
  location: Pick<Location, 'protocol' | 'host'>,
): Transport {
  if (window.fleetlab?.kind === 'electron') return { kind: 'electron', bridge: window.fleetlab }
  if (location.protocol === 'http:') return { kind: 'websocket', url: `ws://${location.host}/engine` }
  if (location.protocol === 'https:') return { kind: 'websocket', url: `wss://${location.host}/engine` }
  return { kind: 'none' }
}

const PORT_TIMEOUT_MS = 10_000

function requestPort(bridge: FleetlabBridge): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const listener = (e: MessageEvent<unknown>): void => {
      const data = e.data as { type?: unknown } | null
      const port = e.ports[0]
      if (e.source !== window || data?.type !== BRIDGE.portMessage || !port) return
      clearTimeout(timer)
      window.removeEventListener('message', listener)
      resolve(portChannel(port))
    }
    const timer = setTimeout(() => {
      window.removeEventListener('message', listener)
      reject(new Error('the desktop window gave no port to the engine'))
    }, PORT_TIMEOUT_MS)
    window.addEventListener('message', listener)
    bridge.connect()
  })
}

/** Opens one channel over the chosen transport. */
export const openChannel = (transport: Exclude<Transport, { kind: 'none' }>): Promise<Channel> =>
  transport.kind === 'electron' ? requestPort(transport.bridge) : openWebSocketChannel(transport.url)
