import type { Duplex } from 'node:stream'
import type { RetryTimer } from '../../../contract/device'
import type { LinkConfig } from '../../../contract/link-config'
import type { ListenerStatus } from '../../../contract/model'
import type { Direction, PacketType } from '../../../contract/packet'
import type { Clock } from '../clock/clock'
import type { PacketPort } from '../../mqtt/port'
import type { PacketTransit, TransitObserver } from '../../mqtt/transit'

/**
 * The simulated network between one client and the broker. It outlives connections, as the agents' memory of
 * unacknowledged packets must.
 *
 *   mqtt.js <-> agent <-> | uplink: loss -> delay -> | <-> agent <-> broker
 *                         | <- delay <- loss :downlink |
 */
export interface Link {
  /** Identifier of the client it belongs to. */
  readonly id: string
  readonly config: LinkConfig
  /** Steady ms at which the client was handed a packet last; 0 before the first. */
  readonly heardMs: number
  /** Opens a new connection and gives its two ends. An earlier one is closed first. */
  connect(): { client: ClientStream; broker: PacketPort }
  /** Changes the network under a live connection. Packets on their way keep the fate they have. */
  setConfig(config: LinkConfig): void
  /** Loses the next packet of that type in that direction, whatever the loss model says. */
  dropNext(direction: Direction, type: PacketType): void
  /** Ends the connection at once, as a pulled cable and a reset would. */
  cut(): void
  /** Nothing gets through the connection any more, and neither end is told: it is half-open. */
  die(): void
  /** Packets in transit or held, and retry timers that are set: 0 when nothing more will happen by itself. */
  pending(): number
  /**
   * The timer of a side's packet of this identifier; null without one.
   * @param direction in which it was sent
   */
  retryTimer(direction: Direction, packetId: number): RetryTimer | null
  /** Ends the connection and all timers for good. */
  close(): void
}

/** The client's end of a connection. */
export interface ClientStream extends Duplex {
  /** Bytes that were handed on and not taken yet by whoever reads. */
  backlog: () => number
  /** The reader has taken what waited for it. */
  readAgain(): void
}

/** Where somebody else's program, which reaches the broker over a link, comes from. */
export interface Guest {
  /** Address and port. */
  readonly remote: string
  readonly listener: ListenerStatus['kind']
}

/** A client's place at the broker: its link, which outlives connections, and the way to open one. */
export interface Attachment {
  readonly link: Link
  /**
   * Opens a connection to the broker through the link and gives the client's end; an earlier one is closed first.
   * @param guest where the client comes from, if it is no device of ours
   */
  connect(guest?: Guest): ClientStream
  /** Ends the connection and the link for good. */
  close(): void
}

/** Step mode's gate, shared by all links: holds packets until somebody decides. */
export interface Gate {
  /** Held packets, oldest first. */
  held(): readonly PacketTransit[]
  /** Lets a held packet go on; its delay passes at once, without any timer coming nearer. False if it is not held. */
  deliver(transitId: number): boolean
  drop(transitId: number): boolean
  /** Delivers everything that is held. */
  deliverAll(): void
  /** Called whenever the first packet is held and when none is any more. */
  onChange(listener: (holding: boolean) => void): void
}

export interface LinkDeps {
  clock: Clock
  observer: TransitObserver
  /** Seed of the scenario: every fate is a function of it (see fate.ts). */
  seed: number
  /** Next transit identifier; shared by all legs. */
  nextTransitId: () => number
  gate: GateKeeper
  /** The client is somebody else's program: nothing is repeated or answered in its place, or in the broker's. */
  real?: boolean
}

/** The links' side of the gate. */
export interface GateKeeper extends Gate {
  /** Holds a packet; calls back once with the decision. A closed connection withdraws it. */
  hold(p: PacketTransit, decided: (action: 'deliver' | 'drop') => void): void
  withdraw(p: PacketTransit): void
}
