import type { Note } from '../../../contract/model'
import type { Clock } from '../clock/clock'
import type { Frame } from '../../mqtt/packet'
import type { ProtocolLevel } from '../../../contract/packet'
import type { Qos2Method } from '../../../contract/scenario'
import type { Access, Permissions } from './access'
import type { Kept } from './kept'
import type { Message } from './message'
import type { RetainedStore } from './retained'
import type { Session } from './session'
import type { Sessions } from './sessions'
import type { AedesPort } from './aedes-port'
import type { Turns } from './turns'
import type { BrokerTraffic } from './traffic'
import type { Endings } from './endings'
import type {
  BrokerClientInfo,
  BrokerDeps,
  BrokerEvent,
  BrokerLimits,
  BrokerLogLine,
  RouteObserver,
} from './types'
import type { Will } from './wire/connect'
import type { Publish } from './wire/publish'

/** One client's connection as the rest of the broker sees it. */
export interface ClientContext {
  readonly hub: Hub
  readonly clientId: string
  readonly level: ProtocolLevel
  /** Not one of the application's own devices: what it asks for takes turns. */
  readonly external: boolean
  /** Null until CONNECT is accepted. */
  readonly session: Session | null
  readonly permissions: Permissions
  /** Published if the connection ends without a DISCONNECT. */
  will: Will | null
  send(frame: Frame): void
  /** Sent and not taken by the client. */
  bufferedBytes(): number
  /** Something the client asked for is denied: a log line, at most one per second. */
  denied(about: () => Note): void
  /** Nothing more is read from the client until `goOn` has been called as often. */
  hold(): void
  goOn(): void
  /** What was thrown while a packet of the client was handled: its connection ends for it. */
  failWith(thrown: unknown): void
  /** The client said DISCONNECT. */
  leave(reason: string): void
  /** Ends the connection for a reason of the broker's. */
  end(reason: number, text: string): void
  /** Null until CONNECT is accepted. */
  info(): BrokerClientInfo | null
}

/** What the broker offers to its connections. */
export interface Hub {
  readonly deps: BrokerDeps
  readonly limits: BrokerLimits
  readonly kept: Kept
  readonly access: Access
  /** When a QoS 2 message is passed on. */
  readonly qos2: Qos2Method
  readonly sessions: Sessions
  readonly retained: RetainedStore
  readonly routes: RouteObserver | undefined
  /** Long work of the clients, a little of each at a time. */
  readonly turns: Turns
  readonly endings: Endings
  readonly traffic: BrokerTraffic
  /** Connected clients by identifier. */
  readonly connected: Map<string, ClientContext>
  /** All connections, half-open ones included. */
  readonly connections: Set<ClientContext>
  clockOf(device: boolean): Clock
  /** A client that was let in is gone: told on `$SYS`. */
  left(clientId: string): void
  /** Gives a port to aedes, as soon as aedes runs. */
  handOver(port: AedesPort): void
  /** @param external the client is not one of the application's own devices */
  newMessage(clientId: string | null, p: Omit<Publish, 'packetId'>, external: boolean): Message
  /** Sends a message through aedes: retained store, routing, `$SYS`. */
  publish(message: Message): void
  emit(e: BrokerEvent): void
  log(line: BrokerLogLine): void
}
