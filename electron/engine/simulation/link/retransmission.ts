import type { RetryTimer } from '../../../contract/device'
import type { RecoveryConfig } from '../../../contract/link-config'
import { SmallMap } from '../../base/small-map'
import { ackPacket, Type, type Packet } from '../../mqtt/packet'
import type { MessageRecord } from './message-table'
import { EPSILON_MS } from '../clock/clock'

/** When unacknowledged packets are sent again. Times in ms. */
export interface RetryPolicy {
  /** False: nothing is timed; packets are only remembered, for DUP and for orphans. */
  readonly timed: boolean
  readonly timeout: number
  readonly backoff: number
  /** Packets at most, the first one included. */
  readonly maxAttempts: number
}

/** The policy of a recovery configuration on a link that can lose packets. */
export const retryPolicy = (recovery: RecoveryConfig, timed: boolean): RetryPolicy => ({
  timed,
  timeout: recovery.timeout,
  backoff: recovery.backoff,
  maxAttempts:
    recovery.mode === 'retry' && recovery.maxRetries !== 'unlimited' ? recovery.maxRetries + 1 : Infinity,
})

/** Ms to wait for an answer to the n-th packet, n from 1. */
export const retryDelay = (policy: RetryPolicy, attempts: number): number =>
  policy.timeout * policy.backoff ** (attempts - 1)

/** A packet that waits for its acknowledgement. */
export interface Outstanding {
  readonly packetId: number
  readonly record: MessageRecord | null
  /** The PUBLISH, or the PUBREL that took its place. */
  packet: Packet
  /** publish: waits for PUBACK or PUBREC; received: PUBREC came, the endpoint's PUBREL is awaited; release: waits for PUBCOMP. */
  phase: 'publish' | 'received' | 'release'
  attempts: number
  /** Steady ms at which it is sent again; Infinity: not by us. */
  dueMs: number
  /** Ms from the start of that timer to its end. */
  timerMs: number
  /** Counts connections: the one on which it was sent last. */
  readonly connection: number
  /** The endpoint does not know this exchange: its end is not its business. */
  readonly foreign: boolean
}

/** What to do with an acknowledgement that came in. */
export type AckAction = { readonly pass: boolean; readonly answer: Packet | null; readonly ended: boolean }
const PASS: AckAction = { pass: true, answer: null, ended: false }
const PASS_ENDED: AckAction = { pass: true, answer: null, ended: true }
const SWALLOW: AckAction = { pass: false, answer: null, ended: false }
const SWALLOW_ENDED: AckAction = { pass: false, answer: null, ended: true }

/** Ends of exchanges remembered over a reconnect: the endpoint may not have read the acknowledgement. */
const REMEMBERED = 16

/**
 * The last exchanges that ended, as numbers: a ring of the exchanges themselves would keep their packets alive for
 * seconds.
 */
class EndedExchanges {
  /** Four numbers each: packet identifier, connection, and the two halves of the message's key. */
  private readonly ring = new Int32Array(4 * REMEMBERED)
  private at = 0

  add({ packetId, connection, record }: Outstanding): void {
    const { at, ring } = this
    ring[at] = packetId
    ring[at + 1] = connection
    ring[at + 2] = record?.a ?? 0
    ring[at + 3] = record?.b ?? 0
    this.at = (at + 4) % ring.length
  }

  /** Whether an exchange of this message under this identifier ended on another connection. */
  has(packetId: number, record: MessageRecord | null, connection: number): boolean {
    const { ring } = this
    for (let i = 0; i < ring.length; i += 4) {
      if (ring[i] !== packetId || ring[i + 1] === connection) continue
      if (ring[i + 2] === (record?.a ?? 0) && ring[i + 3] === (record?.b ?? 0)) return true
    }
    return false
  }
}

/**
 * The sender's half of the QoS 1 and 2 handshakes (MQTT 3.1.1 section 4.3): what was sent and not acknowledged.
 * Values in, values out: it neither sends nor keeps time.
 */
export class Sender {
  private entries = new SmallMap<Outstanding>()
  /** What a session that is over left unacknowledged. */
  private before: SmallMap<Outstanding> | undefined
  private ended: EndedExchanges | undefined
  private connection = 0
  private minDueMs = Infinity

  /** @param authority the broker's side: DUP is set and cleared as this memory says; else it is only ever set */
  constructor(
    public policy: RetryPolicy,
    private readonly authority: boolean,
  ) {}

  /** Exchanges that are not complete. */
  get size(): number {
    return this.entries.size
  }

  /** Steady ms of the next deadline, or a little before it; Infinity without one. */
  get nextDueMs(): number {
    return this.minDueMs
  }

  /** The timer of the packet of this identifier; null: it is not sent again by us. */
  retryTimer(packetId: number): RetryTimer | null {
    const entry = this.entries.get(packetId)
    return entry === undefined || entry.dueMs === Infinity
      ? null
      : { atMs: entry.dueMs, timerMs: entry.timerMs }
  }

  /** How many packets wait to be sent again. */
  timed(): number {
    let n = 0
    for (const entry of this.entries.values()) if (entry.dueMs !== Infinity) n++
    return n
  }

  /**
   * The endpoint sends a PUBLISH with a packet identifier.
   * @returns the packet to send: with DUP if it was sent before [MQTT-3.3.1-1]
   */
  publish(packet: Packet, record: MessageRecord | null, nowMs: number): Packet {
    const { packetId } = packet
    const known = this.entries.get(packetId) ?? this.before?.get(packetId)
    const again = known === undefined ? this.endedBefore(packetId, record) : known.record === record
    const out = again || this.authority ? packet.withDup(again) : packet
    this.put(out, record, 'publish', nowMs)
    return out
  }

