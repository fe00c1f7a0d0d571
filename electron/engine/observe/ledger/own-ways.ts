import { Type } from '../../mqtt/packet'
import type { PacketTransit } from '../../mqtt/transit'
import type { RouteLeg } from '../../simulation/broker/types'
import type { Received } from '../../simulation/fleet/types'
import { remember } from './remember'

/** Messages remembered on their way through the broker. */
const MAX_MESSAGES = 50_000

/** What ways have taken up to the packet that a sender repeats, where each repetition begins, and up to now; ms. */
interface Handshake {
  fromMs: number
  nowMs: number
}

/**
 * The time that step mode let pass for the ways of the very packets that brought a message where it is, ms. Steady time
 * leaves out all that step mode lets pass, and of that so much is the message's own. Idle until it lets time pass.
 */
export class OwnWays {
  private active = false
  private readonly handshakes = new Map<string, Handshake>()
  /** By number of the message: what it had taken when the broker passed it on. */
  private readonly passedOn = new Map<number, number>()

  entered(p: PacketTransit): void {
    if (!this.active || p.attempt > 1) return
    const { type, messageId } = p.packet
    const up = p.direction === 'uplink'
    const known = this.handshakes.get(keyOf(p))?.nowMs ?? 0
    if (type === Type.PUBREL) this.set(p, known)
    else if (type === Type.PUBLISH) this.set(p, up ? 0 : (this.passedOn.get(messageId) ?? 0))
  }

  settled(p: PacketTransit): void {
    const ownMs = p.ownSkippedMs ?? 0
    this.active ||= ownMs > 0
    if (!this.active || p.state !== 'delivered') return
    const { type } = p.packet
    const { fromMs, nowMs } = this.handshakes.get(keyOf(p)) ?? { fromMs: 0, nowMs: 0 }
    if (type === Type.PUBLISH || type === Type.PUBREL) this.set(p, fromMs, fromMs + ownMs)
    else if (type === Type.PUBREC) this.set(p, fromMs, nowMs + ownMs)
  }

  /** The broker passes a message on. */
  ingress({ clientId, packetId, messageId }: RouteLeg): void {
    const takenMs = this.handshakes.get(`> ${packetId} ${clientId}`)?.nowMs ?? 0
    if (takenMs > 0) remember(this.passedOn, messageId, takenMs, MAX_MESSAGES)
  }

  /** Of a message that a device is handed now. */
  of({ subscriber, packetId }: Received): number {
    return this.handshakes.get(`< ${packetId} ${subscriber}`)?.nowMs ?? 0
  }

  private set(p: PacketTransit, fromMs: number, nowMs = fromMs): void {
    this.handshakes.set(keyOf(p), { fromMs, nowMs })
  }
}

/** Its handshake: a PUBREC runs against the direction of its message. */
function keyOf({ clientId, direction, packet: { type, packetId } }: PacketTransit): string {
  const up = (direction === 'uplink') === (type === Type.PUBLISH || type === Type.PUBREL)
  return `${up ? '>' : '<'} ${packetId} ${clientId}`
}
