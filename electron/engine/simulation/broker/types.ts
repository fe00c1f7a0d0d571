import type { Qos2Method } from '../../../contract/scenario'
import type { Duplex } from 'node:stream'
import type { MessageProperties } from '../../../contract/desk'
import type { KeptByBroker } from '../../../contract/kept'
import type { Note } from '../../../contract/model'
import type { ProtocolLevel, QoS } from '../../../contract/packet'
import type { BrokerLimits } from '../../../contract/broker-limits'
import type { Steps } from '../../base/slices'
import type { Clock } from '../clock/clock'
import type { PacketPort } from '../../mqtt/port'
import type { TransitObserver } from '../../mqtt/transit'

export { DEFAULT_LIMITS, type BrokerLimits } from '../../../contract/broker-limits'

/** One line for the user: a refused client, a broken packet, a full queue. */
export interface BrokerLogLine {
  level: 'info' | 'warn' | 'error'
  note: Note
  clientId?: string
  /** Address and port of an external client. */
  remote?: string
}

/**
 * Says under which number an application message goes on; each PUBLISH that the broker sends bears the number
 * (`Packet.messageId`), so the legs of a message are tied exactly and not by its content. All calls are synchronous and
 * must not throw.
 */
export interface RouteObserver {
  /** An inbound PUBLISH is passed on as a new application message. Comes before every copy of it is sent. */
  ingress(e: RouteLeg): void
  /** An inbound PUBLISH was acknowledged but not passed on: its QoS 2 identifier is already stored, or it was denied. */
  discarded?(e: { clientId: string; packetId: number; why: 'duplicate' | 'denied' }): void
  /** The last PUBLISH that came from this client breaks a rule. Its connection ends for it. */
  refused?(e: { clientId: string; reason: number }): void
  /** The broker is about to end a client's connection. `reason` is one of MQTT 5.0 table 2-6, whatever the level. */
  ended?(e: { clientId: string; reason: number }): void
  /** A client's will is published now; or withdrawn, since the client took up its session within the will delay [MQTT-3.1.3-9]. */
  will?(e: { clientId: string; topic: string; withdrawn: boolean }): void
}
export interface RouteLeg {
  /** Number of the application message: ascends from 1 during the life of the broker. */
  messageId: number
  clientId: string
  /** 0 at QoS 0. */
  packetId: number
}

export interface BrokerDeps {
  /** Simulated time: in-process devices live in it, and message expiry counts in it. */
  clock: Clock
  /** Real time: sockets, keep-alive of external clients, connect timeout. */
  realClock: Clock
  /** Tap for external clients: every frame of both directions, delivered as it is sent. */
  observer: TransitObserver
  nextTransitId(): number
  log(line: BrokerLogLine): void
  routes?: RouteObserver
}

/** A user who may log in, with the password itself; where it comes from is the caller's business. */
export interface BrokerUser {
  username: string
  password: string
  /** Topic filters. */
  publish: readonly string[]
  subscribe: readonly string[]
}

export interface BrokerOptions {
  /** Absent: everyone may connect and use every topic but `$SYS`. */
  users?: readonly BrokerUser[]
  /** Topic filters: what nobody may publish to, and what nobody may subscribe to. */
  refuse?: { publish: readonly string[]; subscribe: readonly string[] } | undefined
  limits?: Partial<BrokerLimits>
  /** Real ms between two times that `$SYS/broker/...` is published. @default 0, never */
  sysInterval?: number
  /** When a QoS 2 message is passed on. @default 'on-publish' */
  qos2?: Qos2Method
  /** Of the application, told on `$SYS/broker/version`. @default none */
  version?: string
}

export type ListenerKind = 'tcp' | 'ws' | 'tls' | 'wss'
/** Where a connection comes from. */
export type Origin =
  | { device: true; clientId: string }
  | {
      device: false
      remote: string
      listener: ListenerKind
      /**
       * It comes over a simulated link, where its packets are observed, as the client of that name: the broker gives it to a
       * client that has none.
       */
      linked?: string
    }

export interface ListenerSpec {
  kind: ListenerKind
  host: string
  /** 0 lets the system choose. */
  port: number
  /** PEM text; absent on a `tls` or `wss` listener means a certificate made on the spot. */
  tls?: { cert: string; key: string }
  /** PEM text of the authority whose certificates clients must have; without it they need none. */
  clientCa?: string
}
export interface ListenerInfo {
  kind: ListenerKind
  host: string
  port: number
  url: string
  /** PEM of the certificate clients can trust (tls and wss only). */
  certificate?: string
}

