import { HANDSHAKE_TYPES, PACKET_TYPES, type HandshakeType } from '../../contract/packet'
import type { PacketTransit } from '../mqtt/transit'

/** Packets put on the simulated links and lost there, by type. */
export class TrafficCounts {
  private readonly sent = new Array<number>(PACKET_TYPES.length).fill(0)
  private readonly lost = new Array<number>(PACKET_TYPES.length).fill(0)
  /** Packets lost, of all types. */
  lostTotal = 0

  entered(p: PacketTransit): void {
    const type = p.packet.type
    this.sent[type] = (this.sent[type] ?? 0) + 1
  }

  settled(p: PacketTransit): void {
    if (p.state !== 'lost') return
    const type = p.packet.type
    this.lost[type] = (this.lost[type] ?? 0) + 1
    this.lostTotal++
  }

  byType(): Record<HandshakeType, { sent: number; lost: number }> {
    const entry = (name: HandshakeType) => {
      const type = PACKET_TYPES.indexOf(name)
      return [name, { sent: this.sent[type] ?? 0, lost: this.lost[type] ?? 0 }] as const
    }
    return Object.fromEntries(HANDSHAKE_TYPES.map(entry)) as Record<
      HandshakeType,
      { sent: number; lost: number }
    >
  }
}
