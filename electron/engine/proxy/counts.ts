import { PACKET_TYPES, type Direction, type PacketType } from '../../contract/packet'
import { isDup, qosOf, typeOf } from '../mqtt/first-byte'
import { isHandshake, Type } from '../mqtt/packet'
import type { PacketTransit, TransitObserver } from '../mqtt/transit'
import type { Passage } from '../simulation/target/pass-through'
import { HandshakeTimes, type HandshakePacket } from './handshake-times'
import { HeaderScanner } from './scanner'

/** What passed a proxy, as `fleetlab proxy --json` writes it. */
export interface ProxyReport {
  /** Packets of both directions by type: how many were sent into the proxy, and how many of these it lost. */
  packets: Partial<Record<PacketType, { sent: number; lost: number }>>
  /** Client identifiers, in the order in which they came. */
  clients: string[]
  /** Handshakes of QoS 1 and 2 over one leg: those that ended with PUBACK or PUBCOMP, and those that have not. */
  exchanges: { complete: number; unfinished: number }
  /** Packets that the proxy delivered twice or with one bit turned over; absent where there were none. */
  altered?: { duplicate: number; corrupt: number }
}

/** Counts packets of connections with a link and without one. */
export class ProxyCounts {
  private readonly sent = new Array<number>(16).fill(0)
  private readonly lost = new Array<number>(16).fill(0)
  private readonly clients = new Set<string>()
  private readonly altered = { duplicate: 0, corrupt: 0 }
  private begun = 0
  private complete = 0
  /** How long handshakes take. */
  readonly times = new HandshakeTimes()

  /** @param now ms, for what passes without a link */
  constructor(private readonly now: () => number) {}

  /** Counts what passes over links. */
  readonly links: Partial<TransitObserver> = {
    entered: (p) => {
      const { packet, clientId, altered } = p
      if (altered !== undefined) this.altered[altered]++
      if (altered === 'duplicate') return
      this.clients.add(clientId)
      this.count(packet.frame[0] as number)
      if (altered === undefined && isHandshake(packet.type)) this.times.came(this.onLink(p, p.sentMs))
    },
    settled: (p) => {
      const { packet, state, altered } = p
      if (altered === 'duplicate') return
      if (altered === undefined && state === 'delivered' && isHandshake(packet.type))
        this.times.went(this.onLink(p, p.settledMs))
      if (state === 'lost') this.lost[packet.type] = (this.lost[packet.type] as number) + 1
      else if (packet.type === Type.PUBACK || packet.type === Type.PUBCOMP) this.complete++
    },
  }

  /** Counts what passes one connection without a link. */
  passage(clientId: string): Passage {
    if (clientId !== '') this.clients.add(clientId)
    const take = (first: number): void => {
      this.count(first)
      if (typeOf(first) === Type.PUBACK || typeOf(first) === Type.PUBCOMP) this.complete++
    }
    const client = this.times.number(clientId)
    const scanner = (direction: Direction): HeaderScanner =>
      new HeaderScanner({
        packet: take,
        handshake: (first, packetId) => {
          const seen = { client, direction, first, packetId, atMs: this.now() }
          this.times.came(seen)
          this.times.went(seen)
        },
      })
    const [up, down] = [scanner('uplink'), scanner('downlink')]
    return { uplink: (chunk) => up.push(chunk), downlink: (chunk) => down.push(chunk) }
  }

  report(): ProxyReport {
    const packets: ProxyReport['packets'] = {}
    this.sent.forEach((sent, type) => {
      const name = PACKET_TYPES[type]
      if (sent > 0 && name !== undefined) packets[name] = { sent, lost: this.lost[type] as number }
    })
    const { complete } = this
    const unfinished = Math.max(0, this.begun - complete)
    const { altered } = this
    return {
      packets,
      clients: [...this.clients],
      exchanges: { complete, unfinished },
      ...(altered.duplicate + altered.corrupt > 0 && { altered: { ...altered } }),
    }
  }

  private onLink({ clientId, direction, packet }: PacketTransit, atMs: number): HandshakePacket {
    const { frame, packetId, reason } = packet
    const client = this.times.number(clientId)
    return { client, direction, first: frame[0] as number, packetId, reason, atMs }
  }

  /** @param first byte of the packet: type and flags */
  private count(first: number): void {
    const type = typeOf(first)
    this.sent[type] = (this.sent[type] as number) + 1
    if (type === Type.PUBLISH && qosOf(first) !== 0 && !isDup(first)) this.begun++
  }
}