/** A listener could not be opened; `code` is the system's, such as EADDRINUSE, and `message` one line. */
export class ListenerError extends Error {
  override readonly name = 'ListenerError'
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

export interface BrokerSubscription {
  filter: string
  /** Granted. */
  qos: QoS
  /** MQTT 5 subscription options; false, false, 0 for older clients. */
  noLocal: boolean
  retainAsPublished: boolean
  retainHandling: 0 | 1 | 2
  identifier: number | null
}

/** What is kept for all clients, in bytes. */
export interface KeptBytes {
  /** Messages in queues and in flight: each message once, however many wait for it, and each copy of it. */
  queues: number
  retained: number
  subscriptions: number
  /** Sessions with their client identifiers. */
  sessions: number
  wills: number
  /** Written and not taken by the clients' sockets. */
  unread: number
  /** Packets of which the end has not arrived. */
  halfRead: number
}

/** Bytes that the broker keeps for one session, with topics, properties and overhead. */
export interface SessionBytes {
  queued: number
  inFlight: number
  subscriptions: number
  /** The session itself, and a will that waits. */
  session: number
}

export interface BrokerSessionInfo {
  clientId: string
  connected: boolean
  /** Survives the connection. */
  persistent: boolean
  subscriptions: BrokerSubscription[]
  /** Messages not yet sent for the first time. */
  queued: number
  /** Sent and not yet fully acknowledged. */
  inFlight: number
  /** QoS 2 identifiers received from the client and not yet released. */
  receiving: number
  /** Messages dropped because the client was too slow or its queue was full. */
  dropped: number
  bytes: SessionBytes
}

export interface BrokerClientInfo extends BrokerSessionInfo {
  /** False for the application's own devices. */
  external: boolean
  remote: string | null
  listener: ListenerKind | null
  protocolLevel: ProtocolLevel
  clean: boolean
  /** Seconds as asked for in CONNECT; 0 is off. */
  keepAlive: number
  /** Engine clock ms. */
  connectedAtMs: number
  username: string | null
  will: { topic: string; qos: QoS; retain: boolean } | null
}

/** `by` names who ended the connection. */
export type BrokerEvent =
  | { kind: 'connected'; client: BrokerClientInfo; sessionPresent: boolean }
  | { kind: 'disconnected'; clientId: string; external: boolean; by: 'client' | 'broker'; reason: string }
  | { kind: 'subscribed'; clientId: string; subscriptions: BrokerSubscription[] }
  | { kind: 'unsubscribed'; clientId: string; filters: string[] }
  /** A message of the broker's own on `$SYS`. */
  | { kind: 'sys'; topic: string; payload: Buffer }

export interface RetainedMessage {
  topic: string
  payload: Buffer
  qos: QoS
}

export interface EmbeddedBroker {
  /** Takes the broker end of a link. Not tapped: the link itself is observed. */
  attach(port: PacketPort, origin: Origin): void
  /** Takes an external client's stream, as a listener does. */
  accept(stream: Duplex, remote: string, listener: ListenerKind): void
  /** @throws ListenerError */
  listen(spec: ListenerSpec): Promise<ListenerInfo>
  listeners(): ListenerInfo[]
  /** Connected clients. */
  clients(): BrokerClientInfo[]
  client(clientId: string): BrokerClientInfo | null
  /** All sessions, those of absent clients included. */
  sessions(): BrokerSessionInfo[]
  session(clientId: string): BrokerSessionInfo | null
  /** Retained messages that match a filter. */
  retained(filter: string): RetainedMessage[]
  clearRetained(topic: string): boolean
  /** What is kept for all clients, in bytes. */
  kept(): KeptBytes
  /** The same with the limits, and the clients for whom most is kept, at most so many; in steps, for every session is looked at. */
  keptBySteps(most: number): Steps<KeptByBroker>
  /** A message from the broker itself. @throws RangeError for a topic that is not a topic name */
  publish(message: {
    topic: string
    payload: Buffer | string
    qos?: QoS
    retain?: boolean
    properties?: MessageProperties | undefined
  }): void
  /** Ends a client's connection (MQTT 5: DISCONNECT 0x98, administrative action). False if it is not connected. */
  disconnect(clientId: string): boolean
  /**
   * As when it restarts: ends every connection, no will of which is due, and turns newcomers away until it is back. Sessions
   * and retained messages are kept.
   */
  setAway(away: boolean): void
  readonly away: boolean
  /** Returns the function that stops listening. */
  on(listener: (e: BrokerEvent) => void): () => void
  /** Closes listeners, connections and timers, within a second. */
  close(): Promise<void>
}
