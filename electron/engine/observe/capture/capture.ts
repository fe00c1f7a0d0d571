import type { ExchangeRow, PacketBatch, PacketDetail, PacketRow } from '../../../contract/model'
import { PACKET_TYPES, type PacketType } from '../../../contract/packet'
import { clientsOf, parsePacketFilter, type PacketFilter } from '../../../contract/packet-filter'
import type { RingSummary } from '../../../contract/ring'
import type { TopicMessages } from '../../../contract/topic-messages'
import { timeRangeOf } from '../../../contract/time-range'
import { isHandshake, Type } from '../../mqtt/packet'
import type { LegEvent, PacketTransit, TransitObserver } from '../../mqtt/transit'
import type { ClientState } from './clients'
import { UP, Verdict } from './codes'
import { hidePassword, readTopicAlias } from './connect'
import { decodePacket } from './decode/decode'
import { Journeys } from './journeys'
import { MessagesExport, withVerdicts, type MessagesFormat } from './messages-export'
import { type ExportOptions, PcapngExport, type ExportPacket } from './pcapng/export'
import { TransitIndex } from './transit-index'
import { queryPackets, rowsOf, seqsWithin } from './query'
import { summarize } from './ring-summary'
import { Rows } from './rows'
import { Sessions } from './sessions'
import { CaptureState } from './state'
import { isTracked, Tracker } from './tracker'
import { topicMessages } from './topic-messages'
import { Watch, type PacketWatch } from './watch'
import { atOnce, type Steps } from '../../base/slices'

/**
 * @param client number of its publisher in the capture, given to another one only when nothing kept refers to it
 */
export type Arrived = (p: PacketTransit, client: number) => void

export interface CaptureOptions {
  /** Packets kept @default 200_000 */
  packets?: number
  /** Bytes of frames kept; long frames are cut to 4 KiB once the ring has begun to overwrite @default 64 MiB */
  bytes?: number
  clock: { readonly epochMs: number; now(): number }
  /**
   * Told of every application message that reaches the broker: of each PUBLISH at QoS 0 and 1, since the broker passes
   * each copy on, and once of a message at QoS 2, whose PUBLISH may arrive again.
   */
  arrived?: Arrived
  /** Told how each exchange stands that leaves the ring; of those that are kept `outcomes` tells. */
  forgotten?: (e: ExchangeOutcome) => void
}

/** How an exchange stands, or has ended. */
export type ExchangeOutcome = Pick<ExchangeRow, 'clientId' | 'direction' | 'qos' | 'verdict' | 'retries'>

export type PacketCounts = Record<PacketType, { sent: number; lost: number }>

/** What a broker says of its routing, besides the number on each PUBLISH that it sends. */
export interface RoutingFacts {
  /** The broker took an inbound PUBLISH as a new message. `topic`, where given, guards against a QoS 0 one it refused silently. */
  ingress(e: { messageId: number; clientId: string; packetId: number; topic?: string }): void
  discarded(e: { clientId: string; packetId: number; why: 'duplicate' | 'denied' }): void
  /** The last PUBLISH that came from this client broke a rule. `reason` as in MQTT 5.0 table 2-6. */
  refused(e: { clientId: string; reason: number }): void
  /** The broker is about to end a client's connection. */
  ended(e: { clientId: string; reason: number }): void
  /** A client's will is published now, or withdrawn. */
  will(e: { clientId: string; topic: string; withdrawn: boolean }): void
}

/** Every packet of every leg: the last ones kept, their exchanges and journeys followed. */
export interface CaptureQuery {
  /** A packet query, see packet-filter.ts. */
  filter: string
  before?: number | undefined
  after?: number | undefined
  limit: number
}

