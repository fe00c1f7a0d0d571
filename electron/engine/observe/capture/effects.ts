import { Type } from '../../mqtt/packet'
import { NO_EXCHANGES, type ClientState } from './clients'
import { Effect, Fated, REFUSED, UP } from './codes'
import { Got } from './exchange-table'
import type { Journeys } from './journeys'
import type { CaptureState } from './state'

/** QoS 0 arrivals kept until the broker tells what it did with them. */
const WAITING = 1024

/**
 * What a delivered packet changed at its receiver.
 *
 * Subscriber's leg, QoS 2: the message reaches the application at PUBREL, as mqtt.js (handlers/pubrel) and paho
 * (`_handle_pubrel`) do; until then it is stored. Publisher's leg: a broker that tells its routing decides when a
 * message counts as passed on, at PUBLISH or at PUBREL (3.1.1 figure 4.3, methods B and A); for one that does not, at
 * PUBREL, unless a subscriber was sent the message before.
 */
export class Effects {
  constructor(
    private readonly state: CaptureState,
    private readonly journeys: Journeys,
  ) {}

  /** @returns false for a repeated PUBLISH at QoS 2, which its receiver only acknowledges again */
  publishArrived(seq: number, client: ClientState, id: number): boolean {
    const { packets: t, exchanges: x } = this.state
    const i = x.at(id)
    if (x.qos[i] === 2) {
      const again = x.held[i] === 1
      x.held[i] = 1
      const early = x.passed[i] === 1 && !again && x.direction[i] === UP && !this.journeys.told
      this.set(seq, again ? Effect.discarded : early ? Effect.passedOn : Effect.stored)
      return !again
    }
    if (t.direction[t.at(seq)] !== UP) {
      this.reached(seq, client, id)
      return true
    }
    if (x.qos[i] === 0) {
      if (client.arrived === NO_EXCHANGES) client.arrived = []
      client.arrived.push(id)
      if (client.arrived.length > WAITING) client.arrived.splice(0, WAITING / 2)
    }
    if (!this.journeys.told) this.set(seq, Effect.passedOn)
    return true
  }

  pubrelArrived(seq: number, client: ClientState, id: number): void {
    const { packets: t, exchanges: x } = this.state
    const i = x.at(id)
    const released = x.held[i] === 1
    x.held[i] = 0
    if (!released) return
    if (t.direction[t.at(seq)] !== UP) this.reached(seq, client, id)
    else if (!this.journeys.told && x.passed[i] === 0) {
      x.passed[i] = 1
      this.set(seq, Effect.passedOn)
    }
  }

  /** The broker has passed the message of an exchange on: on account of its last packet to arrive. */
  passedOn(id: number): void {
    const { packets: t, exchanges: x } = this.state
    const i = x.at(id)
    x.passed[i] = 1
    const byPubrel = x.qos[i] === 2 && ((x.got[i] as number) & Got.pubrel) !== 0
    const type = byPubrel ? Type.PUBREL : Type.PUBLISH
    const seq = this.oldest(
      id,
      (s, p) => t.type(s) === type && (t.effect[p] === Effect.none || t.effect[p] === Effect.stored),
    )
    if (seq !== 0) this.set(seq, Effect.passedOn)
  }

  /** The broker acknowledged a PUBLISH and dropped it, since it has the message already. */
  dropped(id: number): void {
    const { packets: t, exchanges: x } = this.state
    if (!x.has(id)) return
    const seq = this.oldest(id, (s, p) => t.type(s) === Type.PUBLISH && t.effect[p] === Effect.none)
    if (seq !== 0) this.set(seq, Effect.discarded)
  }

  /**
   * The receiver refuses the message: its answer says so, or the broker tells it. Where no broker tells its routing, the
   * message was taken for passed on until now.
   * @param reason 0x80 or more
   */
  refused(id: number, reason: number): void {
    const { packets: t, exchanges: x } = this.state
    const i = x.at(id)
    if (!x.has(id)) return
    x.held[i] = x.passed[i] = 0
    const seq = this.oldest(id, (s, p) => {
      const effect = t.effect[p] as number
      return t.type(s) === Type.PUBLISH && effect !== Effect.discarded && effect < REFUSED
    })
    if (seq !== 0) this.set(seq, reason)
    this.state.changedExchanges.add(id)
  }

  /** The client's last PUBLISH to arrive broke a rule. */
  refusedLast(client: ClientState, reason: number): void {
    const t = this.state.packets
    for (let seq = client.lastPacket; t.has(seq);) {
      const p = t.at(seq)
      if (t.type(seq) === Type.PUBLISH && t.direction[p] === UP && t.fate[p] === Fated.delivered) {
        const id = t.exchange[p] as number
        if (this.state.exchanges.has(id)) this.refused(id, reason)
        this.set(seq, reason)
        return
      }
      const back = t.prevOfClient[p] as number
      if (back === 0) return
      seq -= back
    }
  }

  /** The oldest QoS 0 exchange that arrived at the broker and whose routing is not told yet, or 0. */
  nextArrived(client: ClientState, topic: string | undefined): number {
    const x = this.state.exchanges
    for (let id = client.arrived.shift(); id !== undefined; id = client.arrived.shift()) {
      if (!x.has(id)) return 0
      if (topic === undefined || this.state.topics.name(x.topic[x.at(id)] as number) === topic) return id
    }
    return 0
  }

  private reached(seq: number, client: ClientState, id: number): void {
    const { exchanges: x, journeys: j } = this.state
    const journey = x.journey[x.at(id)] as number
    const reached = (client.reached ??= new Map<number, number>())
    const copies = (reached.get(journey) ?? 0) + 1
    reached.set(journey, copies)
    x.copies[x.at(id)] = (x.copies[x.at(id)] as number) + 1
    this.set(seq, copies > 1 ? Effect.duplicate : Effect.delivered)
    this.state.changedExchanges.add(id)
    const k = j.at(journey)
    if (!j.has(journey) || copies <= (j.copies[k] as number)) return
    j.copies[k] = copies
    if (copies > 1) this.state.changedExchanges.add(j.source[k] as number)
  }

  private oldest(id: number, test: (seq: number, at: number) => boolean): number {
    const { packets: t, exchanges: x } = this.state
    let found = 0
    let seq = x.lastPacket[x.at(id)] as number
    while (t.has(seq)) {
      const p = t.at(seq)
      if (t.fate[p] === Fated.delivered && test(seq, p)) found = seq
      const back = t.prevInExchange[p] as number
      if (back === 0) break
      seq -= back
    }
    return found
  }

  private set(seq: number, effect: number): void {
    const t = this.state.packets
    t.effect[t.at(seq)] = effect
    this.state.changedPackets.add(seq)
  }
}
