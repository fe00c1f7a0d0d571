import type { PacketBatch, PacketRow, SessionMark } from '../../../contract/model'
import type { PacketFilter } from '../../../contract/packet-filter'
import type { TimeRange } from '../../../contract/time-range'
import type { PacketTable } from './packet-table'
import type { Rows } from './rows'
import type { Sessions } from './sessions'
import type { CaptureState } from './state'

export interface PacketQuery {
  filter: PacketFilter
  /** Only packets sent within; what lies outside is not looked at. */
  range?: TimeRange | null | undefined
  /** Only packets with a smaller number; the latest of them are given. */
  before?: number | undefined
  /** Only packets with a greater number; the earliest of them are given. Wins over `before`. */
  after?: number | undefined
  limit: number
}

/** Marks of one batch at most. */
const MARKS = 500

/** Packets that match, ascending, with what belongs to them. `matched` counts only as far as the search had to go. */
export function queryPackets(
  state: CaptureState,
  rows: Rows,
  sessions: Sessions,
  q: PacketQuery,
): PacketBatch {
  const found = find(state, rows, q)
  const packets = rowsOf(rows, found)
  return {
    ...withContext(rows, packets),
    marks: marksFor(sessions, packets, q),
    matched: found.length,
    shown: found.length,
  }
}

/** Capture numbers between which a time range lies: from the first, up to and without the second. */
export function seqsWithin(t: PacketTable, range: TimeRange | null | undefined): [number, number] {
  if (!range) return [t.first, t.next]
  return [t.firstSentAt(range.fromMs), range.toMs === Infinity ? t.next : t.firstSentAt(range.toMs)]
}

function find(state: CaptureState, rows: Rows, q: PacketQuery): number[] {
  const [first, next] = seqsWithin(state.packets, q.range)
  const found: number[] = []
  const end = Math.min(next, q.before ?? next)
  if (q.after !== undefined) {
    for (let s = Math.max(first, q.after + 1); s < end && found.length < q.limit; s++) {
      if (rows.passes(s, q.filter)) found.push(s)
    }
    return found
  }
  for (let s = end - 1; s >= first && found.length < q.limit; s--) if (rows.passes(s, q.filter)) found.push(s)
  return found.reverse()
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
  const ids = new Set<number>(moreExchanges)
  for (const p of packets) if (p.exchange !== null) ids.add(p.exchange)
  const exchanges = [...ids].map((id) => rows.exchange(id)).filter((e) => e !== undefined)
  const journeyIds = new Set(exchanges.map((e) => e.journey))
  const journeys = [...journeyIds].map((id) => rows.journey(id)).filter((j) => j !== undefined)
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
