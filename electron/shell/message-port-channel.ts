import type { MessagePortMain } from 'electron'
import { ChannelInbox, type Channel } from '../contract/channel'

/** What a Channel needs of a port: Electron's, or one of `node:worker_threads` behind the same few methods. */
export type PortLike = Pick<MessagePortMain, 'postMessage' | 'start' | 'close'> & {
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
}

/**
 * A Channel over a MessagePort of Electron's main process. An empty message, `null`, says that the sender is closing:
 * not every browser tells a port that its other end is gone. A number says how many bytes the page has read, since a
 * port takes everything at once and tells nothing of a reader that is slow.
 */
export function createMessagePortChannel(port: PortLike): Channel {
  const inbox = new ChannelInbox()
  let open = true
  let unread = 0
  const end = (): void => {
    open = false
    inbox.end()
  }
  port.on('message', ({ data }) => {
    if (data === null) port.close()
    if (typeof data === 'number') unread = Math.max(0, unread - data)
    const bytes = asBytes(data)
    if (bytes) inbox.deliver(bytes)
  })
  port.on('close', end)
  port.start()
  return {
    send: (message) => {
      if (!open) return
      unread += message.byteLength
      port.postMessage(message)
    },
    onMessage: (listener) => inbox.onMessage(listener),
    onClose: (listener) => inbox.onClose(listener),
    close: () => {
      if (!open) return
      port.postMessage(null)
      port.close()
      end()
    },
    bufferedBytes: () => (open ? unread : 0),
  }
}

/** The page sends Uint8Array or ArrayBuffer; anything else is no part of the contract and is left out. */
function asBytes(data: unknown): Uint8Array | undefined {
  if (data instanceof Uint8Array) return data
  return data instanceof ArrayBuffer ? new Uint8Array(data) : undefined
}
