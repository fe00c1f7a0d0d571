import type { QoS } from '../../../contract/packet'
import { MalformedPacketError } from '../../mqtt/errors'
import { typeOf } from '../../mqtt/first-byte'
import { Type } from '../../mqtt/packet'
import type { ClientDeps, ClientEvents, ClientFields, ClientHandle, MessageSource } from './client-types'
import { LEAVE, PINGREQ, connectFrame, disconnectFrame, readConnack } from './frames'
import { RELEASED } from './in-flight'
import { arrivalOf, readPublish } from './incoming'
import { KeepAlive } from './keep-alive'
import type { Batch, Sender } from './flush-queue'
import { BATCH_BYTES, PublishSide } from './publish-side'
import { PacketReader } from './reader'
import { connackText, isFinalRefusal, reasonText } from './reason-codes'
import { ClientSession, writeAck } from './client-session'
import { SubscribeSide } from './subscribe-side'
import type { Caller, Transport } from './transport'

const CONNACK_WITHIN_MS = 10_000

const OVER_MAXIMUM = 'more messages unacknowledged than Receive Maximum allows'
const NOTHING = { from: 0, count: 0 }

type Phase = 'closed' | 'dialing' | 'handshake' | 'ready' | 'ending'

/**
 * The load generator's MQTT client: 3.1.1 and 5.0, QoS 0 to 2 both ways, without a stream, an object or a timer for
 * a message. It leaves out what a load test does not need: AUTH.
 */
export class WireClient implements ClientHandle, Sender {
  queued = false
  readonly session: ClientSession
  private phase: Phase = 'closed'
  private transport: Transport | null = null
  private readonly reader = new PacketReader((b, start, body, end) => this.packet(b, start, body, end))
  private readonly events: ClientEvents
  private readonly replies: number[] = []
  private replyCount = 0
  /** Bytes wait in the transport. */
  private blocked = false
  private startedMs = 0
  private heardMs = 0
  private readonly keepAlive = new KeepAlive()
  private cause: string | null = null
  private discarding = false
  private readonly publishing: PublishSide | null
  private readonly subscriptions: SubscribeSide
  private readonly qos: QoS
  private readonly caller: Caller

  constructor(
    readonly index: number,
    readonly fields: ClientFields,
    source: MessageSource | null,
    private readonly deps: ClientDeps,
  ) {
    this.events = deps.events
    this.caller = { ...fields.caller }
    this.qos = source?.template.qos ?? 0
    this.session = new ClientSession(this.qos > 0 ? fields.window : 1)
    this.publishing = source === null ? null : new PublishSide(source, this.session, this.keepAlive, fields)
    this.subscriptions = new SubscribeSide(fields)
  }

  get isReady(): boolean {
    return this.phase === 'ready'
  }

  get isClosed(): boolean {
    return this.phase === 'closed'
  }

  /** The connection took up the TLS session of the one before. */
  get tlsResumed(): boolean {
    return this.caller.tls?.resumed ?? false
  }

  /** When the connection attempt in progress began, Unix ms; null without one. */
  get attemptMs(): number | null {
    return this.phase === 'dialing' || this.phase === 'handshake' ? this.startedMs : null
  }

  /** Begins a connection; `connected` or `closed` follows. */
  connect(): void {
    if (this.phase !== 'closed') return
    this.phase = 'dialing'
    this.startedMs = this.deps.now()
    this.cause = null
    const guard = (f: () => void) => () => {
      if (this.transport === transport) f()
    }
    const transport: Transport = this.deps.dial(
      {
        opened: guard(() => this.opened()),
        data: (bytes, length) => {
          if (this.transport === transport) this.data(bytes, length)
        },
        drained: guard(() => this.drained()),
        closed: (error) => {
          if (this.transport === transport) this.closed(error)
        },
      },
      this.caller,
    )
    this.transport = transport
  }

