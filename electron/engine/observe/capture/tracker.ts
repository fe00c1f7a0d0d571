import { isDup } from '../../mqtt/first-byte'
import { Type, type Packet } from '../../mqtt/packet'
import type { ClientState } from './clients'
import { DOWN, Fated, UP, Verdict } from './codes'
import { Effects } from './effects'
import { Got } from './exchange-table'
import type { Journeys } from './journeys'
import type { CaptureState } from './state'

/** Answers are looked for among this many of an exchange's last packets. */
const SEARCH = 256
/** Exchanges of one identifier that can be under way at once: the sender takes late answers for its own. */
const REUSED = 16

/** Reason code for a topic that a client may not publish to (5.0 section 3.4.2.1). */
const NOT_AUTHORIZED = 0x87

/** What an acknowledgement answers, and what of it must have arrived before it can be sent. */
const ANSWERS: Partial<Record<number, { type: number; got: number; slot: 0 | 1 | 2; qos: number }>> = {
  [Type.PUBACK]: { type: Type.PUBLISH, got: Got.publish, slot: 0, qos: 1 },
  [Type.PUBREC]: { type: Type.PUBLISH, got: Got.publish, slot: 0, qos: 2 },
  [Type.PUBREL]: { type: Type.PUBREC, got: Got.pubrec, slot: 1, qos: 2 },
  [Type.PUBCOMP]: { type: Type.PUBREL, got: Got.pubrel, slot: 2, qos: 2 },
}

/**
 * Follows the handshake of every PUBLISH: packets and events in, facts about exchanges out, nothing else.
 *
 * An identifier belongs to a direction of one client. It names the same exchange as long as its PUBLISH is sent
 * again (DUP, or after a resume), and a new one when a fresh PUBLISH takes it. An acknowledgement belongs to the
 * exchange whose packet has arrived where the acknowledgement is sent, so a late one never counts for the next
 * message that bears the same identifier.
 */
export class Tracker {
  private readonly effects: Effects

  constructor(
    private readonly state: CaptureState,
    private readonly journeys: Journeys,
  ) {
    this.effects = new Effects(state, journeys)
  }

  /** A handshake packet has entered a leg. */
  sent(seq: number, client: ClientState, packet: Packet): void {
    if (packet.type === Type.PUBLISH) this.publish(seq, client, packet)
    else this.acknowledge(seq, client, packet.type)
  }

  /**
   * A handshake packet has arrived or was lost.
   * @returns true when it is a PUBLISH that brought its receiver a message: at QoS 2 a repeated one does not
   */
  settled(seq: number, client: ClientState, packet: Packet): boolean {
    const { packets: t, exchanges: x } = this.state
    const p = t.at(seq)
    const id = t.exchange[p] as number
    if (!x.has(id)) return packet.type === Type.PUBLISH && t.fate[p] === Fated.delivered
    const i = x.at(id)
    const { type } = packet
    const at = t.settledMs[p] as number
    if (t.fate[p] === Fated.lost) {
      if (type === Type.PUBLISH && x.qos[i] === 0) this.end(id, Verdict.lost, at)
      return false
    }
    switch (type) {
      case Type.PUBLISH:
        x.got[i] = (x.got[i] as number) | Got.publish
        if (x.qos[i] === 0) this.end(id, Verdict.complete, at)
        return this.effects.publishArrived(seq, client, id)
      case Type.PUBREC:
        x.got[i] = (x.got[i] as number) | Got.pubrec
        if (refuses(packet)) this.refused(id, packet.reason, at)
        return false
      case Type.PUBACK:
        if (refuses(packet)) this.refused(id, packet.reason, at)
        else this.end(id, Verdict.complete, at)
        return false
      case Type.PUBREL:
        x.got[i] = (x.got[i] as number) | Got.pubrel
        this.effects.pubrelArrived(seq, client, id)
        return false
      default:
        this.end(id, Verdict.complete, at)
        return false
    }
  }

  /** The sender stops repeating. A late acknowledgement still completes the exchange. */
  gaveUp(client: ClientState, direction: number, packetId: number, atMs: number): void {
    const id = this.current(client, direction, packetId)
    if (id !== 0 && this.state.exchanges.verdict[this.state.exchanges.at(id)] === Verdict.open) {
      this.end(id, Verdict.gaveUp, atMs)
    }
  }

