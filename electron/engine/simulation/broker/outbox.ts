import type { BrokerLimitName } from '../../../contract/broker-limits'
import type { Note } from '../../../contract/model'
import { ackFrame, Type } from '../../mqtt/packet'
import type { Steps } from '../../base/slices'
import type { Expiring, Leaver } from './kept'
import { copyBytes, type Copy } from './message'
import { logMessages } from './log-messages'
import type { OutboxDeps, Outlet } from './outlet'
import { MAX_ID, PacketIds } from './packet-ids'
import { ackWithReason } from './wire/answers'
import { Reason } from './wire/protocol-error'

interface Sent {
  readonly copy: Copy
  /** The message may be a view on the buffer that it came in. */
  readonly view: boolean
  /** Counts against the receive maximum of this connection. */
  open: boolean
}

// Shared until the first message: most of ten thousand clients never get one above QoS 0.
const NONE_SENT: Map<number, Sent> = new Map()
const NONE_RELEASED: Map<number, boolean> = new Map()
const NO_COPIES: Copy[] = []
const NO_IDS: readonly number[] = []

/** Above this many bytes in the stream, QoS 1 and 2 wait in the queue instead. */
const HIGH_WATER = 1_048_576
/** A connection that finds more bytes than this waiting is sent them in its turns. */
const AT_ONCE = 65_536
/** This many messages in flight may be views on the buffers they came in; further ones get memory of their own. */
const VIEWS = 4

/**
 * The sender's half of a session (MQTT 3.1.1 sections 4.3, 4.4 and 4.6): messages that wait, messages sent and not
 * acknowledged, identifiers released and not completed. It outlives connections. All steps take constant time.
 *
 *   queue -> PUBLISH -> sent -- PUBACK -> done
 *                         '-- PUBREC -> released (PUBREL) -- PUBCOMP -> done
 */
export class Outbox implements Leaver, Expiring {
  dropped = 0
  private queue: Copy[] = NO_COPIES
  private head = 0
  /** Bytes of `queue` and `sent`, with topics, properties and overhead. */
  private queuedBytes = 0
  private sentBytes = 0
  /** Engine clock ms at which the first message of the queue expires. */
  private expiresMs = Infinity
  /** The session has ended. */
  private over = false
  /** In the order of first sending. */
  private sent: Map<number, Sent> = NONE_SENT
  /** In the order of their PUBREC, which is the order PUBREL must keep [MQTT-4.6.0-4]. */
  private released: Map<number, boolean> = NONE_RELEASED
  /** What the last connection left open: those released, then those sent. */
  private resend: readonly number[] = NO_IDS
  private resendAt = 0
  private open = 0
  /** Messages in flight that may be views. */
  private views = 0
  private readonly packetIds = new PacketIds(this)
  private outlet: Outlet | null = null
  private full = false
  private pumping = false

  constructor(
    private readonly clientId: string,
    private readonly deps: OutboxDeps,
  ) {}

  get queued(): number {
    return this.queue.length - this.head
  }

  get inFlight(): number {
    return this.sent.size + this.released.size
  }

  has(id: number): boolean {
    return this.sent.has(id) || this.released.has(id)
  }

  *ids(): Iterable<number> {
    yield* this.sent.keys()
    yield* this.released.keys()
  }

  /** Bytes of the messages that wait and of those in flight. */
  get bytes(): { queued: number; inFlight: number } {
    return { queued: this.queuedBytes, inFlight: this.sentBytes }
  }

  /**
   * Takes a connection and sends again what the last one left open [MQTT-4.4.0-1], with DUP [MQTT-3.3.1-1].
   * @returns whether so much waits that nothing was sent yet: `pump` is to be called in the client's turns
   */
  attach(outlet: Outlet): boolean {
    this.outlet = outlet
    this.deps.kept.noLeaver(this)
    this.open = 0
    for (const id of this.released.keys()) this.released.set(id, false)
    for (const s of this.sent.values()) s.open = false
    this.resend = this.inFlight === 0 ? NO_IDS : [...this.released.keys(), ...this.sent.keys()]
    this.resendAt = 0
    if (outlet.burst < Infinity && this.queuedBytes + this.sentBytes > AT_ONCE) return true
    this.pump()
    return false
  }

  detach(): void {
    this.outlet = null
    // They are found first: messages are only sent as views while few are in flight.
    let views = this.views
    for (const s of this.sent.values()) {
      if (views === 0) break
      if (!s.view) continue
      views--
      s.copy.message.own()
    }
    if (this.queuedBytes + this.sentBytes > 0) this.deps.kept.left(this)
  }

