import { ChannelInbox, type Channel } from '@contract/channel'

/**
 * A WebSocket as a channel: the browser's transport.
 * @throws Error when the connection cannot be opened
 */
export function openWebSocketChannel(url: string): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    socket.binaryType = 'arraybuffer'
    const inbox = new ChannelInbox()
    socket.onmessage = (e: MessageEvent<unknown>) => {
      if (e.data instanceof ArrayBuffer) inbox.deliver(new Uint8Array(e.data))
    }
    socket.onclose = () => {
      inbox.end()
      reject(new Error(`no connection to ${url}`))
    }
    socket.onopen = () =>
      resolve({
        send: (m) => {
          if (socket.readyState === WebSocket.OPEN) socket.send(m as Uint8Array<ArrayBuffer>)
        },
        onMessage: (f) => inbox.onMessage(f),
        onClose: (f) => inbox.onClose(f),
        close: () => {
          socket.close()
          inbox.end()
        },
        bufferedBytes: () => socket.bufferedAmount,
      })
  })
}
