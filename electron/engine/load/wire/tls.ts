import tls, { type SecureContext } from 'node:tls'
import type { Caller, Dial } from './transport'

/** How to trust the broker and what to show it. PEM texts, not file names. */
export interface TlsFields {
  ca?: string | undefined
  cert?: string | undefined
  key?: string | undefined
  /** Name asked for and checked. @default the host of the URL */
  serverName?: string | undefined
  /** Accepts any certificate. */
  insecure: boolean
  /** Protocols to offer in the handshake (ALPN, RFC 7301). */
  alpn?: readonly string[] | undefined
  /** Headers of a WebSocket handshake. */
  headers?: Readonly<Record<string, string>> | undefined
}

/** Options of node:tls for these fields. */
export function tlsOptions(host: string, f: TlsFields): tls.ConnectionOptions {
  const name = f.serverName ?? (/^[\d.]+$|:/.test(host) ? undefined : host)
  return {
    rejectUnauthorized: !f.insecure,
    ...(name === undefined ? {} : { servername: name }),
    secureContext: contextOf(f),
  }
}

/** Certificates in the form that connections use; to read them for each would cost more than the handshake. */
const contextOf = ({ ca, cert, key }: Pick<TlsFields, 'ca' | 'cert' | 'key'>): SecureContext =>
  tls.createSecureContext({
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert, key }),
  })

/** The options for one client: with its own certificate where it has one. */
export function optionsFor(
  common: tls.ConnectionOptions,
  f: TlsFields,
  caller: Caller,
): tls.ConnectionOptions {
  const { cert, key, localAddress } = caller
  caller.tls ??= { resumed: false }
  const own = caller.tls
  if (cert !== undefined) own.context ??= contextOf({ ca: f.ca, cert, key })
  return {
    ...common,
    ...(own.context === undefined ? {} : { secureContext: own.context }),
    ...(own.session === undefined ? {} : { session: own.session }),
    ...(localAddress === undefined ? {} : { localAddress }),
  }
}

/** MQTT over TLS. Bytes to send are copied: OpenSSL may hold on to them after `write` returns. */
export function tlsDial(host: string, port: number, fields: TlsFields): Dial {
  const { alpn } = fields
  const common = { ...tlsOptions(host, fields), ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }) }
  return (events, caller) => {
    let error: Error | null = null
    let waiting = 0
    const socket = tls.connect({ host, port, ...optionsFor(common, fields, caller) })
    socket.setNoDelay(true)
    const written = (): void => {
      if (--waiting === 0) events.drained()
    }
    socket.on('secureConnect', () => {
      if (caller.tls !== undefined) caller.tls.resumed = socket.isSessionReused()
      events.opened()
    })
    if (caller.resumesTls === true) {
      socket.on('session', (session: Buffer) => {
        if (caller.tls !== undefined) caller.tls.session = session
      })
    }
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
