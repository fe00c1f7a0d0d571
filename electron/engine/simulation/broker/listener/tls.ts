import type { Socket } from 'node:net'
import { createServer } from 'node:tls'
import type { ListenerSpec } from '../types'
import { ListenerError } from '../types'
import type { OnStream, OpenServer } from './open-server'
import { remoteOf } from './tcp'

/** Node has no way to turn the handshake timeout off. */
const NO_LIMIT_MS = 2_147_483_647
/** @param handshakeTimeout ms, 0 for no limit */
export const noLimit = (handshakeTimeout: number): number =>
  handshakeTimeout === 0 ? NO_LIMIT_MS : handshakeTimeout
const DAY_MS = 86_400_000

/** MQTT over TLS, with the given certificate or one made for this host. */
export async function tlsServer(
  spec: ListenerSpec,
  handshakeTimeout: number,
  admit: (socket: Socket) => boolean,
  onStream: OnStream,
): Promise<OpenServer> {
  const { cert, key } = await certificateFor(spec)
  const server = withCertificate(() =>
    createServer({
      cert,
      key,
      handshakeTimeout: noLimit(handshakeTimeout),
      ...(spec.clientCa !== undefined && { ca: spec.clientCa, requestCert: true, rejectUnauthorized: true }),
    }),
  )
  server.on('connection', (socket: Socket) => {
    // A socket that fails before its handshake is done has nobody else who listens.
    socket.on('error', () => socket.destroy())
    admit(socket)
  })
  server.on('secureConnection', (socket) => onStream(socket, remoteOf(socket)))
  server.on('tlsClientError', (_e, socket) => socket.destroy())
  return { server, certificate: cert }
}

/** PEM text of the given certificate and key, or of one made for this host. */
export const certificateFor = async ({ tls, host }: ListenerSpec): Promise<{ cert: string; key: string }> =>
  tls ?? (await selfSigned(host))

/** A server of which `create` reads the certificate. @throws ListenerError when that cannot be used */
export function withCertificate<T>(create: () => T): T {
  try {
    return create()
  } catch (e) {
    const why = e instanceof Error ? e.message : String(e)
    throw new ListenerError('EBADCERT', `the TLS certificate or key cannot be used: ${why}`)
  }
}

async function selfSigned(host: string): Promise<{ cert: string; key: string }> {
  const isAddress = /^[\d.]+$|:/.test(host)
  const names = [
    { type: 2 as const, value: 'localhost' },
    { type: 7 as const, ip: '127.0.0.1' },
    { type: 7 as const, ip: '::1' },
  ]
  const own = isAddress ? { type: 7 as const, ip: host } : { type: 2 as const, value: host }
  const nowMs = Date.now()
  // read when it is needed: no other part is as large
  const { generate } = await import('selfsigned')
  const made = await generate([{ name: 'commonName', value: 'MQTT Fleet Lab' }], {
    keySize: 2048,
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - DAY_MS),
    notAfterDate: new Date(nowMs + 365 * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: host === 'localhost' || host === '127.0.0.1' ? names : [...names, own],
      },
    ],
  })
  return { cert: made.cert, key: made.private }
}
