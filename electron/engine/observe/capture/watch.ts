import type { PacketBatch, SessionMark } from '../../../contract/model'
import type { PacketFilter } from '../../../contract/packet-filter'
import { rowsOf, withContext } from './query'
import type { Rows } from './rows'
import type { Sessions } from './sessions'
import type { CaptureState } from './state'

const MATCHED = 1
const SENT = 2
/** Changes of packets the page has, waiting to be sent. */
const BACKLOG = 20_000
const MARKS = 500
/** Changed exchanges of one batch, besides those of its packets; the rest comes with the next. */
const EXCHANGES = 1000

/** A page's view that follows the capture. */
export interface PacketWatch {
  /** What is new or changed since the last call, at most `maxPackets` of the matching packets: the newest. */
  take(maxPackets: number): PacketBatch
  close(): void
}

/**
 * Follows the capture by its own place in it; being watched costs the capture nothing per packet.
 * One byte a ring slot remembers which packets matched and which the page was sent.
 */
export class Watch implements PacketWatch {
  private readonly known: Uint8Array
  /** Packets before it the page may have from a query: their changes are sent, without being counted. */
  private readonly start: number
  private cursor: number
  private packetChanges: number
  private exchangeChanges: number
  private marks: number
  private matched = 0
  private shown = 0
  private readonly backlog = new Set<number>()
  /** Exchanges the page knows that changed. */
  private readonly exchanges = new Set<number>()
  private readonly clients = new Set<string>()
  private closed = false

  /** @param from first packet that counts as new */
  constructor(
    private readonly state: CaptureState,
    private readonly rows: Rows,
    private readonly sessions: Sessions,
    private readonly filter: PacketFilter,
    private readonly asks: { all: boolean; verdict: boolean; untilMs: number },
    from: number,
  ) {
    this.known = new Uint8Array(state.packets.slots)
    this.start = this.cursor = from
    this.packetChanges = state.changedPackets.count
    this.exchangeChanges = state.changedExchanges.count
    this.marks = sessions.count
  }

  take(maxPackets: number): PacketBatch {
    if (this.closed) return { packets: [], exchanges: [], journeys: [], marks: [], matched: 0, shown: 0 }
    const end = this.cursor
    this.noteChanges(end)
    const fresh = this.scan(maxPackets)
    const room = maxPackets - Math.min(fresh.length, Math.ceil(maxPackets / 2))
    const again = takeFirst(this.backlog, room).filter((s) => this.state.packets.has(s))
    const chosen = [...again, ...fresh.slice(-(maxPackets - again.length))]
    for (const s of chosen) this.markSent(s)
    const packets = rowsOf(
      this.rows,
      chosen.sort((a, b) => a - b),
    )
    for (const p of packets) this.clients.add(p.clientId)
    return {
      ...withContext(this.rows, packets, takeFirst(this.exchanges, EXCHANGES)),
      marks: this.takeMarks(),
      matched: this.matched,
      shown: this.shown,
    }
  }

  close(): void {
    this.closed = true
    this.backlog.clear()
    this.exchanges.clear()
  }

  private slot(seq: number): number {
    return seq & (this.known.length - 1)
  }

  private markSent(seq: number): void {
    const i = this.slot(seq)
    if (seq >= this.start && ((this.known[i] as number) & SENT) === 0) this.shown++
    this.known[i] = MATCHED | SENT
  }

  /** New packets that match; only the last `keep` are worth listing. */
  private scan(keep: number): number[] {
    const t = this.state.packets
    const found: number[] = []
    for (let s = Math.max(this.cursor, t.first); s < t.next; s++) {
      const passes = this.passes(s)
      this.known[this.slot(s)] = passes ? MATCHED : 0
      if (!passes) continue
      this.matched++
      found.push(s)
      if (found.length > 4 * keep) found.splice(0, found.length - keep)
    }
    this.cursor = t.next
    return found
  }

  /** Notes what the page must hear of among the changes before `end`. */
  private noteChanges(end: number): void {
    const { changedPackets, changedExchanges } = this.state
    const whole = changedPackets.since(this.packetChanges, (s) => {
      if (s < end) this.reconsider(s, true)
    })
    if (!whole) this.queueAll(end)
    changedExchanges.since(this.exchangeChanges, (id) => {
      if (this.exchanges.has(id)) return
      if (this.asks.verdict) for (const s of this.rows.packetsOf(id)) if (s < end) this.reconsider(s, false)
      if (this.knows(id) || this.knowsPublisherOf(id)) this.exchanges.add(id)
    })
    this.packetChanges = changedPackets.count
    this.exchangeChanges = changedExchanges.count
  }

  /** Changes were too many to be remembered one by one: every packet the page has may have changed. */
  private queueAll(end: number): void {
    const t = this.state.packets
    for (let s = Math.max(t.first, this.start); s < end; s++) if (this.isSent(s)) this.queue(s)
  }

  private passes(seq: number): boolean {
    return this.asks.all || this.rows.passes(seq, this.filter)
  }

  private reconsider(seq: number, changed: boolean): void {
    const t = this.state.packets
    if (!t.has(seq)) return
    const i = this.slot(seq)
    const known = this.known[i] as number
    if ((known & SENT) !== 0) {
      if (changed) this.queue(seq)
      return
    }
    if ((known & MATCHED) !== 0 || !this.passes(seq)) return
    this.known[i] = MATCHED
    if (seq >= this.start) this.matched++
    this.queue(seq)
  }

  private queue(seq: number): void {
    this.backlog.add(seq)
    if (this.backlog.size <= BACKLOG) return
    for (const oldest of this.backlog) {
      this.backlog.delete(oldest)
      break
    }
  }

  private isSent(seq: number): boolean {
    const t = this.state.packets
    if (!t.has(seq) || seq >= this.cursor) return false
    return seq < this.start || ((this.known[this.slot(seq)] as number) & SENT) !== 0
  }

  /** The page has a packet of the exchange. */
  private knows(exchange: number): boolean {
    const { exchanges: x, packets: t } = this.state
    if (!x.has(exchange)) return false
    for (let s = x.lastPacket[x.at(exchange)] as number; t.has(s);) {
      if (this.isSent(s)) return true
      const back = t.prevInExchange[t.at(s)] as number
      if (back === 0) return false
      s -= back
    }
    return false
  }

  /** A delivery on a leg that is not shown changes the journey of a publisher that is. */
  private knowsPublisherOf(exchange: number): boolean {
    const { exchanges: x, journeys: j } = this.state
    if (!x.has(exchange)) return false
    const journey = x.journey[x.at(exchange)] as number
    if (!j.has(journey)) return false
    const source = j.source[j.at(journey)] as number
    return source !== exchange && this.knows(source)
  }

  private takeMarks(): SessionMark[] {
    const marks = this.sessions.since(this.marks)
    this.marks = this.sessions.count
    const wanted = (m: SessionMark): boolean => this.clients.has(m.clientId) && m.atMs < this.asks.untilMs
    return (this.asks.all ? marks : marks.filter(wanted)).slice(-MARKS)
  }
}

/** Removes the oldest members. */
function takeFirst(from: Set<number>, n: number): number[] {
  const out: number[] = []
  for (const value of from) {
    if (out.length >= n) break
    from.delete(value)
    out.push(value)
  }
  return out
}