  giveWay(most: number): void {
    while (this.queuedBytes + this.sentBytes >= most && this.queued > 0) {
      this.queuedBytes -= this.letGo(this.queue.pop() as Copy)
      this.drop(() => logMessages.dropped.queueFull('queueBytesInAll'))
    }
    for (const [id, s] of [...this.sent].reverse()) {
      if (this.queuedBytes + this.sentBytes < most) break
      this.forget(id, s)
      this.packetIds.release(id)
      this.drop(() => logMessages.dropped.queueFull('queueBytesInAll'))
    }
  }

  deliver(copy: Copy): void {
    if (copy.qos === 0) {
      this.sendPlain(copy)
      return
    }
    if (this.over) return
    const full = this.limitReached()
    if (full !== null) {
      this.drop(() => logMessages.dropped.queueFull(full))
      return
    }
    if (this.queue === NO_COPIES) this.queue = []
    this.queue.push(copy)
    this.queuedBytes += this.hold(copy)
    if (copy.message.expiresAtMs !== null) this.expires(copy.message.expiresAtMs)
    this.pump()
    if (this.queued > 0) copy.message.own()
  }

  /** Ends with the session: nothing waits any more. @returns counts what waited no more, a message in each step */
  end(): Steps<void> {
    const rest = this.lettingGo(this.queue, this.head, this.sent)
    this.outlet = null
    this.over = true
    this.neverExpires()
    this.deps.kept.noLeaver(this)
    this.queue = NO_COPIES
    this.head = 0
    this.sent = NONE_SENT
    this.released = NONE_RELEASED
    this.queuedBytes = this.sentBytes = 0
    return rest
  }

  private *lettingGo(queue: readonly Copy[], head: number, sent: ReadonlyMap<number, Sent>): Steps<void> {
    for (let i = head; i < queue.length; i++) {
      this.letGo(queue[i] as Copy)
      yield 1
    }
    for (const s of sent.values()) {
      this.letGo(s.copy)
      yield 1
    }
  }

  /** Expired messages are deleted [MQTT-3.3.2-5]. A message that has been sent once stays until it is acknowledged. */
  removeExpired(): void {
    const nowMs = this.deps.nowMs()
    if (nowMs < this.expiresMs) return
    this.neverExpires()
    const kept: Copy[] = []
    for (let i = this.head; i < this.queue.length; i++) {
      const copy = this.queue[i] as Copy
      const { expiresAtMs } = copy.message
      if (copy.message.expired(nowMs)) this.queuedBytes -= this.letGo(copy)
      else kept.push(copy)
      if (expiresAtMs !== null && expiresAtMs > nowMs) this.expires(expiresAtMs)
    }
    this.queue = kept
    this.head = 0
  }

  private expires(atMs: number): void {
    this.expiresMs = Math.min(this.expiresMs, atMs)
    this.deps.kept.expiring.add(this)
  }

  private neverExpires(): void {
    this.expiresMs = Infinity
    this.deps.kept.expiring.delete(this)
  }

  /** The limit that leaves no room for one message more, or null; what has expired does not take it. */
  private limitReached(): BrokerLimitName | null {
    if (this.limitNow() === null) return null
    this.deps.removeExpired()
    return this.limitNow()
  }

  private limitNow(): BrokerLimitName | null {
    const { kept } = this.deps
    if (this.queued >= kept.limits.queueMessages) return 'queueMessages'
    if (this.queuedBytes >= kept.limits.queueBytes) return 'queueBytes'
    return kept.mayQueue(this.queuedBytes + this.sentBytes, this.outlet !== null) ? null : 'queueBytesInAll'
  }

  /** Counts a copy that is kept from now on; gives its bytes for this client. */
  private hold(copy: Copy): number {
    const { message } = copy
    const own = copyBytes(copy)
    this.deps.kept.queues += own + (message.holders++ === 0 ? message.bytes : 0)
    return own + message.bytes
  }

  /** Counts a copy no more; gives its bytes for this client. */
  private letGo(copy: Copy): number {
    const { message } = copy
    const own = copyBytes(copy)
    this.deps.kept.queues -= own + (--message.holders === 0 ? message.bytes : 0)
    return own + message.bytes
  }

  /** Sends what may be sent now. Called again when the stream has drained. */
  pump(): void {
    if (this.pumping) return
    this.pumping = true
    for (let sent = 0; this.outlet !== null && this.mayOpen(this.outlet); sent++) {
      if (sent >= this.outlet.burst && this.outlet.bufferedBytes() > 0) break
      if (this.resendAt < this.resend.length) this.sendAgain(this.outlet)
      else if (this.queued > 0 && this.mayTakeNew()) this.sendNext(this.outlet)
      else break
    }
    if (this.queued === 0) this.full = false
    this.pumping = false
  }

  puback(id: number): void {
    const s = this.sent.get(id)
    if (s?.copy.qos !== 1) return
    this.forget(id, s)
    this.packetIds.release(id)
    this.closeOne(s.open)
  }

