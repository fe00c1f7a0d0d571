import type { LossReason, PacketRow, SessionMark } from '@contract/model'
import type { QoS } from '@contract/packet'

/** Reason of a DISCONNECT that asks for the will (5.0 section 3.14.2.1). */
export const WITH_WILL = 0x04

/** Everything a sentence can be about. Each is a fact of the capture. */
export type HappeningKind =
  // packets of a handshake
  | 'sent'
  | 'lost'
  | 'held'
  | 'late'
  | 'unarrived'
  | 'behind'
  | 'resent'
  | 'resent-late'
  | 'resent-stood-still'
  | 'resent-answered'
  | 'resent-response'
  | 'resumed'
  | 'acknowledged'
  | 'received'
  | 'identifier-freed'
  | 'handshake-done'
  // what a packet changed at its receiver
  | 'passed-on-again'
  | 'taken-again'
  | 'discarded'
  | 'released'
  | 'released-before'
  | 'forgotten-before'
  | 'delivered'
  | 'refused'
  | 'retained-kept'
  | 'retained-sent'
  | 'queued'
  | 'queue-sent'
  | 'not-queued'
  | 'missed'
  | 'kept-back'
  | 'alias-given'
  | 'alias-used'
  | 'nobody'
  // how it ended
  | 'gave-up'
  | 'abandoned'
  | 'once'
  | 'skipped'
  // connections
  | 'ended'
  | 'back'
  | 'will'
  | 'no-will'
  | 'will-withdrawn'

/** What a sentence is about. `s` sends, `r` receives; null is the broker. */
export interface Happening {
  kind: HappeningKind
  /** Capture number of the packet it speaks of; null for a mark. */
  seq: number | null
  /** More packets that it speaks of. */
  also: number[]
  /** When it came true, ms; of its packet, as that was sent (`start`) or as it came to its end. */
  atMs: number
  at: 'start' | 'end'
  /** Its place among things of the same time. */
  order: number
  s: string | null
  r: string | null
  qos: QoS
  packet: PacketRow | null
  /** Of its packet; see `ordinalOf`. */
  nth: number | null
  /** Of `delivered`: the sentence before it is about another message, so that "it" would mean that one. */
  apart: boolean
  /**
   * Why a packet was lost; of `resent`, the answer or the attempt before. `dead`: it went into a connection through which
   * nothing got any more.
   */
  reason: LossReason | 'dead' | null
  waitMs: number
  attempts: number
  /** Clients concerned, e.g. subscribers that got a copy. */
  clients: string[]
  /** Whether the receiver had the message already; of `once` and `delivered`: whether anything had gone wrong before. */
  known: boolean
  /** Something of the kind was told of this handshake before; of `queue-sent` and `missed`, that their client is back. */
  too: boolean
  /**
   * Copies that one of `clients` has had by then; of `skipped`: happenings that are left out; of `kept-back`: messages that
   * the client takes at a time.
   */
  copies: number
  /** Of `kept-back`: the acknowledgement of another message that made room for this one; else null. */
  room: 'PUBACK' | 'PUBREC' | 'PUBCOMP' | null
  /** Whether the broker had kept the session, where a CONNACK said so. */
  session: boolean | null
  /** The session event it speaks of; of `lost`, the end of the connection that took the packet along. */
  mark: SessionMark | null
}

const BLANK: Omit<Happening, 'kind' | 'atMs' | 'order'> = {
  seq: null,
  also: [],
  at: 'end',
  s: null,
  r: null,
  qos: 0,
  packet: null,
  nth: null,
  apart: false,
  reason: null,
  waitMs: 0,
  attempts: 0,
  clients: [],
  known: false,
  too: false,
  copies: 0,
  room: null,
  session: null,
  mark: null,
}

export const endOf = (p: PacketRow): number => p.settledMs ?? p.sentMs

/** Of a packet as it set out. */
export function atStart(kind: HappeningKind, p: PacketRow, qos: QoS): Happening {
  return { ...ofPacket(kind, p, qos), at: 'start', atMs: p.sentMs, order: p.seq * 3 }
}

/** Of a packet as it arrived or was lost. */
export function atEnd(kind: HappeningKind, p: PacketRow, qos: QoS): Happening {
  return { ...ofPacket(kind, p, qos), at: 'end', atMs: endOf(p), order: p.seq * 3 + 1 }
}

function ofPacket(kind: HappeningKind, p: PacketRow, qos: QoS): Happening {
  const way = p.direction === 'uplink' ? { s: p.clientId, r: null } : { s: null, r: p.clientId }
  return { ...BLANK, kind, seq: p.seq, packet: p, qos, reason: p.reason, atMs: 0, order: 0, ...way }
}

/** Of an event of a connection. */
export function atMark(kind: HappeningKind, mark: SessionMark): Happening {
  return { ...BLANK, kind, mark, s: mark.clientId, atMs: mark.atMs, order: mark.after * 3 + 2 }
}

/**
 * The order in which things are told, which is the order in which they are drawn: by time, and at one time what arrived
 * before what was sent after it was captured. See `buildTimeScale`.
 */
export const inOrder = (a: Pick<Happening, 'atMs' | 'order'>, b: Pick<Happening, 'atMs' | 'order'>): number =>
  a.atMs - b.atMs || a.order - b.order
