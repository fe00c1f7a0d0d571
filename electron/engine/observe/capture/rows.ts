import type { ExchangeRow, JourneyRow, PacketRow } from '../../../contract/model'
import { PACKET_TYPES, type PacketType, type QoS } from '../../../contract/packet'
import type { FilterContext } from '../../../contract/packet-filter'
import { isDup, isRetained, qosOf, typeOf } from '../../mqtt/first-byte'
import { Packet, Type } from '../../mqtt/packet'
import { carriedIdentity } from '../../mqtt/identity'
import { ALTERED, effectOf, FATES, REASONS, REFUSED, UP, VERDICTS } from './codes'
import type { CaptureState } from './state'

/** Of the packets of an exchange, and the exchanges and deliveries of a journey, this many are listed: the latest. */
const LISTED = 200

const orNull = (n: number): number | null => (Number.isNaN(n) ? null : n)
const typeName = (type: number): PacketType => PACKET_TYPES[type] ?? 'RESERVED'

/** Turns columns into the rows of the contract, only when somebody asks for them. */
export class Rows {
  private readonly scratch: PacketRow
  private readonly scratchContext: {
    exchange: { verdict: ExchangeRow['verdict']; retries: number; topic: string; qos: QoS } | undefined
    copies: number
  }
  private readonly scratchExchange: {
    verdict: ExchangeRow['verdict']
    retries: number
    topic: string
    qos: QoS
  }

  constructor(private readonly state: CaptureState) {
    this.scratch = emptyRow()
    this.scratchExchange = { verdict: 'open', retries: 0, topic: '', qos: 0 }
    this.scratchContext = { exchange: undefined, copies: 0 }
  }

  packet(seq: number): PacketRow | undefined {
    return this.state.packets.has(seq) ? this.fill(seq, emptyRow()) : undefined
  }

  /** Whether a kept packet passes a filter; makes no object. */
  passes(seq: number, filter: (p: PacketRow, c: FilterContext) => boolean): boolean {
    return filter(this.fill(seq, this.scratch), this.context(seq))
  }

  exchange(id: number): ExchangeRow | undefined {
    const { exchanges: x, packets: t, clients, topics } = this.state
    const i = x.at(id)
    if (!x.has(id) || !t.has(x.lastPacket[i] as number)) return undefined
    return {
      id,
      journey: x.journey[i] as number,
      clientId: clients.name(x.client[i] as number),
      direction: x.direction[i] === UP ? 'uplink' : 'downlink',
      qos: x.qos[i] as QoS,
      packetId: x.packetId[i] === 0 ? null : (x.packetId[i] as number),
      topic: topics.name(x.topic[i] as number),
      startedMs: x.startedMs[i] as number,
      endedMs: orNull(x.endedMs[i] as number),
      verdict: VERDICTS[x.verdict[i] as number] ?? 'open',
      retries: this.retries(i),
      receiveMaximum: x.receiveMaximum[i] === 0 ? null : (x.receiveMaximum[i] as number),
      packets: this.packetsOf(id),
    }
  }

  journey(id: number): JourneyRow | undefined {
    const { journeys: j, clients, topics } = this.state
    if (!j.has(id)) return undefined
    const i = j.at(id)
    const publisher = j.client[i] as number
    const { exchanges, deliveries } = this.legs(id)
    return {
      id,
      publisher: publisher === 0 ? null : clients.name(publisher),
      topic: topics.name(j.topic[i] as number),
      qos: j.qos[i] as QoS,
      identity: this.identity(j.publish[i] as number),
      startedMs: j.startedMs[i] as number,
      exchanges,
      deliveries,
    }
  }

  /** How the exchange of a row of the table stands. */
  outcome(i: number): Pick<ExchangeRow, 'clientId' | 'direction' | 'qos' | 'verdict' | 'retries'> {
    const { exchanges: x, clients } = this.state
    return {
      clientId: clients.name(x.client[i] as number),
      direction: x.direction[i] === UP ? 'uplink' : 'downlink',
      qos: x.qos[i] as QoS,
      verdict: VERDICTS[x.verdict[i] as number] ?? 'open',
      retries: this.retries(i),
    }
  }

  /** The same of all exchanges that are kept. */
  outcomes(): ReturnType<Rows['outcome']>[] {
    const x = this.state.exchanges
    return Array.from(x.id.keys())
      .filter((i) => x.id[i] !== 0)
      .map((i) => this.outcome(i))
  }

  /** Kept packets of an exchange, ascending, the latest 200. */
  packetsOf(id: number): number[] {
    const { exchanges: x, packets: t } = this.state
    const found: number[] = []
    let seq = x.lastPacket[x.at(id)] as number
    while (t.has(seq) && found.length < LISTED) {
      found.push(seq)
      const back = t.prevInExchange[t.at(seq)] as number
      if (back === 0) break
      seq -= back
    }
    return found.reverse()
  }

