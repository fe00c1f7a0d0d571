import type { Direction } from '../../contract/packet'
import { LatencyHistogram, type LatencyCounts } from '../base/latency-histogram'
import { isDup, qosOf, typeOf } from '../mqtt/first-byte'
import { Type } from '../mqtt/packet'

/** Handshakes under way that are timed at least; of more than twice as many, the oldest are forgotten. */
const LEAST_OPEN = 50_000

/** A packet of a handshake, as a proxy sees it. */
export interface HandshakePacket {
  /** Of `HandshakeTimes.client`. */
  client: number
  direction: Direction
  /** Type and flags. */
  first: number
  packetId: number
  /** @default 0, success */
  reason?: number
  atMs: number
}

/** One number for each handshake that can be under way: the client, who published, and the identifier. */
const keyOf = (client: number, uplink: boolean, packetId: number): number =>
  client * 0x20000 + (uplink ? 0x10000 : 0) + packetId

/**
 * How long handshakes of QoS 1 and 2 take as they are seen between client and broker: from a PUBLISH that comes in, the first one
 * where it is sent again, to the PUBACK or PUBCOMP that goes out to whoever sent it. What began unseen is not timed.
 */
export class HandshakeTimes {
  private readonly client = new LatencyHistogram()
  private readonly broker = new LatencyHistogram()
  /** When the PUBLISH came in, ms. The full map takes the place of the one before, so that to forget costs nothing. */
  private open = new Map<number, number>()
  private before = new Map<number, number>()
  private readonly numbers = new Map<string, number>()
  private unnamed = 0

  /** @param leastOpen handshakes under way that are timed at least; twice as many at most */
  constructor(private readonly leastOpen = LEAST_OPEN) {}

  /** The number of a client, the same over all its connections; one of its own for each without an identifier. */
  number(clientId: string): number {
    const known = this.numbers.get(clientId)
    if (known !== undefined) return known
    const number = this.numbers.size + this.unnamed
    if (clientId === '') this.unnamed++
    else this.numbers.set(clientId, number)
    return number
  }

  /** Times of complete handshakes so far, by the side that published. */
  bySender(): [sender: 'client' | 'broker', latencies: LatencyCounts][] {
    return [
      ['client', this.client],
      ['broker', this.broker],
    ]
  }

  /** A packet has come in. */
  came({ client, direction, first, packetId, atMs }: HandshakePacket): void {
    if (typeOf(first) !== Type.PUBLISH || qosOf(first) === 0 || isDup(first)) return
    if (this.open.size >= this.leastOpen) {
      this.before = this.open
      this.open = new Map()
    }
    this.open.set(keyOf(client, direction === 'uplink', packetId), atMs)
  }

  /** A packet has gone out. */
  went({ client, direction, first, packetId, reason = 0, atMs }: HandshakePacket): void {
    const type = typeOf(first)
    // MQTT 5.0 section 4.3.3: a PUBREC of 0x80 or more ends it without a PUBCOMP.
    const refused = type === Type.PUBREC && reason >= 0x80
    if (type !== Type.PUBACK && type !== Type.PUBCOMP && !refused) return
    const byClient = direction === 'downlink'
    const key = keyOf(client, byClient, packetId)
    const beganMs = this.open.get(key) ?? this.before.get(key)
    if (beganMs === undefined) return
    this.open.delete(key)
    this.before.delete(key)
    if (!refused) (byClient ? this.client : this.broker).record(atMs - beganMs)
  }
}
