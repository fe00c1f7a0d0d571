import type { RetryTimer } from '../../../contract/device'
import type { LinkConfig } from '../../../contract/link-config'
import type { Timer } from '../clock/clock'
import type { Direction } from '../../../contract/packet'
import { ackPacket, isHandshake, Type, type Packet } from '../../mqtt/packet'
import type { LegEvent, TransitOrigin } from '../../mqtt/transit'
import { Answers, answerTo, Requests } from './control'
import type { MessageTable, MessageRecord } from './message-table'
import type { Pace } from './pace'
import { PASS, Receiver, type Reception } from './receiver'
import { refused, retryPolicy, Sender } from './retransmission'

/** What an agent needs of its link. */
export interface AgentHost {
  readonly id: string
  readonly pace: Pace
  readonly level: number
  /** Messages this side publishes, and those it receives. */
  readonly sent: MessageTable
  readonly received: MessageTable
  /** Puts a packet on the link. */
  enter(packet: Packet, origin: TransitOrigin, record: MessageRecord | null): void
  /** Hands a packet to the endpoint. */
  push(packet: Packet): void
  event(event: LegEvent): void
  /** Ends the connection because an acknowledgement did not come in time. */
  recover(): void
}

/** What stands between an endpoint and the link. */
export interface LinkAgent {
  /** Timers that are set. */
  readonly pending: number
  /**
   * The timer at whose end the packet of this identifier is sent again, or its connection ended, without an answer; null
   * without one.
   */
  retryTimer(packetId: number): RetryTimer | null
  configure(config: LinkConfig): void
  /** The endpoint has sent a packet. */
  fromEndpoint(packet: Packet): void
  /** A packet has arrived over the link. */
  fromNetwork(packet: Packet, origin: TransitOrigin): void
  /** A packet outside the handshakes was lost on the link. */
  controlLost(packet: Packet, lostOn: Direction): void
  /** The connection has ended. */
  disconnected(): void
  /** The broker has begun a new session. */
  resetSession(): void
}

/**
 * Stands between an MQTT endpoint and the link, on either side. Repeats what is not acknowledged, sets DUP, and
 * answers repeated packets its endpoint would trip over. The decisions are made in retransmission.ts, receiver.ts
 * and control.ts; here they are carried out, and here is the one timer.
 */
export class Agent implements LinkAgent {
  private readonly sender: Sender
  private readonly receiver = new Receiver()
  private readonly requests: Requests
  private readonly answers = new Answers()
  /** Packets that came before a lost CONNACK. */
  private early: { packet: Packet; origin: TransitOrigin }[] = []
  private wakeUp: Timer | undefined
  private timerDueMs = Infinity
  private config: LinkConfig

  constructor(
    private readonly direction: Direction,
    private readonly host: AgentHost,
    config: LinkConfig,
  ) {
    const policy = policyOf(config)
    this.config = config
    this.sender = new Sender(policy, direction === 'downlink')
    this.requests = new Requests(policy)
  }

  /** Timers that are set. */
  get pending(): number {
    return this.sender.timed() + (this.requests.nextDueMs === Infinity ? 0 : this.requests.size)
  }

  retryTimer(packetId: number): RetryTimer | null {
    return this.sender.retryTimer(packetId)
  }

  /** Exchanges and requests that are not complete, timed or not. */
  get outstanding(): number {
    return this.sender.size + this.receiver.size + this.requests.size
  }

  configure(config: LinkConfig): void {
    const before = this.config
    const changed = policyOf(config)
    this.config = config
    this.sender.policy = changed
    this.requests.policy = changed
    this.sender.retime(
      this.host.pace.steadyMs(),
      !changed.timed && config.kind !== 'radio' && before.kind === 'radio',
    )
    this.arm()
  }

  /** The endpoint has sent a packet. */
  fromEndpoint(packet: Packet): void {
    const { host } = this
    const { type } = packet
    if (!isHandshake(type)) {
      this.control(packet, type)
      return
    }
    const id = packet.packetId
    switch (type) {
      case Type.PUBLISH:
        this.publish(packet, id)
        break
      case Type.PUBREL: {
        const record = host.sent.find(id) ?? null
        this.sender.release(packet, record, host.pace.steadyMs())
        host.enter(packet, 'endpoint', record)
        this.arm()
        break
      }
      default:
        if (type === Type.PUBREC) this.receiver.received(id, refused(packet))
        if (type === Type.PUBCOMP) this.receiver.completed(id)
        host.enter(packet, 'endpoint', host.received.find(id) ?? null)
    }
  }