  private legs(id: number): Pick<JourneyRow, 'exchanges' | 'deliveries'> {
    const { journeys: j, exchanges: x, packets: t, clients } = this.state
    const exchanges: number[] = []
    const copies = new Map<number, number>()
    let e = j.lastExchange[j.at(id)] as number
    while (x.has(e) && exchanges.length < LISTED) {
      const i = x.at(e)
      if (t.has(x.lastPacket[i] as number)) exchanges.push(e)
      const client = x.client[i] as number
      if (x.direction[i] !== UP) copies.set(client, (copies.get(client) ?? 0) + (x.copies[i] as number))
      e = x.prevInJourney[i] as number
    }
    const deliveries = [...copies].map(([ix, n]) => ({ clientId: clients.name(ix), copies: n })).reverse()
    return { exchanges: exchanges.reverse(), deliveries }
  }

  private identity(publish: number): string | null {
    const t = this.state.packets
    if (!t.has(publish)) return null
    const frame = t.frame(publish)
    // A packet kept in part has lost its end, where the identity stands.
    if (frame.length < (t.size[t.at(publish)] as number)) return null
    return carriedIdentity(new Packet(frame, t.level[t.at(publish)] as number))
  }

  private retries(i: number): number {
    const x = this.state.exchanges
    return Math.max(0, (x.publishes[i] as number) - 1) + Math.max(0, (x.pubrels[i] as number) - 1)
  }

  private context(seq: number): FilterContext {
    const { packets: t, exchanges: x, journeys: j, clients, topics } = this.state
    const id = t.exchange[t.at(seq)] as number
    const context = this.scratchContext
    context.exchange = undefined
    context.copies = 0
    if (!x.has(id)) return context
    const i = x.at(id)
    const e = (context.exchange = this.scratchExchange)
    e.verdict = VERDICTS[x.verdict[i] as number] ?? 'open'
    e.retries = this.retries(i)
    e.topic = topics.name(x.topic[i] as number)
    e.qos = x.qos[i] as QoS
    const journey = x.journey[i] as number
    if (j.has(journey)) {
      const most = j.copies[j.at(journey)] as number
      const own =
        x.direction[i] === UP || most < 2 ? most : clients.at(x.client[i] as number)?.reached?.get(journey)
      context.copies = own ?? 0
    }
    return context
  }

  private fill(seq: number, row: PacketRow): PacketRow {
    const { packets: t, exchanges: x, clients, topics } = this.state
    const p = t.at(seq)
    const head = t.head[p] as number
    const type = typeOf(head)
    const publish = type === Type.PUBLISH
    const exchange = t.exchange[p] as number
    const known = x.has(exchange)
    row.seq = seq
    row.sentMs = t.sentMs[p] as number
    row.settledMs = orNull(t.settledMs[p] as number)
    row.skippedMs = t.skippedMs[p] as number
    row.heldMs = t.heldMs[p] as number
    row.clientId = clients.name(t.client[p] as number)
    row.direction = t.direction[p] === UP ? 'uplink' : 'downlink'
    row.type = typeName(type)
    row.qos = publish ? qosOf(head) : null
    row.dup = publish && isDup(head)
    row.retain = publish && isRetained(head)
    row.packetId = t.packetId[p] === 0 ? null : (t.packetId[p] as number)
    row.bytes = t.size[p] as number
    row.topic = publish ? topics.name(t.topic[p] as number) : null
    row.alias = publish ? t.aliasOf(p) : null
    row.fate = FATES[t.fate[p] as number] ?? 'transit'
    row.reason = REASONS[t.reason[p] as number] ?? null
    row.lossPoint = t.lossPoint[p] as number
    row.segmentLosses = t.segmentLosses[p] as number
    row.altered = ALTERED[t.altered[p] as number] ?? null
    row.origin = t.agent[p] === 1 ? 'agent' : 'endpoint'
    row.attempt = t.attempt[p] as number
    row.exchange = known ? exchange : null
    row.journey = known ? (x.journey[x.at(exchange)] as number) : null
    const effect = t.effect[p] as number
    row.effect = effectOf(effect)
    row.refusal = effect >= REFUSED ? effect : null
    row.resends = this.earlier(seq, t.resends[p] as number)
    row.answers = this.earlier(seq, t.answers[p] as number)
    return row
  }

  private earlier(seq: number, distance: number): number | null {
    return distance === 0 || !this.state.packets.has(seq - distance) ? null : seq - distance
  }
}

function emptyRow(): PacketRow {
  return {
    seq: 0,
    sentMs: 0,
    settledMs: null,
    skippedMs: 0,
    heldMs: 0,
    clientId: '',
    direction: 'uplink',
    type: 'RESERVED',
    qos: null,
    dup: false,
    retain: false,
    packetId: null,
    bytes: 0,
    topic: null,
    alias: null,
    fate: 'transit',
    reason: null,
    lossPoint: 0,
    segmentLosses: 0,
    altered: null,
    origin: 'endpoint',
    attempt: 1,
    exchange: null,
    journey: null,
    effect: 'none',
    refusal: null,
    resends: null,
    answers: null,
  }
}
