import { ChannelInbox, type Channel } from '@contract/channel'

/** A MessagePort as a channel: the desktop window's transport. The port tells of the other end's close by an empty message. */
export function portChannel(port: MessagePort): Channel {
  const inbox = new ChannelInbox()
  port.onmessage = (e: MessageEvent<unknown>) => {
    if (e.data instanceof Uint8Array) inbox.deliver(e.data)
    else if (e.data instanceof ArrayBuffer) inbox.deliver(new Uint8Array(e.data))
    else if (e.data === null) inbox.end()
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
