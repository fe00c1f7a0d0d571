import type { AddressInfo, Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '../../clock/clock'
import {
  ListenerError,
  type BrokerLimits,
  type BrokerLogLine,
  type ListenerInfo,
  type ListenerKind,
  type ListenerSpec,
} from '../types'
import type { Kept } from '../kept'
import { logMessages } from '../log-messages'
import type { EndClient, OnStream, OpenServer } from './open-server'
import { Admission } from './admission'
import { tcpServer } from './tcp'
import { certificateFor, tlsServer } from './tls'
import { wsServer } from './ws'

export interface ListenersDeps {
  limits: BrokerLimits
  /** Real time. */
  clock: Clock
  /** What clients of all ports make the broker keep. */
  kept: Kept
  accept(stream: Duplex, remote: string, kind: ListenerKind): EndClient
  log(line: BrokerLogLine): void
  /** TCP clients that send no more are still sent to. @default false */
  allowHalfOpen?: boolean
}

/** The broker's open ports. */
export class Listeners {
  private readonly open_ = new Map<OpenServer, ListenerInfo>()
  private readonly sockets = new Set<Duplex>()
  private readonly admission: Admission

  constructor(private readonly deps: ListenersDeps) {
    this.admission = new Admission(deps.limits, deps.clock)
  }

  /** A client at this address and port was let in. */
  connected(remote: string): void {
    this.admission.connected(remote)
  }

  list(): ListenerInfo[] {
    return [...this.open_.values()]
  }

  /** @throws ListenerError */
  async open(spec: ListenerSpec): Promise<ListenerInfo> {
    const opened = await this.create(spec)
    const port = await startListening(opened.server, spec)
    const scheme = { tcp: 'mqtt', ws: 'ws', tls: 'mqtts', wss: 'wss' }[spec.kind]
    const host = spec.host.includes(':') ? `[${spec.host}]` : spec.host
    const url = `${scheme}://${host}:${port}${scheme.startsWith('ws') ? '/mqtt' : ''}`
    const info: ListenerInfo = { kind: spec.kind, host: spec.host, port, url }
    if (opened.certificate !== undefined) info.certificate = opened.certificate
    opened.server.on('error', (e) =>
      this.deps.log({ level: 'error', note: logMessages.listenerFailed(url, e.message) }),
    )
    this.open_.set(opened, info)
    return info
  }

  async close(): Promise<void> {
    const closing = [...this.open_.keys()].map(
      (opened) =>
        new Promise<void>((resolve) => {
          opened.close?.()
          opened.server.close(() => resolve())
        }),
    )
    this.open_.clear()
    await Promise.all(closing)
  }

  /** Cuts whatever is still connected. */
  destroySockets(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  private async create(spec: ListenerSpec): Promise<OpenServer> {
    const onStream: OnStream = (stream, remote) => this.deps.accept(stream, remote, spec.kind)
    switch (spec.kind) {
      case 'tcp':
        return tcpServer((socket) => this.admit(socket), onStream, this.deps.allowHalfOpen)
      case 'tls':
        return await tlsServer(
          spec,
          this.deps.limits.connectTimeout,
          (socket) => this.admit(socket),
          onStream,
        )
      case 'ws':
        return wsServer(this.deps.kept, (socket) => this.admit(socket), onStream)
      case 'wss':
        return wsServer(this.deps.kept, (socket) => this.admit(socket), onStream, await certificateFor(spec))
    }
  }

  /** Decides about a new socket before anything is read from it. */
  private admit(socket: Socket): boolean {
    const why = this.admission.take(socket)
    if (why !== null) {
      if (this.admission.mayLog()) this.deps.log({ level: 'warn', note: why })
      socket.destroy()
      return false
    }
    this.sockets.add(socket)
    socket.once('close', () => this.sockets.delete(socket))
    return true
  }
}

function startListening(server: Server, spec: ListenerSpec): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (e: NodeJS.ErrnoException) => reject(toListenerError(e, spec))
    server.once('error', failed)
    server.listen({ host: spec.host, port: spec.port }, () => {
      server.off('error', failed)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program is using that port; choose another port',
  EACCES: 'ports below 1024 need administrator rights; choose a port from 1024 up',
  EADDRNOTAVAIL: 'this computer has no such address; choose 127.0.0.1 or one of its own',
  ENOTFOUND: 'the host name is unknown; choose 127.0.0.1 or an address of this computer',
}

function toListenerError(e: NodeJS.ErrnoException, spec: ListenerSpec): ListenerError {
  const code = e.code ?? 'UNKNOWN'
  return new ListenerError(code, `cannot listen on ${spec.host}:${spec.port}: ${WHY[code] ?? e.message}`)
}