  /** The endpoint sends a PUBREL. */
  release(packet: Packet, record: MessageRecord | null, nowMs: number): void {
    this.put(packet, record, 'release', nowMs)
  }

  /** A PUBACK, PUBREC or PUBCOMP has come in. */
  acknowledge(packet: Packet, nowMs: number): AckAction {
    const { type, packetId } = packet
    const entry = this.entries.get(packetId)
    if (type === Type.PUBREC) return this.received(entry, packet, nowMs)
    if (entry === undefined) return SWALLOW
    if (type === Type.PUBACK && (entry.phase !== 'publish' || entry.packet.qos !== 1)) return PASS
    this.end(entry)
    return entry.foreign ? SWALLOW_ENDED : PASS_ENDED
  }

  /** What is due: packets to send again, and exchanges given up. */
  expire(nowMs: number): { again: Outstanding[]; gaveUp: Outstanding[] } {
    const again: Outstanding[] = []
    const gaveUp: Outstanding[] = []
    this.minDueMs = Infinity
    for (const entry of this.entries.values()) {
      if (entry.dueMs <= nowMs + EPSILON_MS) {
        if (entry.attempts >= this.policy.maxAttempts) {
          entry.dueMs = Infinity
          gaveUp.push(entry)
        } else {
          entry.attempts++
          this.start(entry, nowMs, entry.attempts)
          if (entry.phase === 'publish') entry.packet = entry.packet.withDup(true)
          again.push(entry)
        }
      }
      if (entry.dueMs < this.minDueMs) this.minDueMs = entry.dueMs
    }
    return { again, gaveUp }
  }

  /**
   * The policy has changed under a live connection: what waits is timed again, or no longer.
   * @param once without timing, still repeat everything once: what an older network lost, a reliable one must carry
   */
  retime(nowMs: number, once: boolean): void {
    this.minDueMs = Infinity
    for (const entry of this.entries.values()) {
      if (entry.phase === 'received' || entry.connection !== this.connection) continue
      if (entry.attempts >= this.policy.maxAttempts) continue
      this.start(entry, nowMs, once ? 1 : entry.attempts, { always: once })
      if (entry.dueMs < this.minDueMs) this.minDueMs = entry.dueMs
    }
  }

  /** The connection has ended: deadlines rest until the endpoint sends its packets again on the next one. */
  disconnected(): void {
    for (const entry of this.entries.values()) entry.dueMs = Infinity
    this.minDueMs = Infinity
    this.connection++
  }

  /**
   * A new session has begun: no exchange of the old one goes on. A client that sends the very message again under
   * its old identifier (mqtt.js does) repeats it all the same, and says so with DUP; a broker begins afresh.
   */
  resetSession(): void {
    this.before = this.authority || this.entries.size === 0 ? undefined : this.entries
    this.entries = new SmallMap()
    this.minDueMs = Infinity
    if (!this.authority) return
    this.ended = undefined
  }

  private received(entry: Outstanding | undefined, packet: Packet, nowMs: number): AckAction {
    if (entry === undefined) {
      const pubrel = ackPacket(Type.PUBREL, packet.packetId, packet.level)
      this.put(pubrel, null, 'release', nowMs, true)
      return { pass: false, answer: pubrel, ended: false }
    }
    switch (entry.phase) {
      case 'publish':
        if (refused(packet)) {
          this.end(entry)
          return PASS_ENDED
        }
        entry.phase = 'received'
        entry.dueMs = Infinity
        return PASS
      case 'received':
        return SWALLOW
      case 'release':
        // A repeated PUBREC: the timer repeats the PUBREL anyway; without one it must be answered here.
        return entry.dueMs === Infinity ? { pass: false, answer: entry.packet, ended: false } : SWALLOW
    }
  }

  /** @param always also where nothing is timed */
  private start(entry: Outstanding, nowMs: number, attempts: number, { always = false } = {}): void {
    entry.timerMs = always || this.policy.timed ? retryDelay(this.policy, attempts) : Infinity
    entry.dueMs = nowMs + entry.timerMs
  }

  private put(
    packet: Packet,
    record: MessageRecord | null,
    phase: 'publish' | 'release',
    nowMs: number,
    foreign = false,
  ): void {
    const { connection } = this
    const { packetId } = packet
    this.before?.delete(packetId)
    const entry: Outstanding = {
      packetId,
      record,
      packet,
      phase,
      attempts: 1,
      dueMs: Infinity,
      timerMs: Infinity,
      connection,
      foreign,
    }
    this.start(entry, nowMs, 1)
    this.entries.set(packetId, entry)
    if (entry.dueMs < this.minDueMs) this.minDueMs = entry.dueMs
  }

  private end(entry: Outstanding): void {
    this.entries.delete(entry.packetId)
    if (this.entries.size === 0) this.minDueMs = Infinity
    this.ended ??= new EndedExchanges()
    this.ended.add(entry)
  }

  /** An exchange that ended on an earlier connection, whose end the endpoint may have missed. */
  private endedBefore(packetId: number, record: MessageRecord | null): boolean {
    return this.connection > 0 && (this.ended?.has(packetId, record, this.connection) ?? false)
  }
}

/** True for an MQTT 5 PUBREC that ends the exchange (reason code 0x80 and above, 5.0 section 4.3.3). */
export const refused = (pubrec: Packet): boolean => pubrec.reason >= 0x80
