import { ChannelInbox, type Channel } from '@contract/channel'

/**
 * A MessagePort as a channel: the desktop window's transport. The port tells of the other end's close by an empty
 * message, and tells the other end by a number how many bytes were read.
 */
export function portChannel(port: MessagePort): Channel {
  const inbox = new ChannelInbox()
  port.onmessage = (e: MessageEvent<unknown>) => {
    if (e.data === null) inbox.end()
    const bytes = e.data instanceof ArrayBuffer ? new Uint8Array(e.data) : e.data
    if (!(bytes instanceof Uint8Array)) return
    inbox.deliver(bytes)
    port.postMessage(bytes.byteLength)
  }
  port.addEventListener('close', () => inbox.end())
  port.start()
  return {
    send: (m) => port.postMessage(m),
    onMessage: (f) => inbox.onMessage(f),
    onClose: (f) => inbox.onClose(f),
    close: () => {
      port.postMessage(null)
      port.close()
      inbox.end()
    },
    bufferedBytes: () => 0,
  }
}