  /**
   * The session's state is gone in the directions named: exchanges that are open there end as abandoned.
   * One that its sender takes up again all the same is opened again.
   */
  sessionEnded(client: ClientState, directions: readonly number[], atMs: number): void {
    const x = this.state.exchanges
    const all = this.state.inUseBy(client)
    for (const direction of directions) {
      for (const id of all) {
        const i = x.at(id)
        if (x.direction[i] !== direction) continue
        x.held[i] = 0
        const verdict = x.verdict[i]
        if (verdict === Verdict.open || verdict === Verdict.gaveUp) this.end(id, Verdict.abandoned, atMs)
      }
    }
  }

  /** The broker took a client's PUBLISH as a new message. */
  ingress(client: ClientState, packetId: number, messageId: number, topic: string | undefined): void {
    this.journeys.told = true
    const id = packetId === 0 ? this.effects.nextArrived(client, topic) : this.arrived(client, packetId)
    if (id === 0) return
    this.journeys.ingress(id, messageId)
    this.effects.passedOn(id)
  }

  /** The broker acknowledged a client's PUBLISH and did not pass it on. */
  discarded(client: ClientState, packetId: number, denied: boolean): void {
    const id = packetId === 0 ? this.effects.nextArrived(client, undefined) : this.arrived(client, packetId)
    if (denied) this.effects.refused(id, NOT_AUTHORIZED)
    else this.effects.dropped(id)
  }

  /** The last PUBLISH that came from a client broke a rule, and its connection ends for it. */
  refusedLast(client: ClientState, reason: number): void {
    this.effects.refusedLast(client, reason)
  }

  private publish(seq: number, client: ClientState, packet: Packet): void {
    const { packets: t, exchanges: x } = this.state
    const p = t.at(seq)
    const direction = t.direction[p] as number
    const { packetId, qos } = packet
    const old = qos === 0 ? 0 : this.current(client, direction, packetId)
    const again = old !== 0 && this.repeats(seq, old, qos)
    const id = again
      ? old
      : this.state.addExchange(
          client.ix,
          direction,
          packetId,
          qos,
          t.topic[p] as number,
          t.sentMs[p] as number,
        )
    const i = x.at(id)
    if (again) {
      t.resends[p] = distance(seq, x.lastPublish[i] as number)
      this.reopen(id)
    } else {
      if (direction === DOWN) x.receiveMaximum[i] = client.receiveMaximum
      this.begin(client, packetId, id, old, t.sentMs[p] as number)
      this.journeys.tie(client, id, seq, packet)
    }
    this.append(seq, id)
    x.lastPublish[i] = seq
    const sent = (x.publishes[i] as number) + 1
    x.publishes[i] = sent
    t.attempt[p] = Math.max(t.attempt[p] as number, sent)
  }

  private begin(client: ClientState, packetId: number, id: number, old: number, atMs: number): void {
    const x = this.state.exchanges
    if (packetId === 0) return
    this.state.inUse.set(x.at(id))
    x.prevOfClient[x.at(id)] = client.lastExchange
    client.lastExchange = id
    if (old === 0) return
    x.previous[x.at(id)] = old
    const verdict = x.verdict[x.at(old)]
    if (verdict === Verdict.open) this.end(old, Verdict.abandoned, atMs)
  }

  /** Whether a PUBLISH is the message of exchange `old` once more, and not a new one under its identifier. */
  private repeats(seq: number, old: number, qos: number): boolean {
    const { packets: t, exchanges: x } = this.state
    const i = x.at(old)
    if (x.qos[i] !== qos) return false
    const open = x.verdict[i] === Verdict.open || x.verdict[i] === Verdict.gaveUp
    const p = t.at(seq)
    const marked = isDup(t.head[p] as number) || (t.attempt[p] as number) > 1
    if (marked && open) return true
    if (!marked && !open) return false
    return this.sameMessage(seq, x.lastPublish[i] as number)
  }

  /** Equal but for the DUP flag, as far as the bytes are kept. */
  private sameMessage(a: number, b: number): boolean {
    const t = this.state.packets
    if (!t.has(b) || t.size[t.at(a)] !== t.size[t.at(b)]) return false
    const [fa, fb] = [t.frame(a), t.frame(b)]
    const length = Math.min(fa.length, fb.length)
    return fa.compare(fb, 1, length, 1, length) === 0
  }

