import type { Packet } from '../../mqtt/packet'
import { messageKey } from '../../mqtt/identity'
import { NOTHING_ROUTED, type ClientState } from './clients'
import { DOWN, Effect, UP } from './codes'
import type { CaptureState } from './state'
import { NumberRing } from './number-ring'
import { ContentTies } from './ties'

/** Routing facts kept waiting per client before the oldest is dropped: their PUBLISH never came. */
const WAITING = 4096

/**
 * Gives every exchange its journey. With a broker that tells its routing (`ingress`, `egress`) the legs are tied
 * by its word; otherwise by the identity the message carries, and failing that by topic and content in order.
 */
export class Journeys {
  private readonly byMessage: NumberRing
  private readonly ties: ContentTies
  /** The broker tells its routing. */
  told = false

  constructor(
    private readonly state: CaptureState,
    capacity: number,
  ) {
    this.byMessage = new NumberRing(capacity)
    this.ties = new ContentTies(capacity)
  }

  /** Ties a new exchange whose first packet is `seq`. */
  tie(client: ClientState, exchange: number, seq: number, packet: Packet): void {
    const { exchanges: x, journeys: j } = this.state
    const i = x.at(exchange)
    const journey =
      x.direction[i] === UP
        ? this.published(client, exchange, seq, packet)
        : this.received(client, exchange, seq, packet)
    const k = j.at(journey)
    x.journey[i] = journey
    x.prevInJourney[i] = j.lastExchange[k] as number
    j.lastExchange[k] = exchange
    if (j.source[k] === 0) j.source[k] = exchange
  }

  /** The broker took the message of this exchange in under a number of its own. */
  ingress(exchange: number, messageId: number): void {
    const { exchanges: x } = this.state
    this.byMessage.set(messageId, x.journey[x.at(exchange)] as number)
  }

  /** The broker is about to send a message to a client. */
  egress(client: ClientState, packetId: number, messageId: number): void {
    this.told = true
    if (client.routed === NOTHING_ROUTED) client.routed = []
    client.routed.push({ packetId, messageId })
    if (client.routed.length > WAITING) client.routed.shift()
  }

  clear(): void {
    this.byMessage.clear()
    this.ties.clear()
  }

  /** Takes the routing fact of a PUBLISH that enters a downlink. */
  claim(client: ClientState, packetId: number): number | undefined {
    const waiting = client.routed
    if (waiting.length === 0) return undefined
    const at = waiting.findIndex((r) => r.packetId === packetId)
    if (at < 0) return undefined
    const found = waiting[at]
    if (at === 0) waiting.shift()
    else waiting.splice(at, 1)
    return found?.messageId
  }

  private published(client: ClientState, exchange: number, seq: number, packet: Packet): number {
    const { exchanges: x, journeys: j } = this.state
    const i = x.at(exchange)
    const key = this.told ? null : messageKey(packet)
    const known = key === null ? 0 : this.ties.identified(key)
    if (j.has(known) && j.client[j.at(known)] === client.ix) return known
    const journey = this.create(client.ix, exchange, seq, x.qos[i] as number)
    if (key !== null) this.ties.published(key, journey)
    return journey
  }

  private received(client: ClientState, exchange: number, seq: number, packet: Packet): number {
    const message = this.claim(client, packet.packetId)
    if (message !== undefined) {
      const known = this.byMessage.get(message)
      if (this.state.journeys.has(known)) return known
      const journey = this.create(0, exchange, seq, packet.qos)
      this.byMessage.set(message, journey)
      return journey
    }
    if (this.told) return this.create(0, exchange, seq, packet.qos)
    const key = messageKey(packet)
    const known = this.ties.received(key, client.ix, packet.retain)
    if (this.state.journeys.has(known)) {
      this.inferPassed(known)
      return known
    }
    const journey = this.create(0, exchange, seq, packet.qos)
    this.ties.published(key, journey)
    this.ties.received(key, client.ix, true)
    return journey
  }

  private create(client: number, exchange: number, seq: number, qos: number): number {
    const { exchanges: x } = this.state
    const i = x.at(exchange)
    return this.state.addJourney(client, x.topic[i] as number, qos, seq, x.startedMs[i] as number)
  }

  /**
   * A subscriber is being sent a message whose QoS 2 handshake with the publisher has not come to PUBREL: so this
   * broker passed it on at PUBLISH, as 3.1.1 section 4.3.3 leaves it free to.
   */
  private inferPassed(journey: number): void {
    const { journeys: j, exchanges: x, packets } = this.state
    const source = j.source[j.at(journey)] as number
    const i = x.at(source)
    if (!x.has(source) || x.direction[i] === DOWN || x.qos[i] !== 2 || x.passed[i] === 1) return
    x.passed[i] = 1
    for (let seq = x.lastPacket[i] as number; packets.has(seq);) {
      const at = packets.at(seq)
      if (packets.effect[at] === Effect.stored) {
        packets.effect[at] = Effect.passedOn
        this.state.changedPackets.add(seq)
      }
      const back = packets.prevInExchange[at] as number
      if (back === 0) break
      seq -= back
    }
  }
}