export interface Capture extends TransitObserver, RoutingFacts {
  /** Packets seen since the beginning or `restart`. */
  readonly seen: number
  readonly kept: number
  readonly lost: number
  counts(): PacketCounts
  row(seq: number): PacketRow | undefined
  /** PacketTransit identifier of a packet, for the gate; undefined when it is not kept. */
  transitId(seq: number): number | undefined
  /** @throws FilterError */
  query(q: CaptureQuery): PacketBatch
  /** The same in steps, of what is captured at the call. @throws FilterError */
  querySteps(q: CaptureQuery): Steps<PacketBatch>
  /** Exchanges of a client at QoS 1 and 2 that are open, and their packets; the latest `limit`. Costs no search. */
  inFlight(clientId: string, limit: number): { exchange: ExchangeRow; packets: PacketRow[] }[]
  /** How all exchanges that are kept stand, in no order. */
  outcomes(): ExchangeOutcome[]
  /** How many packets the ring keeps of which time, in this many equal parts. */
  summary(parts: number): RingSummary
  /** The latest `tail` packets that match. @throws FilterError */
  latest(filter: string, tail: number): PacketBatch
  messagesOf(asked: { topic: string; payloadsAfter: number }): Steps<TopicMessages>
  /** A page's live view of what matches from now on. @throws FilterError */
  watch(filter: string): PacketWatch
  detail(seq: number): PacketDetail | undefined
  /** The last packets of one client, newest first. */
  recent(clientId: string, n: number): PacketRow[]
  /** Forgets what is kept; counts stay and numbers go on. */
  clear(): void
  /** Forgets what is kept and starts counting from zero. */
  restart(): void
  /** The matching packets as a pcapng file. @throws FilterError */
  pcapng(filter: string): { bytes: Uint8Array; packets: number }
  /** The same to be made part by part, of the packets captured at the call; see `PcapngExport`. @throws FilterError */
  export(filter: string, options?: ExportOptions): PcapngExport
  /** Messages that match as lines of text, to be made part by part. @throws FilterError */
  messages(filter: string, format: MessagesFormat): MessagesExport
}

const DEFAULT_PACKETS = 200_000
const DEFAULT_BYTES = 64 * 1024 * 1024

/** Creates the capture of one engine. */
export function createCapture(options: CaptureOptions): Capture {
  return new RingCapture(options)
}

class RingCapture implements Capture {
  private readonly state: CaptureState
  private readonly journeys: Journeys
  private readonly tracker: Tracker
  private readonly sessions: Sessions
  private readonly rows: Rows
  /** The client whose packet came last: the next one is often its too. */
  private latestClient: ClientState | null = null
  private readonly sentByType = new Float64Array(16)
  private readonly lostByType = new Float64Array(16)
  private readonly transits: TransitIndex
  seen = 0
  lost = 0

  constructor(private readonly options: CaptureOptions) {
    const packets = options.packets ?? DEFAULT_PACKETS
    const { forgotten } = options
    this.state = new CaptureState(
      packets,
      options.bytes ?? DEFAULT_BYTES,
      forgotten && ((i) => forgotten(this.rows.outcome(i))),
    )
    this.journeys = new Journeys(this.state, packets)
    this.tracker = new Tracker(this.state, this.journeys)
    this.sessions = new Sessions(this.state, this.tracker)
    this.rows = new Rows(this.state)
    this.transits = new TransitIndex(this.state.packets)
  }

  get kept(): number {
    return this.state.packets.kept
  }

  entered(p: PacketTransit): void {
    const { packet } = p
    const { type } = packet
    const client = this.clientOf(p.clientId)
    const alias = type === Type.PUBLISH ? readTopicAlias(packet) : 0
    const topic = type === Type.PUBLISH ? this.topicOf(p, client, alias) : 0
    this.state.clients.retain(client.ix)
    this.state.topics.retain(topic)
    const t = this.state.packets
    const seq = t.add(p, client.ix, topic, alias)
    this.transits.add(p.id, seq)
    t.prevOfClient[t.at(seq)] = client.lastPacket === 0 ? 0 : seq - client.lastPacket
    client.lastPacket = seq
    this.seen++
    this.sentByType[type] = (this.sentByType[type] as number) + 1
    if (type === Type.CONNECT) hidePassword(t.frame(seq))
    if (!isHandshake(type)) this.sessions.sent(seq, client, packet)
    else if (isTracked(packet)) this.tracker.sent(seq, client, packet)
  }

  private clientOf(clientId: string): ClientState {
    return this.knownClient(clientId) ?? (this.latestClient = this.state.clients.get(clientId))
  }

