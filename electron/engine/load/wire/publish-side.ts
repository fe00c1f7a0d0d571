import type { QoS } from '../../../contract/packet'
import type { ClientFields, MessageSource } from './client-types'
import { PINGREQ } from './frames'
import type { KeepAlive } from './keep-alive'
import type { Batch } from './flush-queue'
import type { ClientSession } from './client-session'

/** One client's packets in one write: large enough to spare calls, small enough to share the loop. */
export const BATCH_BYTES = 64 * 1024
/** QoS 0 batches the broker may not have read yet, in a closed loop. */
const MAX_BARRIERS = 2

/** Why retained messages cannot be sent to a broker with this CONNACK; null where they can, or where none are. */
export const retainProblem = (ack: { retains: boolean }, retain: boolean): string | null =>
  retain && !ack.retains ? 'the broker keeps no retained messages, which --retain needs' : null

/** Puts a client's messages into batches, as many as source, window and broker allow. */
export class PublishSide {
  readonly qos: QoS
  /** QoS 0 messages given to the transport that may not have left; the first is `nextQos0`. */
  private unsent = 0
  private nextQos0 = 0

  constructor(
    private readonly source: MessageSource,
    private readonly session: ClientSession,
    private readonly keepAlive: KeepAlive,
    private readonly fields: ClientFields,
  ) {
    this.qos = source.template.qos
  }

  /** Why the broker's limits do not let this client do its work, or null. */
  unfit(ack: { maximumQos: QoS; maximumPacketSize: number; retains: boolean }): string | null {
    const problem = retainProblem(ack, this.source.template.removal !== null)
    if (problem !== null) return problem
    if (this.qos > ack.maximumQos) return `the broker supports at most QoS ${ack.maximumQos}`
    return this.source.template.length > ack.maximumPacketSize
      ? `the broker accepts packets of at most ${ack.maximumPacketSize} bytes`
      : null
  }

  /** A connection was made. */
  begin(ack: { topicAliasMaximum: number }): void {
    this.source.template.begin?.(ack.topicAliasMaximum)
  }

  /** Something was sent since the source began. */
  get began(): boolean {
    return this.source.taken > 0
  }

  /** What removes the retained message that this client leaves behind, if it does. */
  get removal(): Buffer | null {
    return this.began ? this.source.template.removal : null
  }

  /** A message could be written now. */
  hasMore(): boolean {
    if (this.source.due() < 0) return false
    if (this.qos > 0) return this.session.hasRoom
    return !this.fields.barriers || this.keepAlive.outstanding < MAX_BARRIERS
  }

  get hasWork(): boolean {
    return this.session.mustResend || this.hasMore()
  }

  /** What must be sent again, then new messages. */
  write(batch: Batch, nowMs: number): void {
    if (this.session.mustResend) this.session.writeResends(batch, this.source.template)
    if (!this.hasMore()) return
    while (batch.at < BATCH_BYTES) {
      if (this.qos > 0 && !this.session.hasRoom) return
      const intendedMs = this.source.due()
      if (intendedMs < 0) break
      this.writeOne(batch, this.source.take(), intendedMs, Math.max(0, nowMs - intendedMs))
    }
    if (this.fields.barriers && this.unsent > 0) this.writeBarrier(batch, nowMs)
  }

  private writeOne(batch: Batch, sequence: number, intendedMs: number, delayMs: number): void {
    const template = this.source.template
    const id = this.qos > 0 ? this.session.take(sequence, intendedMs, delayMs) : 0
    this.source.sent?.(intendedMs, delayMs)
    if (this.qos === 0 && this.unsent++ === 0) this.nextQos0 = sequence
    batch.reserve(template.length)
    batch.at = template.write(batch.bytes, batch.at, false, id, sequence, intendedMs, delayMs)
  }

  /** QoS 0 in a closed loop: the broker's PINGRESP to each batch is what paces the next but one. */
  private writeBarrier(batch: Batch, nowMs: number): void {
    batch.reserve(PINGREQ.length)
    batch.at += PINGREQ.copy(batch.bytes, batch.at)
    this.keepAlive.pinged(nowMs)
  }

  /** QoS 0: everything has left. Returns how many messages that were. */
  left(): number {
    const count = this.unsent
    this.unsent = 0
    return count
  }

  /** QoS 0: messages that may not have left. */
  waiting(): { from: number; count: number } {
    return { from: this.nextQos0, count: this.unsent }
  }
}
