import { Type } from '../../mqtt/packet'
import type { PacketTransit } from '../../mqtt/transit'
import type { RouteLeg } from '../../simulation/broker/types'
import type { Received } from '../../simulation/fleet/types'
import { Arrivals } from './arrivals'
import { remember } from './remember'

/** Messages, and open handshakes, that are remembered. */
const MAX_MESSAGES = 50_000

/** What the ways of a message at QoS 1 or 2 have taken on one leg and before it, ms. */
interface Handshake {
  /** 0 while the message has no number. */
  readonly messageId: number
  /** Up to its receiver, by the last PUBLISH or PUBREL that arrived. */
  thereMs: number
  /** And back at its sender, by the last PUBREC: a PUBREL begins there, and so does each repetition of it. */
  backMs: number
}

/**
 * The time that step mode let pass for the ways of the very packets that brought a message where it is, ms. Steady time
 * leaves out all that step mode lets pass, and of that so much is the message's own. Idle until step mode lets time pass.
 */
export class OwnWays {
  private active = false
  /** What had been taken when a copy of a message was sent. */
  private readonly before = new WeakMap<PacketTransit, number>()
  private readonly handshakes = new Map<string, Handshake>()
  /** By number of the message: what it had taken when the broker passed it on. */
  private readonly passedOn = new Map<number, number>()
  /** QoS 0 messages that reached the broker and were not numbered by it yet; and those that reached a device. */
  private readonly atBroker = new Arrivals<number>()
  private readonly atDevice = new Arrivals<number>()

  entered(p: PacketTransit): void {
    if (!this.active || p.direction === 'uplink' || p.packet.type !== Type.PUBLISH) return
    const takenMs = this.passedOn.get(p.packet.messageId)
    if (takenMs !== undefined) this.before.set(p, takenMs)
  }

  settled(p: PacketTransit): void {
    const ownMs = p.ownSkippedMs ?? 0
    this.active ||= ownMs > 0
    if (!this.active || p.state !== 'delivered') return
    const { type } = p.packet
    if (type === Type.PUBLISH) this.published(p, (this.before.get(p) ?? 0) + ownMs)
    else if (type === Type.PUBREC || type === Type.PUBREL) this.goesOn(p, ownMs)
    else if (type === Type.PUBACK || type === Type.PUBCOMP) this.handshakes.delete(keyOf(p))
  }

  private published(p: PacketTransit, thereMs: number): void {
    const { packetId, messageId, topic } = p.packet
    const up = p.direction === 'uplink'
    if (packetId > 0) this.keep(p, { messageId, thereMs, backMs: 0 })
    else if (!up) this.atDevice.add(p.clientId, topic, thereMs)
    else if (messageId === 0) this.atBroker.add(p.clientId, '', thereMs)
    if (up) this.passes(messageId, thereMs)
  }

  private goesOn(p: PacketTransit, ownMs: number): void {
    const known = this.handshakes.get(keyOf(p)) ?? { messageId: 0, thereMs: 0, backMs: 0 }
    if (p.packet.type === Type.PUBREC) known.backMs = known.thereMs + ownMs
    else known.thereMs = known.backMs + ownMs
    this.keep(p, known)
    // A broker that tells nothing passes a message on at PUBLISH or at PUBREL.
    if (p.packet.type === Type.PUBREL && p.direction === 'uplink') this.passes(known.messageId, known.thereMs)
  }

  /** The broker passes a message on. */
  ingress({ clientId, packetId, messageId }: RouteLeg): void {
    if (!this.active) return
    const takenMs =
      packetId > 0
        ? this.handshakes.get(`> ${packetId} ${clientId}`)?.thereMs
        : this.atBroker.take(clientId, '')
    this.passes(messageId, takenMs ?? 0)
  }

  /** The broker keeps a message back. */
  discarded({ clientId, packetId }: Omit<RouteLeg, 'messageId'>): void {
    if (packetId === 0) this.atBroker.take(clientId, '')
  }

  /** Of a message that a device is handed now. To be asked for every one: those at QoS 0 are told apart by their order. */
  of({ subscriber, packetId, topic }: Received): number {
    const takenMs =
      packetId > 0
        ? this.handshakes.get(`< ${packetId} ${subscriber}`)?.thereMs
        : this.atDevice.take(subscriber, topic)
    return takenMs ?? 0
  }

  private passes(messageId: number, takenMs: number): void {
    if (messageId > 0 && takenMs > 0) remember(this.passedOn, messageId, takenMs, MAX_MESSAGES)
    else this.passedOn.delete(messageId)
  }

  private keep(p: PacketTransit, handshake: Handshake): void {
    remember(this.handshakes, keyOf(p), handshake, MAX_MESSAGES)
  }
}

/** Its handshake: a PUBREC, a PUBACK and a PUBCOMP run against the direction of their message. */
function keyOf({ clientId, direction, packet: { type, packetId } }: PacketTransit): string {
  const up = (direction === 'uplink') === (type === Type.PUBLISH || type === Type.PUBREL)
  return `${up ? '>' : '<'} ${packetId} ${clientId}`
}
