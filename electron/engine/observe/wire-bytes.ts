import type { PacketTransit } from '../mqtt/transit'
import { Type } from '../mqtt/packet'

/** Headers of a segment: Ethernet 14, IPv4 20, TCP 20 and its time stamps 12 bytes. An acknowledgement alone is just that. */
const SEGMENT_HEADERS = 66

/** Bytes on a client's wire. */
export interface WireBytes {
  sent: number
  received: number
}

/** What the broker answers with a packet of its own, which carries the acknowledgement. */
const isAnswered = ({ packet }: PacketTransit): boolean =>
  packet.type === Type.PUBREL || (packet.type === Type.PUBLISH && packet.qos > 0)

/**
 * Adds what a packet takes at the client's end of a TCP connection, once it has arrived or is lost. Each packet is a segment; each
 * that arrives is acknowledged: by the answer that the broker sends at once, else by an empty segment. A client's own next packet
 * comes later than its acknowledgement (the application has to read first), so the client always sends an empty one.
 */
export function addWireBytes(sum: WireBytes, transit: PacketTransit): void {
  const bytes = SEGMENT_HEADERS + transit.packet.frame.length
  const arrived = transit.state === 'delivered'
  if (transit.direction === 'uplink') {
    sum.sent += bytes * (1 + transit.segmentLosses)
    if (arrived && !isAnswered(transit)) sum.received += SEGMENT_HEADERS
  } else if (arrived) {
    sum.received += bytes
    sum.sent += SEGMENT_HEADERS
  }
}

const UPLINK: ReadonlySet<number> = new Set([Type.PUBLISH, Type.PUBREL])
const DOWNLINK: ReadonlySet<number> = new Set([Type.PUBACK, Type.PUBREC, Type.PUBCOMP])

/** Bytes that publishing takes on the links of each group's devices. What they receive as subscribers is not in it. */
export class GroupWireBytes {
  private readonly groups = new Map<string, WireBytes>()

  /** @param groupOf the group of a device; null for a client of none */
  constructor(private readonly groupOf: (clientId: string) => string | null) {}

  settled(p: PacketTransit): void {
    if (!(p.direction === 'uplink' ? UPLINK : DOWNLINK).has(p.packet.type)) return
    const group = this.groupOf(p.clientId)
    if (group !== null) addWireBytes(this.sum(group), p)
  }

  private sum(group: string): WireBytes {
    const known = this.groups.get(group)
    if (known !== undefined) return known
    const none = { sent: 0, received: 0 }
    this.groups.set(group, none)
    return none
  }

  /** Of one of so many messages; null for none. */
  perMessage(group: string, messages: number): WireBytes | null {
    if (messages === 0) return null
    const { sent, received } = this.sum(group)
    return { sent: sent / messages, received: received / messages }
  }
}
