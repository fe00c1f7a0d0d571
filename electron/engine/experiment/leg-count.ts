import type { LegEvent, PacketTransit } from '../mqtt/transit'
import { isHandshake, Type } from '../mqtt/packet'
import { addWireBytes, type WireBytes } from '../observe/wire-bytes'

/** Counts the packets between publishers and broker as they are sent, whether they arrive or not. */
export class LegCount {
  publishes = 0
  packets = 0
  /** At the publishers' ends, as if each packet were a TCP segment. */
  readonly wire: WireBytes = { sent: 0, received: 0 }
  /** Connections opened, on all legs. */
  connections = 0

  constructor(private readonly isPublisher: (clientId: string) => boolean) {}

  entered(p: PacketTransit): void {
    const { type } = p.packet
    if (!isHandshake(type) || !this.isPublisher(p.clientId)) return
    this.packets++
    if (type === Type.PUBLISH) this.publishes++
  }

  settled(p: PacketTransit): void {
    if (isHandshake(p.packet.type) && this.isPublisher(p.clientId)) addWireBytes(this.wire, p)
  }

  event(e: LegEvent): void {
    if (e.kind === 'opened') this.connections++
  }
}