  pubrec(id: number, reason: number): void {
    const s = this.sent.get(id)
    const outlet = this.outlet
    if (s?.copy.qos === 2) {
      this.forget(id, s)
      if (reason >= 0x80) {
        this.packetIds.release(id)
        this.closeOne(s.open)
        return
      }
      if (this.released === NONE_RELEASED) this.released = new Map()
      this.released.set(id, s.open)
      outlet?.send(ackFrame(Type.PUBREL, id))
      return
    }
    if (reason >= 0x80 || outlet === null) return
    // A repeated PUBREC, or one whose exchange is over: PUBREL lets the client finish.
    const known = this.released.has(id)
    outlet.send(ackWithReason(Type.PUBREL, id, outlet.level, known ? 0 : Reason.ID_NOT_FOUND))
  }

  pubcomp(id: number): void {
    const open = this.released.get(id)
    if (open === undefined) return
    this.released.delete(id)
    this.packetIds.release(id)
    this.closeOne(open)
  }

  private forget(id: number, s: Sent): void {
    this.sent.delete(id)
    if (s.view) this.views--
    this.sentBytes -= this.letGo(s.copy)
  }

  private closeOne(counted: boolean): void {
    if (counted) this.open--
    this.pump()
  }

  private mayOpen(outlet: Outlet): boolean {
    if (this.open >= outlet.receiveMaximum) return false
    const bytes = outlet.bufferedBytes()
    // With nothing unread it always may: only what is taken tells when to go on.
    return bytes === 0 || (bytes < HIGH_WATER && this.deps.kept.mayWrite(bytes))
  }

  /** QoS 0 leaves half of what may be unread to what cannot be dropped. */
  private unreadLimit(outlet: Outlet): BrokerLimitName | null {
    const bytes = outlet.bufferedBytes()
    if (bytes > this.deps.kept.limits.unreadBytes / 2) return 'unreadBytes'
    return this.deps.kept.mayWrite(bytes) ? null : 'unreadBytesInAll'
  }

  /** A client that reads and never acknowledges must not hold the memory either. */
  private mayTakeNew(): boolean {
    return this.inFlight < MAX_ID && this.sentBytes < this.deps.kept.limits.queueBytes
  }

  private sendPlain(copy: Copy): void {
    const outlet = this.outlet
    if (outlet === null || copy.message.expired(this.deps.nowMs())) return
    const unread = this.unreadLimit(outlet)
    if (unread !== null) {
      this.drop(() => logMessages.dropped.notRead(unread))
      return
    }
    const frame = copy.message.frame(outlet.level, copy, 0, false, this.deps.nowMs())
    if (frame.length > outlet.maximumPacket) {
      this.drop(logMessages.dropped.tooLarge)
      return
    }
    outlet.send(frame, copy.message.id)
  }

  private sendAgain(outlet: Outlet): void {
    const id = this.resend[this.resendAt++] as number
    if (this.released.has(id)) {
      outlet.send(ackFrame(Type.PUBREL, id))
      return
    }
    const s = this.sent.get(id)
    if (s === undefined) return
    const frame = s.copy.message.frame(outlet.level, s.copy, id, true, this.deps.nowMs())
    if (frame.length > outlet.maximumPacket) {
      // [MQTT-3.1.2-25]: as if it had been sent and acknowledged.
      this.forget(id, s)
      this.packetIds.release(id)
      this.drop(logMessages.dropped.tooLarge)
      return
    }
    s.open = true
    this.open++
    outlet.send(frame, s.copy.message.id)
  }

  private sendNext(outlet: Outlet): void {
    const copy = this.shift()
    const { message } = copy
    const nowMs = this.deps.nowMs()
    if (message.expired(nowMs)) {
      this.letGo(copy)
      return
    }
    const id = this.packetIds.free()
    const frame = message.frame(outlet.level, copy, id, false, nowMs)
    if (frame.length > outlet.maximumPacket) {
      this.letGo(copy)
      this.drop(logMessages.dropped.tooLarge)
      return
    }
    this.packetIds.take(id)
    if (this.sent === NONE_SENT) this.sent = new Map()
    const view = this.sent.size < VIEWS
    if (view) this.views++
    else message.own()
    this.sent.set(id, { copy, open: true, view })
    this.sentBytes += message.bytes + copyBytes(copy)
    this.open++
    outlet.send(frame, message.id)
  }

  /** Takes the first of the queue; it is still counted as held. */
  private shift(): Copy {
    const copy = this.queue[this.head++] as Copy
    this.queuedBytes -= copy.message.bytes + copyBytes(copy)
    if (this.head === this.queue.length || this.head > 4096) {
      this.queue = this.queue.slice(this.head)
      this.head = 0
    }
    return copy
  }

  private drop(why: () => Note): void {
    this.dropped++
    if (this.full) return
    this.full = true
    this.deps.warn(why(), this.clientId)
  }
}