  /** There is something to send: a message became due. */
  wake(): void {
    if (this.phase === 'ready' && !this.blocked && !this.queued) this.deps.flushQueue.mark(this)
  }

  /** Drops the connection without DISCONNECT. */
  cut(cause: string): void {
    if (this.phase === 'closed') return
    this.cause = cause
    this.transport?.destroy()
  }

  /** DISCONNECT and close; in-flight messages stay as they are. */
  end(): void {
    const removal = this.publishing?.removal ?? Buffer.alloc(0)
    this.leave('ended', Buffer.concat([removal, disconnectFrame(this.fields.level)]))
  }

  /** DISCONNECT and close; the session stays as it is. */
  leave(cause: string, disconnect: Buffer = LEAVE): void {
    if (this.phase !== 'ready') {
      this.cut(cause)
      return
    }
    this.phase = 'ending'
    this.cause = cause
    this.transport?.write(disconnect)
    this.transport?.end()
  }

  /** Subscribes to one more filter below a topic, and drops the one before; `churned` follows. */
  churn(below: string): void {
    if (this.phase === 'ready') this.send(this.subscriptions.change(below, this.deps.now()))
  }

  /** Removes the session the broker keeps: a connection with a clean session, ended at once. */
  discard(): void {
    this.discarding = true
    this.connect()
  }

  /** Keep-alive and time limits; called about once per second. */
  tick(nowMs: number): void {
    if (this.phase === 'dialing' || this.phase === 'handshake') {
      if (nowMs - this.startedMs > CONNACK_WITHIN_MS)
        this.cut(`no CONNACK within ${CONNACK_WITHIN_MS / 1000} s`)
      return
    }
    if (this.phase !== 'ready') return
    const due = this.keepAlive.check(nowMs)
    if (due === 'ping') this.ping()
    else if (due === 'dead') this.cut('no PINGRESP within the keep-alive time')
  }

  private ping(): void {
    this.keepAlive.pinged(this.deps.now())
    this.send(PINGREQ)
  }

  /** QoS 0: asks the broker whether it has read everything. */
  confirm(): void {
    if (this.phase === 'ready' && this.qos === 0 && this.publishing?.began === true) this.ping()
  }

  /** The broker owes an answer to PINGREQ. */
  get unconfirmed(): boolean {
    return this.phase === 'ready' && this.keepAlive.outstanding > 0
  }

  /** Sends replies, resends and as many messages as window and transport take, in one write. */
  flush(batch: Batch): void {
    if (this.phase !== 'ready' || this.blocked) return
    for (let i = 0; i < this.replyCount; i++) {
      const reply = this.replies[i] as number
      writeAck(batch, reply >>> 16, reply & 0xffff)
    }
    this.replyCount = 0
    this.session.replied()
    this.publishing?.write(batch, this.deps.now())
    if (batch.at === 0) return
    const bytes = batch.take()
    this.keepAlive.sent(this.deps.now())
    this.events.bytes(bytes.length, 0)
    if (this.transport?.write(bytes) === true) {
      this.left()
      if (bytes.length >= BATCH_BYTES && this.hasWork) this.deps.flushQueue.mark(this)
    } else {
      this.blocked = true
      batch.renew()
    }
  }

  private get hasWork(): boolean {
    return this.publishing?.hasWork ?? false
  }

  /** All QoS 0 messages given to the transport have left. */
  private left(): void {
    const count = this.publishing?.left() ?? 0
    if (count > 0) this.events.sent(this, count)
  }

  private drained(): void {
    this.blocked = false
    this.left()
    if (this.replyCount > 0 || this.hasWork) this.wake()
  }

  private send(bytes: Buffer): void {
    this.events.bytes(bytes.length, 0)
    if (this.transport?.write(bytes) === false) this.blocked = true
  }

  private reply(first: number, id: number): void {
    this.replies[this.replyCount++] = (first << 16) | id
    if (!this.queued && !this.blocked) this.deps.flushQueue.mark(this)
  }