  /** A packet has arrived over the link. */
  fromNetwork(packet: Packet, origin: TransitOrigin): void {
    const { host } = this
    const type = packet.type
    if (this.requests.connecting && type !== Type.CONNACK && type < Type.DISCONNECT) {
      // A client must not see anything before CONNACK [MQTT-3.2.0-1]; mqtt.js would wait for ever.
      this.early.push({ packet, origin })
      return
    }
    const id = packet.packetId
    if (type === Type.PUBLISH || type === Type.PUBREL) {
      const { pass, answer } = this.receive(packet, type, id)
      if (pass) host.push(packet)
      if (answer !== 0) {
        host.enter(ackPacket(answer, id, host.level), 'agent', host.received.find(id) ?? null)
      }
    } else if (isHandshake(type)) {
      const { pass, answer, ended } = this.sender.acknowledge(packet, host.pace.steadyMs())
      if (ended) host.sent.complete(id)
      if (pass) host.push(packet)
      if (answer !== null) host.enter(answer, 'agent', host.sent.find(id) ?? null)
      this.arm()
    } else {
      this.controlArrived(packet, type, origin)
    }
  }

  /** A packet outside the handshakes was lost on the link. */
  controlLost(packet: Packet, lostOn: Direction): void {
    if (this.direction === 'downlink') {
      if (lostOn === 'downlink') this.answers.answerLost(packet)
      return
    }
    this.requests.arm(this.host.pace.steadyMs())
    this.arm()
  }

  /** The connection has ended. What was not acknowledged is remembered. */
  disconnected(): void {
    this.sender.disconnected()
    this.receiver.disconnected()
    this.requests.disconnected()
    this.answers.disconnected()
    this.early = []
    this.disarm()
  }

  /** The broker has begun a new session: this side forgets the old one. */
  resetSession(): void {
    this.sender.resetSession()
    this.receiver.resetSession()
  }

  private publish(packet: Packet, id: number): void {
    const { host } = this
    const record = host.sent.publish(packet)
    if (id === 0) {
      // QoS 0 never has DUP [MQTT-3.3.1-2]
      host.enter(packet.withDup(false), 'endpoint', record)
      return
    }
    host.enter(this.sender.publish(packet, record, host.pace.steadyMs()), 'endpoint', record)
    this.arm()
  }

  private receive(packet: Packet, type: number, id: number): Reception {
    if (type === Type.PUBREL) return this.receiver.release(id)
    return packet.qos === 2 ? this.receiver.publish(id, packet.dup) : PASS
  }

  private control(packet: Packet, type: number): void {
    if (answerTo(type) !== 0) {
      const timed = this.config.kind === 'radio' && this.config.lossScope === 'all'
      this.requests.sent(packet, this.host.pace.steadyMs(), timed)
    }
    this.host.enter(packet, 'endpoint', null)
    this.arm()
  }

  private controlArrived(packet: Packet, type: number, origin: TransitOrigin): void {
    const { host } = this
    if (answerTo(type) !== 0) {
      const { pass, answer } = this.answers.request(packet, origin === 'agent')
      if (pass) host.push(packet)
      if (answer !== null) host.enter(answer, 'agent', null)
      return
    }
    const isAnswer =
      type === Type.CONNACK || type === Type.SUBACK || type === Type.UNSUBACK || type === Type.PINGRESP
    if (!isAnswer || this.requests.answered(packet)) host.push(packet)
    if (type !== Type.CONNACK || this.early.length === 0) return
    const { early } = this
    this.early = []
    for (const { packet, origin } of early) this.fromNetwork(packet, origin)
  }

  /** One timer for all deadlines. A deadline that has gone leaves it standing: it fires for nothing and is set again. */
  private arm(): void {
    const next = Math.min(this.sender.nextDueMs, this.requests.nextDueMs)
    if (next >= this.timerDueMs) return
    this.disarm()
    this.timerDueMs = next
    this.wakeUp = this.host.pace.schedule(next - this.host.pace.steadyMs(), () => {
      this.wakeUp = undefined
      this.timerDueMs = Infinity
      this.expire()
      this.arm()
    })
  }

  private disarm(): void {
    this.host.pace.cancel(this.wakeUp)
    this.wakeUp = undefined
    this.timerDueMs = Infinity
  }

  private expire(): void {
    const { host } = this
    const now = host.pace.steadyMs()
    const { again, gaveUp } = this.sender.expire(now)
    const requests = this.requests.expire(now)
    if (this.config.recovery.mode === 'reconnect') {
      if (again.length + requests.length > 0) host.recover()
      return
    }
    for (const packet of requests) host.enter(packet, 'agent', null)
    for (const entry of again) host.enter(entry.packet, 'agent', entry.record)
    for (const entry of gaveUp) {
      host.event({
        kind: 'gave-up',
        clientId: host.id,
        atMs: host.pace.nowMs(),
        direction: this.direction,
        packetId: entry.packetId,
        type: entry.packet.type,
        attempts: entry.attempts,
      })
    }
  }
}

/** Only a radio link loses packets, so only there is anything timed. */
const policyOf = (config: LinkConfig) =>
  retryPolicy(
    config.recovery,
    config.kind === 'radio' && (config.recovery.mode === 'retry' || config.recovery.mode === 'reconnect'),
  )
