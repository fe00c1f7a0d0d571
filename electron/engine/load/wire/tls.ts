import tls from 'node:tls'
import type { Dial } from './transport'

/** How to trust the broker and what to show it. PEM texts, not file names. */
export interface TlsFields {
  ca?: string | undefined
  cert?: string | undefined
  key?: string | undefined
  /** Name asked for and checked. @default the host of the URL */
  serverName?: string | undefined
  /** Accepts any certificate. */
  insecure: boolean
}

/** Options of node:tls for these fields. */
export function tlsOptions(host: string, f: TlsFields): tls.ConnectionOptions {
  const name = f.serverName ?? (/^[\d.]+$|:/.test(host) ? undefined : host)
  return {
    rejectUnauthorized: !f.insecure,
    ...(name === undefined ? {} : { servername: name }),
    ...(f.ca === undefined ? {} : { ca: f.ca }),
    ...(f.cert === undefined ? {} : { cert: f.cert, key: f.key }),
  }
}

/** MQTT over TLS. Bytes to send are copied: OpenSSL may hold on to them after `write` returns. */
export function tlsDial(host: string, port: number, fields: TlsFields): Dial {
  const options = tlsOptions(host, fields)
  return (events, localAddress) => {
    let error: Error | null = null
    let waiting = 0
    const socket = tls.connect({ host, port, ...options, ...(localAddress ? { localAddress } : {}) })
    socket.setNoDelay(true)
    const written = (): void => {
      if (--waiting === 0) events.drained()
    }
    socket.on('secureConnect', () => events.opened())
    socket.on('data', (bytes: Buffer) => events.data(bytes, bytes.length))
    socket.on('error', (e: Error) => (error = e))
    socket.on('close', () => events.closed(error))
    return {
      write(bytes) {
        waiting++
        socket.write(Buffer.from(bytes), written)
        return false
      },
      end() {
        socket.end()
      },
      destroy() {
        socket.destroy()
      },
    }
  }
}
