import type { WebSocket } from 'ws'
import { ChannelInbox, type Channel } from '../contract/channel'

/**
 * A Channel over a WebSocket of the `ws` package. Text frames are no part of the contract and end the connection
 * (close code 1003, RFC 6455 section 7.4.1).
 */
export function createWebSocketChannel(socket: WebSocket): Channel {
  const inbox = new ChannelInbox()
  socket.binaryType = 'nodebuffer'
  socket.on('message', (data, isBinary) => {
    if (!isBinary) socket.close(1003, 'binary messages only')
    else if (Buffer.isBuffer(data)) inbox.deliver(data)
  })
  socket.on('close', () => inbox.end())
  // 'close' follows every error and is what the owner acts on.
  socket.on('error', () => socket.terminate())
  return {
    send: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(message, { binary: true })
    },
    onMessage: (listener) => inbox.onMessage(listener),
    onClose: (listener) => inbox.onClose(listener),
    close: () => {
      socket.close(1000)
      inbox.end()
    },
    bufferedBytes: () => socket.bufferedAmount,
  }
}