  private knownClient(clientId: string): ClientState | undefined {
    const known = this.latestClient
    if (known?.name === clientId && this.state.clients.at(known.ix) === known) return known
    return this.state.clients.find(clientId)
  }

  settled(p: PacketTransit): void {
    const { packet } = p
    const { type } = packet
    if (p.state === 'lost') {
      this.lost++
      this.lostByType[type] = (this.lostByType[type] as number) + 1
    }
    const seq = this.transits.settle(p.id)
    const t = this.state.packets
    const i = t.at(seq)
    const client = seq === 0 ? undefined : this.state.clients.at(t.client[i] as number)
    if (!client) return
    t.copyState(i, p)
    this.state.changedPackets.add(seq)
    if (!isHandshake(type)) this.sessions.settled(seq, client, packet)
    else if (this.tracker.settled(seq, client, packet) && p.direction === 'uplink')
      this.options.arrived?.(p, client.ix)
  }

  event(e: LegEvent): void {
    const { clients } = this.state
    const client = e.kind === 'opened' ? clients.get(e.clientId) : clients.find(e.clientId)
    if (client) this.sessions.event(e, client)
  }

  ingress(e: { messageId: number; clientId: string; packetId: number; topic?: string }): void {
    const client = this.knownClient(e.clientId)
    if (client) this.tracker.ingress(client, e.packetId, e.messageId, e.topic)
  }

  discarded(e: { clientId: string; packetId: number; why: 'duplicate' | 'denied' }): void {
    const client = this.state.clients.find(e.clientId)
    if (client) this.tracker.discarded(client, e.packetId, e.why === 'denied')
  }

  refused(e: { clientId: string; reason: number }): void {
    const client = this.state.clients.find(e.clientId)
    if (client) this.tracker.refusedLast(client, e.reason)
  }

  ended(e: { clientId: string; reason: number }): void {
    const client = this.state.clients.find(e.clientId)
    if (client) client.ending = e.reason
  }

  will({ clientId, topic, withdrawn }: { clientId: string; topic: string; withdrawn: boolean }): void {
    const client = this.state.clients.find(clientId)
    const kind = withdrawn ? 'will-withdrawn' : 'will'
    if (client) this.sessions.will(kind, client, topic, this.options.clock.now())
  }

  counts(): PacketCounts {
    const entries = PACKET_TYPES.map((name, i) => [
      name,
      { sent: this.sentByType[i] ?? 0, lost: this.lostByType[i] ?? 0 },
    ])
    return Object.fromEntries(entries) as PacketCounts
  }

  row(seq: number): PacketRow | undefined {
    return this.rows.packet(seq)
  }

  transitId(seq: number): number | undefined {
    return this.transits.idOf(seq)
  }

  query(q: CaptureQuery): PacketBatch {
    return atOnce(this.querySteps(q))
  }

  querySteps({ filter, ...where }: CaptureQuery): Steps<PacketBatch> {
    const q = {
      ...where,
      filter: parsePacketFilter(filter),
      range: timeRangeOf(filter),
      clients: clientsOf(filter),
    }
    return queryPackets(this.state, this.rows, this.sessions, q)
  }

  outcomes(): ExchangeOutcome[] {
    return this.rows.outcomes()
  }

  summary(parts: number): RingSummary {
    return summarize(this.state.packets, parts)
  }

  messagesOf(asked: { topic: string; payloadsAfter: number }): Steps<TopicMessages> {
    return topicMessages(this.state, asked)
  }

  latest(filter: string, tail: number): PacketBatch {
    return this.query({ filter, limit: tail })
  }

  watch(filter: string): PacketWatch {
    const parsed = parsePacketFilter(filter)
    const untilMs = timeRangeOf(filter)?.toMs ?? Infinity
    const asks = { all: filter.trim() === '', verdict: filter.includes('verdict:'), untilMs }
    return new Watch(this.state, this.rows, this.sessions, parsed, asks, this.state.packets.next)
  }