  private opened(): void {
    this.phase = 'handshake'
    this.keepAlive.begin(this.fields.keepAlive * 1000, this.deps.now())
    this.send(connectFrame(this.discarding ? { ...this.fields, clean: true } : this.fields))
  }

  private data(bytes: Buffer, length: number): void {
    this.heardMs = this.deps.now()
    try {
      this.reader.push(bytes, length)
    } catch (error) {
      if (!(error instanceof MalformedPacketError || error instanceof RangeError)) throw error
      this.cut(`malformed packet from the broker: ${error.message}`)
    }
    // last: whoever waits for answers looks then whether any is missing
    this.events.bytes(0, length)
  }

  private closed(error: Error | null): void {
    const cause = this.cause ?? (error === null ? 'connection closed by the broker' : 'connection failed')
    this.transport = null
    this.phase = 'closed'
    this.blocked = false
    this.reader.reset()
    this.replyCount = 0
    this.abandonUnsent()
    if (!this.fields.resume) this.abandon()
    this.events.closed(this, cause, error)
  }

  private abandonUnsent(): void {
    const waiting = this.publishing?.waiting() ?? NOTHING
    this.publishing?.left()
    if (waiting.count > 0) this.events.failed(this, waiting.from, waiting.from + waiting.count, null)
  }

  private abandon(): void {
    for (const s of this.session.abandon()) this.events.failed(this, s, s + 1, null)
  }

  /** The broker has no session. Where the client kept one, what was in flight and what waited for it in the broker are gone. */
  private sessionLost(): void {
    if (this.fields.resume && this.session.begun) this.events.anomaly(this, 'the broker lost the session')
    this.abandon()
  }

  private packet(b: Buffer, start: number, body: number, end: number): void {
    const type = typeOf(b[start] as number)
    if (this.phase !== 'ready') {
      if (this.phase === 'handshake' && type === Type.CONNACK) this.connack(b, body, end)
      else if (this.phase === 'handshake') this.cut('no MQTT broker: its first packet is not CONNACK')
      return
    }
    if (type === Type.PUBLISH) this.publish(b, start, body, end)
    else if (type >= Type.PUBACK && type <= Type.PUBCOMP) this.acknowledgement(type, b, body, end)
    else if (type === Type.SUBACK) this.suback(b, body, end)
    else if (type === Type.PINGRESP) this.pong()
    else if (type === Type.UNSUBACK) return
    else if (type === Type.DISCONNECT && this.fields.level === 5) {
      this.cut(reasonText('DISCONNECT', b[body] ?? 0x80))
    } else this.cut(`a packet that a broker must not send: type ${type}`)
  }

  private pong(): void {
    this.keepAlive.answered(this.heardMs)
    if (this.qos > 0 || this.publishing === null) return
    this.events.confirmed(this, this.heardMs)
    if (this.hasWork) this.wake()
  }

  private connack(b: Buffer, body: number, end: number): void {
    const level = this.fields.level
    const ack = readConnack(b, body, end, level)
    const refusal = ack.code !== 0 ? connackText(level, ack.code) : (this.publishing?.unfit(ack) ?? null)
    if (refusal !== null) {
      this.cause = refusal
      this.events.refused(this, refusal, ack.code === 0 || isFinalRefusal(level, ack.code))
      this.transport?.destroy()
      return
    }
    if (ack.serverKeepAlive !== null) this.keepAlive.intervalMs = ack.serverKeepAlive * 1000
    this.phase = 'ready'
    if (this.discarding) {
      this.end()
      return
    }
    this.events.connected(this, this.heardMs - this.startedMs, ack)
    if (!ack.sessionPresent) this.sessionLost()
    this.session.begin(ack.receiveMaximum, ack.sessionPresent)
    this.publishing?.begin(ack)
    if (ack.sessionPresent || this.fields.filters.length === 0) this.becomeReady()
    else for (const packet of this.subscriptions.packets()) this.send(packet)
  }

