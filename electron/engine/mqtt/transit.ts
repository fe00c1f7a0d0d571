import type { Alteration, Direction } from '../../contract/packet'
import type { Packet } from './packet'

/** Why a packet did not arrive. */
export type LossCause = 'model' | 'rule' | 'step' | 'cut' | 'reset'

/** Who put the packet on the wire: the MQTT endpoint itself, or the retransmission agent beside it. */
export type TransitOrigin = 'endpoint' | 'agent'

/**
 * One packet's way over one leg, from the moment it enters until it arrives or is lost.
 * The link (or, for external clients, the listener's tap) owns and mutates it; observers only read.
 */
export interface PacketTransit {
  /** Ascending over all legs of the engine, from 1. */
  readonly id: number
  readonly clientId: string
  readonly direction: Direction
  readonly packet: Packet
  /** What the network did to it. */
  readonly altered?: Alteration | undefined
  /** Size on the wire in bytes, where the end of the frame is not known @default all of the frame */
  readonly wireBytes?: number
  /** Clock ms at which it was sent. */
  readonly sentMs: number
  /** Clock ms before it was sent that step mode let pass for held packets, in which no timer came nearer. @default 0 */
  readonly skippedMs?: number
  /** The same for this packet's own way, when it was decided. @default 0 */
  ownSkippedMs?: number
  /** The same for other packets while it was on its way or held; known when it is settled. @default 0 */
  heldMs?: number
  readonly origin: TransitOrigin
  /** How many packets of this type this message has had on this leg and direction, this one included; 1 is the first. */
  readonly attempt: number
  state: 'transit' | 'held' | 'delivered' | 'lost'
  /** Clock ms of arrival or loss; while in transit, when it will be. */
  settledMs: number
  /** For a lost packet, how far it came: 0 the sender, 1 the receiver. */
  lossPoint: number
  cause: LossCause | null
  /** Times its TCP segment was lost and sent again on the way (tcp links only). */
  segmentLosses: number
}

/** What happens on a leg besides packets. */
export type LegEvent =
  | { kind: 'opened'; clientId: string; atMs: number }
  /** `by`: who or what ended the connection. */
  | { kind: 'closed'; clientId: string; atMs: number; by: 'client' | 'broker' | 'cut' | 'reset' | 'recovery' }
  /** The connection is half-open: nothing gets through, and neither end is told. */
  | { kind: 'dead'; clientId: string; atMs: number }
  /** The retransmission agent stops repeating: the limit is reached. `type` is PUBLISH or PUBREL. */
  | {
      kind: 'gave-up'
      clientId: string
      atMs: number
      direction: Direction
      packetId: number
      type: number
      attempts: number
    }

/** Sees every packet and event of every leg, synchronously and in order. Must not throw and must be quick. */
export interface TransitObserver {
  entered(p: PacketTransit): void
  /** Called once, when `state` has become delivered or lost. */
  settled(p: PacketTransit): void
  event(e: LegEvent): void
}