  private acknowledge(seq: number, client: ClientState, type: number): void {
    const { packets: t, exchanges: x } = this.state
    const rule = ANSWERS[type]
    if (!rule) return
    const p = t.at(seq)
    const direction =
      type === Type.PUBREL ? (t.direction[p] as number) : UP + DOWN - (t.direction[p] as number)
    const id = this.withArrival(client, direction, t.packetId[p] as number, rule.got)
    if (id === 0 || x.qos[x.at(id)] !== rule.qos) return
    const i = x.at(id)
    const answered = x.answered[rule.slot]
    const trigger = this.unanswered(id, rule.type, answered[i] as number)
    if (trigger !== 0) {
      t.answers[p] = distance(seq, trigger)
      answered[i] = trigger
    }
    this.append(seq, id)
    if (type !== Type.PUBREL) return
    t.resends[p] = distance(seq, x.lastPubrel[i] as number)
    x.lastPubrel[i] = seq
    const sent = (x.pubrels[i] as number) + 1
    x.pubrels[i] = sent
    t.attempt[p] = Math.max(t.attempt[p] as number, sent)
    if (sent > 1) this.reopen(id)
  }

  /** The oldest packet of a type that arrived after `after` and has no answer yet, or 0. */
  private unanswered(id: number, type: number, after: number): number {
    const { packets: t, exchanges: x } = this.state
    let found = 0
    let seq = x.lastPacket[x.at(id)] as number
    for (let n = 0; n < SEARCH && seq > after && t.has(seq); n++) {
      const p = t.at(seq)
      if (t.type(seq) === type && t.fate[p] === Fated.delivered) found = seq
      const back = t.prevInExchange[p] as number
      if (back === 0) break
      seq -= back
    }
    return found
  }

  private current(client: ClientState, direction: number, packetId: number): number {
    return this.state.inUse.find(client.ix, direction, packetId)
  }

  /** The newest exchange of an identifier of which a packet has arrived, among the last few that had it. */
  private withArrival(client: ClientState, direction: number, packetId: number, got: number): number {
    const x = this.state.exchanges
    let id = this.current(client, direction, packetId)
    for (let n = 0; n < REUSED && x.has(id); n++) {
      const i = x.at(id)
      if (((x.got[i] as number) & got) !== 0) return id
      id = x.previous[i] as number
    }
    return 0
  }

  private arrived(client: ClientState, packetId: number): number {
    return this.withArrival(client, UP, packetId, Got.publish)
  }

  private append(seq: number, id: number): void {
    const { packets: t, exchanges: x } = this.state
    const i = x.at(id)
    t.exchange[t.at(seq)] = id
    t.prevInExchange[t.at(seq)] = distance(seq, x.lastPacket[i] as number)
    x.lastPacket[i] = seq
    this.state.changedExchanges.add(id)
  }

  private refused(id: number, reason: number, atMs: number): void {
    this.effects.refused(id, reason)
    this.end(id, Verdict.refused, atMs)
  }

  private reopen(id: number): void {
    const x = this.state.exchanges
    const i = x.at(id)
    if (x.verdict[i] === Verdict.complete) return
    x.verdict[i] = Verdict.open
    x.endedMs[i] = Number.NaN
  }

  private end(id: number, verdict: number, atMs: number): void {
    const x = this.state.exchanges
    const i = x.at(id)
    if (x.verdict[i] === Verdict.complete) return
    x.verdict[i] = verdict
    x.endedMs[i] = atMs
    this.state.changedExchanges.add(id)
  }
}

/** 5.0 section 4.3: a PUBACK or PUBREC with a reason code of 0x80 or more ends the exchange. 3.1.1 has no such byte. */
const refuses = (packet: Packet): boolean => packet.reason >= 0x80

/** False for a PUBLISH that cannot be one: nothing follows from it. */
export const isTracked = (p: Packet): boolean =>
  p.type !== Type.PUBLISH || (p.complete && p.qos < 3 && (p.qos === 0 || p.packetId !== 0))

const distance = (seq: number, earlier: number): number => (earlier === 0 ? 0 : seq - earlier)
