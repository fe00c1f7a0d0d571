import type { IPublishPacket } from 'mqtt'
import type { StateValue } from '../../../contract/answers'
import type { LinkConfig } from '../../../contract/link-config'
import type { Note } from '../../../contract/model'
import type { QoS } from '../../../contract/packet'
import type { GroupConfig } from '../../../contract/scenario'
import type { Clock } from '../clock/clock'
import type { Attachment } from '../link/types'
import type { Recordings } from './recorded'

/** A message handed to a device's client for publishing. */
export interface Offered {
  group: string
  publisher: string
  /** Number of the message among the device's, from 1. */
  sequence: number
  topic: string
  qos: QoS
  payload: Buffer
  /** Clock ms at which it was due. */
  atMs: number
  /** The message says itself which one it is. */
  identified: boolean
  /** Of the link it goes over. */
  link: LinkConfig
  /** False when it never leaves the device: QoS 0 without a connection, or too many unacknowledged. */
  sent: boolean
}

/** A message that a device's application received. */
export interface Received {
  subscriber: string
  topic: string
  payload: Buffer
  /** 0 at QoS 0. */
  packetId: number
  userIdentity: string | null
  retained: boolean
  atMs: number
  packet: IPublishPacket
}

/** What devices tell the engine. */
export interface FleetObserver {
  offered(message: Offered): void
  received(message: Received): void
  /** The device publishes a message of the user's, which none of its group is: the next PUBLISH on its uplink. */
  interposed(clientId: string): void
  /** A device connected, disconnected, subscribed or ended. */
  changed(): void
  log(level: 'info' | 'warn' | 'error', note: Note): void
}

export interface Credentials {
  username: string
  password: string
}

/** What a device needs of the engine. */
export interface DeviceDeps {
  clock: Clock
  seed: number
  observer: FleetObserver
  /** Joins a client to the broker by a link of its own. */
  attach(clientId: string, link: LinkConfig): Attachment
  /** For the broker; null where it wants none. */
  credentials(): Credentials | null
  recordings: Recordings
  /** Messages each device may publish; Infinity for no limit. */
  messageLimit: number
  /** Unacknowledged messages a device may have; more are counted as offered and never leave it. @default 2000 */
  maxInFlight?: number
}

/** One device of a group, with the placeholders of its template filled in. */
export interface DeviceSpec {
  clientId: string
  /** From 1. */
  index: number
  group: GroupConfig
  link: LinkConfig
  /** What the device keeps, by name; only where its group has a `state`. */
  state?: Map<string, StateValue>
}
