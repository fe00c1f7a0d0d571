import type { Note } from '../../../contract/model'
import type { ProtocolLevel } from '../../../contract/packet'
import { ackFrame, Type, type Frame } from '../../mqtt/packet'
import type { Copy } from './message'
import { logMessages } from './log-messages'
import type { BrokerLimits } from './types'
import { ackWithReason } from './wire/answers'
import { Reason } from './wire/protocol-error'

/** A live connection as the outbox needs it. */
export interface Outlet {
  readonly level: ProtocolLevel
  /** PUBLISH packets above QoS 0 the client takes at a time (MQTT 5.0 section 4.9). */
  readonly receiveMaximum: number
  /** Bytes; larger packets must not be sent [MQTT-3.1.2-24]. */
  readonly maximumPacket: number
  bufferedBytes(): number
  /** @param messageId number of the message, of a PUBLISH */
  send(frame: Frame, messageId?: number): void
}

/** What all outboxes share. */
export interface OutboxDeps {
  nowMs(): number
  warn(about: Note, clientId: string): void
  limits: BrokerLimits
}

interface Sent {
  copy: Copy
  /** Counts against the receive maximum of this connection. */
  open: boolean
}

// Shared until the first message: most of ten thousand clients never get one above QoS 0.
const NONE_SENT: Map<number, Sent> = new Map()
const NONE_RELEASED: Map<number, boolean> = new Map()
const NO_COPIES: Copy[] = []
const NO_IDS: readonly number[] = []

const MAX_ID = 65_535
/** Bytes in the stream above which QoS 1 and 2 wait in the queue instead. */
const HIGH_WATER = 1_048_576

/**
 * The sender's half of a session (MQTT 3.1.1 sections 4.3, 4.4 and 4.6): messages that wait, messages sent and not
 * acknowledged, identifiers released and not completed. It outlives connections. All steps take constant time.
 *
 *   queue -> PUBLISH -> sent -- PUBACK -> done
 *                         '-- PUBREC -> released (PUBREL) -- PUBCOMP -> done
 */
export class Outbox {
  dropped = 0
  private queue: Copy[] = NO_COPIES
  private head = 0
  private queuedBytes = 0
  private sentBytes = 0
  /** In the order of first sending. */
  private sent: Map<number, Sent> = NONE_SENT
  /** In the order of their PUBREC, which is the order PUBREL must keep [MQTT-4.6.0-4]. */
  private released: Map<number, boolean> = NONE_RELEASED
  private resend: readonly number[] = NO_IDS
  private resendAt = 0
  private open = 0
  private nextId = 1
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

  /** Takes a connection and sends again what the last one left open [MQTT-4.4.0-1], with DUP [MQTT-3.3.1-1]. */
  attach(outlet: Outlet): void {
    this.outlet = outlet
    this.open = 0
    for (const id of this.released.keys()) {
      this.released.set(id, false)
      outlet.send(ackFrame(Type.PUBREL, id))
    }
    for (const s of this.sent.values()) s.open = false
    this.resend = this.sent.size === 0 ? NO_IDS : [...this.sent.keys()]
    this.resendAt = 0
    this.pump()
  }

  detach(): void {
    this.outlet = null
    for (const s of this.sent.values()) s.copy.message.own()
  }

  deliver(copy: Copy): void {
    if (copy.qos === 0) {
      this.sendPlain(copy)
      return
    }
    const { limits } = this.deps
    if (this.queued >= limits.queueMessages || this.queuedBytes >= limits.queueBytes) {
      this.drop(logMessages.dropped.queueFull)
      return
    }
    if (this.queue === NO_COPIES) this.queue = []
    this.queue.push(copy)
    this.queuedBytes += copy.message.payload.length
    this.pump()
    if (this.queued > 0) copy.message.own()
  }

  /** Sends what may be sent now. Called again when the stream has drained. */
  pump(): void {
    if (this.pumping) return
    this.pumping = true
    while (this.outlet !== null && this.mayOpen(this.outlet)) {
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
    this.closeOne(s.open)
  }

  pubrec(id: number, reason: number): void {
    const s = this.sent.get(id)
    const outlet = this.outlet
    if (s?.copy.qos === 2) {
      this.forget(id, s)
      if (reason >= 0x80) {
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
    this.closeOne(open)
  }

  private forget(id: number, s: Sent): void {
    this.sent.delete(id)
    this.sentBytes -= s.copy.message.payload.length
  }

  private closeOne(counted: boolean): void {
    if (counted) this.open--
    this.pump()
  }

  private mayOpen(outlet: Outlet): boolean {
    return this.open < outlet.receiveMaximum && outlet.bufferedBytes() < HIGH_WATER
  }

  /** A client that reads and never acknowledges must not hold the memory either. */
  private mayTakeNew(): boolean {
    return this.inFlight < MAX_ID && this.sentBytes < this.deps.limits.queueBytes
  }

  private sendPlain(copy: Copy): void {
    const outlet = this.outlet
    if (outlet === null || copy.message.expired(this.deps.nowMs())) return
    if (outlet.bufferedBytes() > this.deps.limits.streamBytes) {
      this.drop(logMessages.dropped.notRead)
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
    const s = this.sent.get(id)
    if (s === undefined) return
    const frame = s.copy.message.frame(outlet.level, s.copy, id, true, this.deps.nowMs())
    if (frame.length > outlet.maximumPacket) {
      // [MQTT-3.1.2-25]: as if it had been sent and acknowledged.
      this.forget(id, s)
      this.drop(logMessages.dropped.tooLarge)
      return
    }
    s.open = true
    this.open++
    outlet.send(frame, s.copy.message.id)
  }

  private sendNext(outlet: Outlet): void {
    const copy = this.shift()
    const nowMs = this.deps.nowMs()
    if (copy.message.expired(nowMs)) return
    const id = this.freeId()
    const frame = copy.message.frame(outlet.level, copy, id, false, nowMs)
    if (frame.length > outlet.maximumPacket) {
      this.drop(logMessages.dropped.tooLarge)
      return
    }
    this.nextId = id === MAX_ID ? 1 : id + 1
    if (this.sent === NONE_SENT) this.sent = new Map()
    this.sent.set(id, { copy, open: true })
    this.sentBytes += copy.message.payload.length
    this.open++
    outlet.send(frame, copy.message.id)
  }

  private shift(): Copy {
    const copy = this.queue[this.head++] as Copy
    this.queuedBytes -= copy.message.payload.length
    if (this.head === this.queue.length || this.head > 4096) {
      this.queue = this.queue.slice(this.head)
      this.head = 0
    }
    return copy
  }

  /** The next identifier not in use [MQTT-2.3.1-2]; `pump` has made sure there is one. */
  private freeId(): number {
    let id = this.nextId
    while (this.sent.has(id) || this.released.has(id)) id = id === MAX_ID ? 1 : id + 1
    return id
  }

  private drop(why: () => Note): void {
    this.dropped++
    if (this.full) return
    this.full = true
    this.deps.warn(why(), this.clientId)
  }
}
