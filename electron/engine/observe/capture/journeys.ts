import type { Packet } from '../../mqtt/packet'
import type { ClientState } from './clients'
import { DOWN, Effect, UP } from './codes'
import type { CaptureState } from './state'
import { NumberRing } from './number-ring'

/** Gives every exchange its journey, by the number of the message that its PUBLISH carries (`Packet.messageId`). */
export class Journeys {
  private readonly byMessage: NumberRing
  /** The broker tells its routing. */
  told = false

  constructor(
    private readonly state: CaptureState,
    capacity: number,
  ) {
    this.byMessage = new NumberRing(capacity)
  }

  /** Ties a new exchange whose first packet is `seq`. */
  tie(client: ClientState, exchange: number, seq: number, packet: Packet): void {
    const { exchanges: x, journeys: j } = this.state
    const i = x.at(exchange)
    const known = packet.messageId === 0 ? 0 : this.byMessage.get(packet.messageId)
    const journey =
      x.direction[i] === UP
        ? this.published(client, exchange, seq, packet, known)
        : this.received(exchange, seq, packet, known)
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

  clear(): void {
    this.byMessage.clear()
  }

  private published(
    client: ClientState,
    exchange: number,
    seq: number,
    packet: Packet,
    known: number,
  ): number {
    const { journeys: j } = this.state
    if (j.has(known) && j.client[j.at(known)] === client.ix) return known
    return this.create(client.ix, exchange, seq, packet)
  }

  private received(exchange: number, seq: number, packet: Packet, known: number): number {
    if (!this.state.journeys.has(known)) return this.create(0, exchange, seq, packet)
    if (!this.told) this.inferPassed(known)
    return known
  }

  private create(client: number, exchange: number, seq: number, packet: Packet): number {
    const { exchanges: x } = this.state
    const i = x.at(exchange)
    const topic = x.topic[i] as number
    const journey = this.state.addJourney(client, topic, packet.qos, seq, x.startedMs[i] as number)
    if (packet.messageId !== 0) this.byMessage.set(packet.messageId, journey)
    return journey
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
