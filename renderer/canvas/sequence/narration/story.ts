import type { ExchangeRow, JourneyRow, PacketRow, SessionMark } from '@contract/model'
import type { QoS } from '@contract/packet'
import { journeyFacts, type JourneyFacts } from '../facts'
import { closes } from '../marks'
import { endOf } from './happening'

/** Rows of the exchange tracker from which stories are told; what they do not say is not told. */
export interface StorySource {
  packets: readonly PacketRow[]
  exchanges: readonly ExchangeRow[]
  journeys: readonly JourneyRow[]
  marks: readonly SessionMark[]
}

/** The broker took the client in. */
const isAccepted = (m: SessionMark): boolean =>
  m.kind === 'resume' || (m.kind === 'connack' && m.detail === null)

/** What a client's marks say of its connections. */
export class Connections {
  private readonly byClient = new Map<string, SessionMark[]>()

  constructor(marks: readonly SessionMark[]) {
    for (const m of [...marks].sort((a, b) => a.atMs - b.atMs || a.after - b.after)) {
      this.byClient.set(m.clientId, [...(this.byClient.get(m.clientId) ?? []), m])
    }
  }

  get clients(): string[] {
    return [...this.byClient.keys()]
  }

  of(clientId: string): readonly SessionMark[] {
    return this.byClient.get(clientId) ?? []
  }

  /** The event that left the client without a connection at this time; undefined where it has one or nothing is known. */
  awayAt(clientId: string, atMs: number): SessionMark | undefined {
    const told = (m: SessionMark): boolean =>
      closes(m.kind) || m.kind === 'resume' || (m.kind === 'connack' && m.detail === null)
    const last = this.of(clientId).findLast((m) => m.atMs <= atMs && told(m))
    return last && closes(last.kind) ? last : undefined
  }

  /** Whether nothing gets through the client's connection at this time, and neither end knows. */
  deadAt(clientId: string, atMs: number): boolean {
    return this.of(clientId).findLast((m) => m.atMs <= atMs)?.kind === 'dead'
  }

  /** How the broker took the client in next, from a time on. */
  accepted(clientId: string, fromMs: number): SessionMark | undefined {
    return this.of(clientId).find((m) => m.atMs >= fromMs && isAccepted(m))
  }

  /** How the broker took the client in for the connection on which this packet went; its CONNACK may still be on its way. */
  answerBefore({ clientId, seq }: Pick<PacketRow, 'clientId' | 'seq'>): SessionMark | undefined {
    return this.of(clientId).findLast((m) => isAccepted(m) && m.after < seq)
  }

  /** Whether the broker began a new session for the client in this time, and so forgot what it had. */
  forgot(clientId: string, fromMs: number, toMs: number): boolean {
    return this.of(clientId).some(
      (m) => m.kind === 'connack' && m.detail === null && m.atMs > fromMs && m.atMs <= toMs,
    )
  }
}

/** One message's rows and what follows from them. */
export class Story {
  readonly facts: JourneyFacts
  /** Packets of the message, in order of capture. */
  readonly rows: PacketRow[]
  private readonly exchanges: Map<number, ExchangeRow>

  constructor(
    readonly journey: JourneyRow,
    readonly source: StorySource,
    readonly connections: Connections,
  ) {
    this.facts = journeyFacts(journey, source.exchanges, source.packets)
    this.rows = source.packets.filter((p) => p.journey === journey.id).sort((a, b) => a.seq - b.seq)
    const own = source.exchanges.filter((e) => e.journey === journey.id)
    this.exchanges = new Map(own.map((e) => [e.id, e]))
  }

  get legs(): ExchangeRow[] {
    return [...this.exchanges.values()]
  }

  leg(p: PacketRow): ExchangeRow | undefined {
    return p.exchange === null ? undefined : this.exchanges.get(p.exchange)
  }

  qos(p: PacketRow): QoS {
    return this.leg(p)?.qos ?? p.qos ?? this.facts.qos
  }

  of(exchange: number | null): PacketRow[] {
    return exchange === null ? [] : this.rows.filter((p) => p.exchange === exchange)
  }

  /** Something went wrong, or was stopped, on the way. */
  get troubled(): boolean {
    const { losses, retries, refused, held, gaveUp } = this.facts
    return losses.length + retries + refused.length + held.length + gaveUp.length > 0
  }

  /** Did the receiver of this packet's PUBLISH have it before `atMs`, from another packet? */
  receiverHad(p: PacketRow, atMs: number): boolean {
    return this.of(p.exchange).some(
      (x) =>
        x.type === 'PUBLISH' &&
        x.fate === 'delivered' &&
        x.effect !== 'refused' &&
        endOf(x) <= atMs &&
        x !== p,
    )
  }

  /** The packets of a leg that gave their receiver the message, ascending. */
  accepted(p: PacketRow): PacketRow[] {
    return this.of(p.exchange).filter(
      (x) =>
        x.type === 'PUBLISH' && x.effect !== 'none' && x.effect !== 'discarded' && x.effect !== 'refused',
    )
  }
}
