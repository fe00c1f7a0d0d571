import WebSocket from 'ws'
import type { Dial } from './transport'
import { optionsFor, tlsOptions, type TlsFields } from './tls'

/** MQTT over WebSocket or secure WebSocket: binary messages, subprotocol `mqtt` (MQTT 5.0 section 6). */
export function webSocketDial(url: string, fields: TlsFields): Dial {
  const parsed = new URL(url)
  const secure = parsed.protocol === 'wss:' ? tlsOptions(parsed.hostname, fields) : null
  return (events, caller) => {
    let error: Error | null = null
    let waiting = 0
    const socket = new WebSocket(url, 'mqtt', {
      ...(secure === null ? { localAddress: caller.localAddress } : optionsFor(secure, fields, caller)),
      ...(fields.headers === undefined ? {} : { headers: fields.headers }),
      perMessageDeflate: false,
    })
    socket.binaryType = 'nodebuffer'
    const written = (): void => {
      if (--waiting === 0) events.drained()
    }
    socket.on('open', () => events.opened())
    socket.on('message', (bytes: Buffer) => events.data(bytes, bytes.length))
    socket.on('error', (e) => (error = e))
    socket.on('close', () => events.closed(error))
    return {
      write(bytes) {
        waiting++
        socket.send(Buffer.from(bytes), written)
        return false
      },
      end: () => socket.close(),
      destroy: () => socket.terminate(),
    }
  }
}
