import type { ExchangeRow, JourneyRow, PacketBatch, PacketRow, SessionMark } from '../../../contract/model'
import type { PacketFilter } from '../../../contract/packet-filter'
import type { TimeRange } from '../../../contract/time-range'
import { atOnce, STEP, type Steps } from '../../base/slices'
import type { PacketTable } from './packet-table'
import type { Rows } from './rows'
import type { Sessions } from './sessions'
import type { CaptureState } from './state'

export interface PacketQuery {
  filter: PacketFilter
  /** Only packets sent within; what lies outside is not looked at. */
  range?: TimeRange | null | undefined
  /** Only packets of these clients, where the filter lets no others pass. */
  clients?: readonly string[] | null
  /** Only packets with a smaller number; the latest of them are given. */
  before?: number | undefined
  /** Only packets with a greater number; the earliest of them are given. Wins over `before`. */
  after?: number | undefined
  limit: number
}

/** Marks of one batch at most. */
const MARKS = 500

/**
 * Packets that match, ascending, with what belongs to them, of what is captured now: what comes or changes before the
 * work is done is for a watch to tell. `matched` counts only as far as the search had to go.
 */
export function queryPackets(
  state: CaptureState,
  rows: Rows,
  sessions: Sessions,
  q: PacketQuery,
): Steps<PacketBatch> {
  const [first, next] = seqsWithin(state.packets, q.range)
  const end = Math.min(next, q.before ?? next)
  return search(rows, sessions, q, { found: find(state, rows, q, first, end), marks: sessions.count })
}

function* search(
  rows: Rows,
  sessions: Sessions,
  q: PacketQuery,
  begun: { found: Steps<number[]>; marks: number },
): Steps<PacketBatch> {
  const found = yield* begun.found
  const packets = rowsOf(rows, found)
  yield 0
  const context = yield* contextSteps(rows, packets)
  const later = new Set(sessions.since(begun.marks))
  return {
    ...context,
    marks: marksFor(sessions, packets, q).filter((m) => !later.has(m)),
    matched: found.length,
    shown: found.length,
  }
}

/** Capture numbers between which a time range lies: from the first, up to and without the second. */
export function seqsWithin(t: PacketTable, range: TimeRange | null | undefined): [number, number] {
  if (!range) return [t.first, t.next]
  return [t.firstSentAt(range.fromMs), range.toMs === Infinity ? t.next : t.firstSentAt(range.toMs)]
}

function* find(state: CaptureState, rows: Rows, q: PacketQuery, first: number, end: number): Steps<number[]> {
  const found: number[] = []
  if (q.limit === 0) return found
  const onward = q.after !== undefined
  const from = q.after === undefined ? first : Math.max(first, q.after + 1)
  const chain = q.clients && q.clients.length <= MERGED ? ofClients(state, q.clients, from, end) : null
  // Of one client's packets the newest are met first; the earliest wanted are then the last that are kept.
  const seqs = chain ?? (onward ? ascending(from, end) : descending(from, end))
  let looked = 0
  for (const seq of seqs) {
    if (state.packets.has(seq) && rows.passes(seq, q.filter)) found.push(seq)
    if (found.length >= q.limit) {
      if (!chain || !onward) break
      if (found.length >= 2 * q.limit + STEP) found.splice(0, found.length - q.limit)
    }
    if (++looked % STEP === 0) yield STEP
  }
  yield looked % STEP
  if (onward && !chain) return found
  found.reverse()
  return onward ? found.slice(0, q.limit) : found
}

/** Named clients whose packets are searched one by one; for more it is quicker to search all. */
const MERGED = 16

function* ascending(from: number, end: number): Generator<number> {
  for (let s = from; s < end; s++) yield s
}

function* descending(from: number, end: number): Generator<number> {
  for (let s = end - 1; s >= from; s--) yield s
}

/** The packets of some clients, the newest first; no other packet is looked at. */
function* ofClients(
  state: CaptureState,
  names: readonly string[],
  from: number,
  end: number,
): Generator<number> {
  const { packets: t, clients } = state
  const before = (seq: number): number => {
    const back = t.has(seq) ? (t.prevOfClient[t.at(seq)] as number) : 0
    return back === 0 ? 0 : seq - back
  }
  const heads = names.map((name) => clients.find(name)?.lastPacket ?? 0)
  for (;;) {
    let newest = 0
    for (let k = 1; k < heads.length; k++) if ((heads[k] ?? 0) > (heads[newest] ?? 0)) newest = k
    const seq = heads[newest] ?? 0
    if (seq < from || !t.has(seq)) return
    heads[newest] = before(seq)
    // What came after the question is passed over, and counts as looked at.
    yield seq < end ? seq : 0
  }
}

/** Rows of the packets that are still kept. */
export function rowsOf(rows: Rows, seqs: readonly number[]): PacketRow[] {
  const out: PacketRow[] = []
  for (const s of seqs) {
    const row = rows.packet(s)
    if (row) out.push(row)
  }
  return out
}

/** The packets with their exchanges and journeys, each once. */
export function withContext(
  rows: Rows,
  packets: PacketRow[],
  moreExchanges: Iterable<number> = [],
): Pick<PacketBatch, 'packets' | 'exchanges' | 'journeys'> {
  return atOnce(contextSteps(rows, packets, moreExchanges))
}

/** The same in steps: a journey to many subscribers has many legs. */
function* contextSteps(
  rows: Rows,
  packets: PacketRow[],
  moreExchanges: Iterable<number> = [],
): Steps<Pick<PacketBatch, 'packets' | 'exchanges' | 'journeys'>> {
  const ids = new Set<number>(moreExchanges)
  for (const p of packets) if (p.exchange !== null) ids.add(p.exchange)
  const exchanges: ExchangeRow[] = []
  for (const id of ids) {
    const row = rows.exchange(id)
    if (row) exchanges.push(row)
    yield 1
  }
  const journeys: JourneyRow[] = []
  for (const id of new Set(exchanges.map((e) => e.journey))) {
    const row = rows.journey(id)
    if (row) journeys.push(row)
    yield 1
  }
  return { packets, exchanges, journeys }
}

/** Marks in the time the packets span, up to now unless a later part was asked not to be given; of their clients. */
function marksFor(sessions: Sessions, packets: PacketRow[], q: PacketQuery): SessionMark[] {
  const [first, last] = [packets[0], packets.at(-1)]
  if (!first || !last) return []
  const clients = new Set(packets.map((p) => p.clientId))
  const toNow = q.before === undefined && (q.after === undefined || packets.length < q.limit)
  const end = q.range?.toMs ?? Infinity
  const until = toNow && end === Infinity ? Infinity : Math.max(last.settledMs ?? last.sentMs, last.sentMs)
  return sessions
    .between(first.sentMs, until)
    .filter((m) => clients.has(m.clientId))
    .slice(-MARKS)
}
