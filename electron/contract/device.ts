import type { LinkConfig, LinkKind } from './link-config'
import type { PacketRow } from './model'
import type { Direction, PacketType, ProtocolLevel, QoS } from './packet'

/** A client, as lists show it. */
export interface DeviceRow {
  clientId: string
  /** Null for an external client. */
  group: string | null
  external: boolean
  connected: boolean
  /** Highest QoS it publishes or subscribes with. */
  qos: QoS
  publishes: boolean
  subscribes: boolean
  messagesPerSecond: number
  inFlight: number
  linkKind: LinkKind | null
  remote: string | null
}

/** A timer at whose end a packet is sent again, or given up, when no answer comes. */
export interface RetryTimer {
  /** When it ends: clock ms, moved on by what step mode lets pass. Inside a link, steady ms. */
  atMs: number
  /** Ms from its start to its end. */
  timerMs: number
}

/** A packet sent and not yet acknowledged. */
export interface InFlightRow {
  packetId: number
  type: PacketType
  direction: Direction
  topic: string
  /** When it was sent first: clock ms, moved on by what step mode has let pass since then. */
  sinceMs: number
  attempts: number
  /** The one that runs; null without one. */
  retryTimer: RetryTimer | null
  /** Step mode holds it: its timer begins when that lets it go. */
  held: boolean
}

/** All that is known of one client. */
export interface DeviceDetail extends DeviceRow {
  protocol: ProtocolLevel
  clean: boolean
  sessionPresent: boolean
  keepAliveMs: number
  subscriptions: { filter: string; qos: QoS }[]
  inFlightPackets: InFlightRow[]
  link: LinkConfig | null
  /** The last packets of this client, newest first, at most 20. */
  recent: PacketRow[]
}