  detail(seq: number): PacketDetail | undefined {
    const row = this.rows.packet(seq)
    if (!row) return undefined
    const t = this.state.packets
    const bytes = Uint8Array.prototype.slice.call(t.frame(seq))
    return {
      row,
      bytes,
      fullBytes: row.bytes,
      fields: decodePacket(bytes, t.level[t.at(seq)] as number, row.bytes),
      exchange: row.exchange === null ? null : (this.rows.exchange(row.exchange) ?? null),
      journey: row.journey === null ? null : (this.rows.journey(row.journey) ?? null),
    }
  }

  recent(clientId: string, n: number): PacketRow[] {
    const t = this.state.packets
    const found: PacketRow[] = []
    let seq = this.state.clients.find(clientId)?.lastPacket ?? 0
    while (found.length < n) {
      const row = this.rows.packet(seq)
      if (!row) break
      found.push(row)
      const back = t.prevOfClient[t.at(seq)] as number
      if (back === 0) break
      seq -= back
    }
    return found
  }

  inFlight(clientId: string, limit: number): { exchange: ExchangeRow; packets: PacketRow[] }[] {
    const { exchanges: x, clients } = this.state
    const client = clients.find(clientId)
    const ids = client ? this.state.inUseBy(client).filter((id) => x.verdict[x.at(id)] === Verdict.open) : []
    const rows = ids.slice(-limit)
    return rows.flatMap((id) => {
      const exchange = this.rows.exchange(id)
      return exchange ? [{ exchange, packets: rowsOf(this.rows, exchange.packets) }] : []
    })
  }

  clear(): void {
    this.state.clear()
    this.journeys.clear()
    this.sessions.clear()
    this.transits.clear()
  }

  restart(): void {
    this.clear()
    this.seen = this.lost = 0
    this.sentByType.fill(0)
    this.lostByType.fill(0)
  }

  pcapng(filter: string): { bytes: Uint8Array; packets: number } {
    const file = this.export(filter)
    const parts: Uint8Array[] = []
    for (;;) {
      const { bytes, packets, done } = atOnce(file.next())
      parts.push(bytes)
      if (done) return { bytes: new Uint8Array(Buffer.concat(parts)), packets }
    }
  }

  export(query: string, options?: ExportOptions): PcapngExport {
    const filter = parsePacketFilter(query)
    const [first, next] = seqsWithin(this.state.packets, timeRangeOf(query))
    return new PcapngExport(this.select(filter, first, next), this.options.clock.epochMs, options)
  }

  messages(query: string, format: MessagesFormat): MessagesExport {
    const filter = parsePacketFilter(query)
    const [first, next] = seqsWithin(this.state.packets, timeRangeOf(query))
    const all = withVerdicts(this.select(filter, first, next), this.rows)
    return new MessagesExport(all, this.options.clock.epochMs, format)
  }

  /** Packets that pass, one by one, null for those that do not. Those that leave the ring meanwhile are counted. */
  private *select(filter: PacketFilter, first: number, next: number): Generator<ExportPacket | null> {
    const t = this.state.packets
    let gone = 0
    for (let seq = first; seq < next; seq++) {
      if (!t.has(seq)) gone++
      const row = t.has(seq) && this.rows.passes(seq, filter) ? this.rows.packet(seq) : undefined
      if (!row) {
        yield null
        continue
      }
      yield { row, level: t.level[t.at(seq)] as number, bytes: t.frame(seq), gone }
      gone = 0
    }
  }

  /** Topic of a PUBLISH, through the connection's topic aliases. */
  private topicOf(p: PacketTransit, client: ClientState, alias: number): number {
    const { frame, topicAt, topicEnd } = p.packet
    const side = p.direction === 'uplink' ? UP : 1
    if (topicEnd === topicAt) return alias === 0 ? 0 : (client.aliases[side]?.get(alias) ?? 0)
    const topic = this.state.topics.intern(frame, topicAt, topicEnd)
    p.packet.topicIs(this.state.topics.name(topic))
    if (alias !== 0) this.alias(client, side, alias, topic)
    return topic
  }

  private alias(client: ClientState, side: 0 | 1, alias: number, topic: number): void {
    const known = client.aliases[side] ?? new Map<number, number>()
    this.state.topics.retain(topic)
    this.state.topics.release(known.get(alias) ?? 0)
    client.aliases[side] = known.set(alias, topic)
  }
}
