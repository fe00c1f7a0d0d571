import { connect as connectTcp, isIP, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import WebSocket, { createWebSocketStream } from 'ws'
import { ApiError } from '../../../contract/errors'
import { maskedUrls } from '../../../contract/load-url'
import type { BrokerStatus, Note } from '../../../contract/model'
import type { ExternalBrokerConfig } from '../../../contract/scenario'
import { note } from '../../base/notes'
import type { PacketPort } from '../../mqtt/port'
import { FrameSplitter } from '../../mqtt/splitter'
import type { ListenerKind } from '../broker/types'
import type { Credentials } from '../fleet/types'
import { readPem, readTls } from './listen-near'
import { passThrough, type Passage } from './pass-through'
import { secret, type BrokerTarget, type Env } from './target'

const DEFAULT_PORTS: Record<string, number> = { 'mqtt:': 1883, 'mqtts:': 8883 }
const PROBE_MS = 5000
/** Bytes on their way to a device above which no more is read from the broker. */
const FULL_BYTES = 1_048_576

/** Why a connection could not be made, in words that say what to look at. */
function reason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'nothing is listening there'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name is unknown'
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EHOSTUNREACH':
    case 'EADDRNOTAVAIL':
      return 'the network is unreachable from this computer'
    case 'ETIMEDOUT':
      return 'no response within 5 s'
    default:
      return error.message
  }
}

/** PEM text: the authority to trust, and the certificate to show with its key. */
interface TlsFiles {
  ca: string | undefined
  own: { cert: string; key: string } | undefined
}

/** Sockets to a broker that is not ours, one for each connection of each client. */
class ExternalTarget implements BrokerTarget {
  readonly embedded = null
  private readonly url: URL
  /** The address without the secrets of its query, for status, notes and messages. */
  private readonly shownUrl: string
  private readonly sockets = new Set<Duplex>()
  private problem: Note | null = null
  private closed = false

  constructor(
    private readonly config: ExternalBrokerConfig,
    readonly credentials: Credentials | null,
    private readonly tls: TlsFiles,
  ) {
    this.url = new URL(config.url)
    this.shownUrl = maskedUrls(config.url)
  }

  open(onOpen: () => void, onError: (e: NodeJS.ErrnoException) => void): Duplex {
    const stream = this.url.protocol.startsWith('ws') ? this.openWebSocket(onOpen) : this.openSocket(onOpen)
    stream.on('error', onError)
    return stream
  }

  private openSocket(onOpen: () => void): Socket {
    const { hostname, protocol, port } = this.url
    const host = hostname.replace(/^\[|\]$/g, '')
    const at = { host, port: Number(port || DEFAULT_PORTS[protocol]) }
    if (protocol === 'mqtt:') return connectTcp({ ...at, noDelay: true, allowHalfOpen: true }, onOpen)
    return connectTls(
      { ...at, servername: this.config.serverName ?? (isIP(host) ? '' : host), ...this.trust() },
      onOpen,
    )
  }

  private trust() {
    const { ca, own } = this.tls
    return { ca, ...own, rejectUnauthorized: !this.config.insecure }
  }

  private openWebSocket(onOpen: () => void): Duplex {
    const { serverName } = this.config
    const name = serverName === undefined ? {} : { servername: serverName }
    const socket = new WebSocket(this.url, ['mqtt'], { ...name, ...this.trust() })
    socket.once('open', onOpen)
    return createWebSocketStream(socket)
  }

  /** @throws ApiError `unavailable` */
  async probe(signal: AbortSignal): Promise<void> {
    await new Promise<void>((done, fail) => {
      const timer = setTimeout(() => {
        stream.destroy()
        fail(this.unreachable({ name: 'Error', message: '', code: 'ETIMEDOUT' }))
      }, PROBE_MS)
      const stream = this.open(
        () => {
          clearTimeout(timer)
          stream.destroy()
          done()
        },
        (e) => {
          clearTimeout(timer)
          fail(this.unreachable(e))
        },
      )
      const stop = (): unknown => stream.destroy(new Error('closed before it answered'))
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    })
  }

  private unreachable(e: NodeJS.ErrnoException): ApiError {
    return new ApiError(
      'unavailable',
      `cannot reach the broker at ${this.shownUrl}: ${maskedUrls(reason(e))}`,
    )
  }

  attach(end: PacketPort): void {
    if (this.closed) {
      end.close()
      return
    }
    const socket = this.open(
      () => (this.problem = null),
      (e) => {
        const why = maskedUrls(reason(e))
        this.problem = note('broker-unreachable', 'The broker at {url} cannot be reached: {why}.', {
          url: this.shownUrl,
          why,
        })
      },
    )
    this.sockets.add(socket)
    socket.on('close', () => this.sockets.delete(socket))
    join(end, socket)
  }

  accept(stream: Duplex, _remote: string, _listener: ListenerKind, seen?: Passage): void {
    const socket = this.open(
      () => (this.problem = null),
      () => undefined,
    )
    this.sockets.add(socket)
    socket.on('close', () => this.sockets.delete(socket))
    passThrough(stream, socket, seen)
  }

  status(): BrokerStatus {
    const state = this.closed || this.problem ? 'down' : 'up'
    return { kind: 'external', state, listeners: [], url: this.shownUrl, note: this.problem }
  }

  close(): Promise<void> {
    this.closed = true
    for (const s of this.sockets) s.destroy()
    return Promise.resolve()
  }
}

function credentialsOf({ username, passwordEnv }: ExternalBrokerConfig, env: Env): Credentials | null {
  if (username === undefined) return null
  return { username, password: passwordEnv === undefined ? '' : secret(env, passwordEnv) }
}

/** Joins a link's broker end to a socket. Each waits while the other has no room. */
function join(end: PacketPort, socket: Duplex): void {
  const splitter = new FrameSplitter()
  end.receiver = {
    packet: (p) => {
      if (!socket.write(p.frame)) end.pause()
    },
    ended: () => socket.destroy(),
    drained: () => socket.resume(),
    failed: () => socket.destroy(),
  }
  socket.on('drain', () => end.resume())
  socket.on('data', (chunk: Buffer) => {
    try {
      splitter.push(chunk, (frame) => end.send(frame))
    } catch {
      // The broker sends what cannot be MQTT: the connection ends, as the client itself would end it.
      socket.destroy()
    }
    if (end.bufferedBytes > FULL_BYTES) socket.pause()
  })
  // What the broker said last, such as why it refuses, still has to cross the link.
  socket.on('end', () => socket.end())
  socket.on('close', () => end.close())
}

/**
 * Leads clients to an external broker, after one connection to see that it is there.
 * @param signal ends the wait for that connection
 * @throws ApiError `unavailable` when it cannot be reached, `bad-scenario` for a missing password or CA file
 */
export async function startExternal(
  config: ExternalBrokerConfig,
  env: Env,
  signal: AbortSignal,
): Promise<BrokerTarget> {
  const credentials = credentialsOf(config, env)
  const ca = await readPem(config.caFile, 'broker.caFile')
  const target = new ExternalTarget(config, credentials, { ca, own: await readTls(config, 'broker') })
  await target.probe(signal)
  return target
}
