import type { RouteLeg } from '../../simulation/broker/types'
import type { Offered, Received } from '../../simulation/fleet/types'
import { Type } from '../../mqtt/packet'
import type { MessageIdentity } from '../../mqtt/identity'
import type { PacketTransit } from '../../mqtt/transit'
import { Arrivals } from './arrivals'
import { remember } from './remember'

/** Numbers remembered, and copies remembered on their way to one subscriber. */
const MAX_NUMBERS = 50_000
const MAX_WAITING = 10_000

interface PublisherState {
  /** What the device handed to its client and has not been seen on its uplink; null for messages that name themselves. */
  unsent: (MessageIdentity | null)[]
  byPacketId: Map<number, MessageIdentity | null>
}

interface SubscriberState {
  byPacketId: Map<number, MessageIdentity>
  onWay: Map<number, MessageIdentity>
}

/**
 * Knows which of the offered messages each number stands for (`Packet.messageId`), where the messages do not say it
 * themselves: what a device publishes enters its uplink in order, and a subscriber has what the number on the packet
 * says. Idle until the first such message.
 */
export class UnmarkedMessages {
  private active = false
  private readonly publishers = new Map<string, PublisherState>()
  private readonly subscribers = new Map<string, SubscriberState>()
  private readonly byNumber = new Map<number, MessageIdentity>()
  /** QoS 0 messages that reached the broker and were not numbered by it yet; and copies that reached a device. */
  private readonly atBroker = new Arrivals<MessageIdentity | null>()
  private readonly atDevice = new Arrivals<MessageIdentity | null>()

  /** @param message one that will go on the wire */
  offered(message: Offered): void {
    if (!message.identified) this.active = true
    if (!this.active) return
    const { publisher, sequence } = message
    this.publisher(publisher).unsent.push(message.identified ? null : { publisher, sequence })
  }

  /** A message that nobody offered goes on the wire. */
  interposed(publisher: string): void {
    if (this.active) this.publisher(publisher).unsent.push(null)
  }

  entered(p: PacketTransit): void {
    if (!this.active || p.packet.type !== Type.PUBLISH || p.origin !== 'endpoint') return
    if (p.direction === 'uplink') this.publishSent(p)
    else if (p.packet.messageId > 0) this.copySent(p)
  }

  private publishSent(p: PacketTransit): void {
    const { packetId, messageId } = p.packet
    const state = this.publishers.get(p.clientId)
    if (!state || (p.attempt > 1 && state.byPacketId.has(packetId) && packetId > 0)) return
    const identity = state.unsent.shift() ?? null
    if (packetId > 0) state.byPacketId.set(packetId, identity)
    else remember(this.subscriber(p.clientId).onWay, p.id, identity ?? NOBODY, MAX_WAITING)
    // Numbered before the broker has it.
    if (messageId > 0) this.number(messageId, identity)
  }

  private copySent(p: PacketTransit): void {
    const { packetId, messageId } = p.packet
    const identity = this.byNumber.get(messageId)
    const state = this.subscriber(p.clientId)
    if (packetId === 0) remember(state.onWay, p.id, identity ?? NOBODY, MAX_WAITING)
    else if (identity) state.byPacketId.set(packetId, identity)
    else state.byPacketId.delete(packetId)
  }

  settled(p: PacketTransit): void {
    if (!this.active || p.packet.type !== Type.PUBLISH || p.packet.qos !== 0) return
    const state = this.subscribers.get(p.clientId)
    const found = state?.onWay.get(p.id)
    if (!state || !found) return
    state.onWay.delete(p.id)
    if (p.state !== 'delivered') return
    const identity = found === NOBODY ? null : found
    if (p.direction === 'downlink') this.atDevice.add(p.clientId, p.packet.topic, identity)
    else if (p.packet.messageId === 0) this.atBroker.add(p.clientId, '', identity)
  }

  /** The broker has taken a message in and numbered it. */
  ingress(e: RouteLeg): void {
    if (!this.active) return
    const byPacketId = this.publishers.get(e.clientId)?.byPacketId
    this.number(
      e.messageId,
      e.packetId > 0 ? byPacketId?.get(e.packetId) : this.atBroker.take(e.clientId, ''),
    )
  }

  /** The broker keeps a message back. */
  discarded({ clientId, packetId }: Omit<RouteLeg, 'messageId'>): void {
    if (packetId === 0) this.atBroker.take(clientId, '')
  }

  /** Which message a device received; null when that cannot be known. */
  received(message: Received): MessageIdentity | null {
    const { subscriber, packetId, topic } = message
    const byPacketId = this.subscribers.get(subscriber)?.byPacketId
    return (packetId > 0 ? byPacketId?.get(packetId) : this.atDevice.take(subscriber, topic)) ?? null
  }

  private number(messageId: number, identity: MessageIdentity | null | undefined): void {
    if (identity) remember(this.byNumber, messageId, identity, MAX_NUMBERS)
  }

  private publisher(clientId: string): PublisherState {
    let state = this.publishers.get(clientId)
    if (!state) {
      state = { unsent: [], byPacketId: new Map() }
      this.publishers.set(clientId, state)
    }
    return state
  }

  private subscriber(clientId: string): SubscriberState {
    let state = this.subscribers.get(clientId)
    if (!state) {
      state = { byPacketId: new Map(), onWay: new Map() }
      this.subscribers.set(clientId, state)
    }
    return state
  }
}

/** Stands for a message that names itself. */
const NOBODY: MessageIdentity = { publisher: '', sequence: 0 }