  private becomeReady(): void {
    this.events.ready(this)
    if (this.hasWork) this.wake()
  }

  private suback(b: Buffer, body: number, end: number): void {
    const sinceMs = this.subscriptions.changedSince(b, body)
    if (sinceMs !== null) {
      this.events.churned(this, this.heardMs - sinceMs)
      return
    }
    const { refusal, lowered, complete } = this.subscriptions.answered(b, body, end)
    for (const qos of lowered) this.events.anomaly(this, `SUBACK granted QoS ${qos} only`)
    if (refusal !== null) {
      this.events.refused(this, refusal, true)
      this.cut(refusal)
    } else if (complete) this.becomeReady()
  }

  private publish(b: Buffer, start: number, body: number, end: number): void {
    const { level, topicAliasMaximum, receiveMaximum } = this.fields
    const head = readPublish(b, start, body, end, level, topicAliasMaximum)
    if (head.qos > 0) {
      this.reply(head.qos === 1 ? 0x40 : 0x50, head.packetId)
      const repeated = this.session.came(head.qos, head.packetId)
      if (this.session.unanswered > (receiveMaximum ?? Infinity)) this.events.anomaly(this, OVER_MAXIMUM)
      if (repeated) return
    }
    // a retained copy is what the broker kept, not a delivery of this run
    if (((b[start] as number) & 1) === 1 && this.fields.takesRetained !== true) return
    this.events.arrived(this, arrivalOf(head, b, end, this.heardMs))
  }

  private acknowledgement(type: number, b: Buffer, body: number, end: number): void {
    const id = b.readUInt16BE(body)
    if (type === Type.PUBREL) {
      this.session.received.delete(id)
      this.reply(0x70, id)
      return
    }
    const code = end - body > 2 ? (b[body + 2] as number) : 0
    const inFlight = this.session.inFlight
    const slot = inFlight.slotOf(id)
    if (slot < 0) this.stray(type, id)
    else if (type === Type.PUBREC && this.qos === 2) {
      if (code >= 0x80) this.settle(slot, reasonText('PUBREC', code))
      else {
        inFlight.release(slot)
        this.reply(0x62, id)
      }
    } else if (type === Type.PUBACK && this.qos === 1) {
      this.settle(slot, code >= 0x80 ? reasonText('PUBACK', code) : null)
    } else if (type === Type.PUBCOMP && inFlight.state(slot) === RELEASED) this.settle(slot, null)
    else this.cut(`an acknowledgement of the wrong kind: type ${type} at QoS ${this.qos}`)
  }

  /** An identifier that is not in use. PUBREC is answered all the same, or the broker would keep its side for ever. */
  private stray(type: number, id: number): void {
    this.events.anomaly(this, 'acknowledgement of an unknown packet identifier')
    if (type === Type.PUBREC) this.reply(0x62, id)
  }

  private settle(slot: number, failure: string | null): void {
    const inFlight = this.session.inFlight
    const sequence = inFlight.sequence(slot)
    const intendedMs = inFlight.timeMs(slot)
    const delayMs = inFlight.delayMs(slot)
    this.session.settle(slot)
    if (failure === null) this.events.acknowledged(this, sequence, intendedMs, delayMs, this.heardMs)
    else this.events.failed(this, sequence, sequence + 1, failure)
    if (this.queued || this.blocked) return
    if (inFlight.size <= this.fields.refillAt && this.hasWork) this.deps.flushQueue.mark(this)
  }

  /** QoS 1 and 2 messages without their acknowledgement, and QoS 0 messages that may not have left. */
  unacknowledged(): number[] {
    const waiting = this.session.unacknowledged().sequences
    const unsent = this.publishing?.waiting() ?? NOTHING
    for (let i = 0; i < unsent.count; i++) waiting.push(unsent.from + i)
    return waiting
  }
}
