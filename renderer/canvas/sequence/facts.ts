import type { ExchangeRow, JourneyRow, PacketRow } from '@contract/model'
import type { QoS } from '@contract/packet'

/** How one message fared, as its bracket says it. The worst that is true comes first. */
export type JourneyOutcome =
  | 'held'
  | 'open'
  | 'gave-up'
  | 'refused'
  | 'abandoned'
  | 'lost'
  | 'duplicate'
  | 'exactly-once'
  | 'delivered'
  | 'no-subscriber'

/** Facts of a journey, from the exchange tracker's rows alone; never from counting arrivals. */
export interface JourneyFacts {
  journey: JourneyRow
  /** Lowest QoS of its legs: what the message was promised on its whole way. */
  qos: QoS
  /** What people call it: sequence number of the publisher, else the packet identifier, else the journey's number. */
  number: number
  uplink: ExchangeRow | null
  downlinks: ExchangeRow[]
  outcome: JourneyOutcome
  retries: number
  /** Extra copies at subscribers. */
  duplicates: number
  /** Subscribers it reached, and those known to have missed it. */
  reached: string[]
  missed: string[]
  /** Exchanges in which the sender stopped repeating. */
  gaveUp: ExchangeRow[]
  /** PUBLISH packets that their receiver refused, ascending. */
  refused: PacketRow[]
  /** The message never came to the broker. */
  diedOnUplink: boolean
  /** Packets lost on its way, ascending. */
  losses: PacketRow[]
  held: PacketRow[]
}

const ENDED = new Set(['lost', 'gave-up', 'abandoned'])

function messageNumber(j: JourneyRow, uplink: ExchangeRow | null): number {
  const at = j.identity?.lastIndexOf(':') ?? -1
  const sequence = at < 0 ? NaN : Number(j.identity?.slice(at + 1))
  return Number.isInteger(sequence) ? sequence : (uplink?.packetId ?? j.id)
}

/** True when the broker is known to have taken the message over. */
function reachedBroker(packets: readonly PacketRow[], facts: { downlinks: readonly ExchangeRow[] }): boolean {
  if (facts.downlinks.length > 0) return true
  return packets.some(
    (p) =>
      p.direction === 'uplink' &&
      p.fate === 'delivered' &&
      (p.effect === 'passed-on' || p.effect === 'stored'),
  )
}

function missedBy(j: JourneyRow, downlinks: readonly ExchangeRow[]): string[] {
  return j.deliveries
    .filter((d) => {
      const legs = downlinks.filter((e) => e.clientId === d.clientId)
      return d.copies === 0 && legs.length > 0 && legs.every((e) => ENDED.has(e.verdict))
    })
    .map((d) => d.clientId)
}

function judge(f: Omit<JourneyFacts, 'outcome'>, all: readonly ExchangeRow[]): JourneyOutcome {
  if (f.held.length > 0) return 'held'
  if (f.missed.length === 0 && f.duplicates === 0 && all.some((e) => e.verdict === 'open')) return 'open'
  if (f.gaveUp.length > 0) return 'gave-up'
  if (f.refused.length > 0) return 'refused'
  if (f.missed.length > 0 || f.diedOnUplink)
    return all.some((e) => e.verdict === 'abandoned') ? 'abandoned' : 'lost'
  if (f.duplicates > 0) return 'duplicate'
  if (all.some((e) => e.verdict === 'abandoned')) return 'abandoned'
  // a subscriber that is known without a leg here: its leg is yet to be seen
  if (f.reached.length === 0) return f.journey.deliveries.length > 0 ? 'open' : 'no-subscriber'
  return f.qos === 2 ? 'exactly-once' : 'delivered'
}

/** Facts of one journey. `packets` are those of the journey that are known here, in any order. */
export function journeyFacts(
  journey: JourneyRow,
  exchanges: readonly ExchangeRow[],
  packets: readonly PacketRow[],
): JourneyFacts {
  const own = exchanges.filter((e) => e.journey === journey.id)
  const rows = packets.filter((p) => p.journey === journey.id).sort((a, b) => a.seq - b.seq)
  const uplink = own.find((e) => e.direction === 'uplink') ?? null
  const downlinks = own.filter((e) => e.direction === 'downlink')
  const base = {
    journey,
    qos: own.reduce<QoS>((q, e) => (e.qos < q ? e.qos : q), journey.qos),
    number: messageNumber(journey, uplink),
    uplink,
    downlinks,
    retries: own.reduce((n, e) => n + e.retries, 0),
    duplicates: journey.deliveries.reduce((n, d) => n + Math.max(0, d.copies - 1), 0),
    reached: journey.deliveries.filter((d) => d.copies > 0).map((d) => d.clientId),
    missed: missedBy(journey, downlinks),
    gaveUp: own.filter((e) => e.verdict === 'gave-up'),
    refused: rows.filter((p) => p.effect === 'refused'),
    diedOnUplink: uplink !== null && ENDED.has(uplink.verdict) && !reachedBroker(rows, { downlinks }),
    losses: rows.filter((p) => p.fate === 'lost'),
    held: rows.filter((p) => p.fate === 'held'),
  }
  return { ...base, outcome: judge(base, own) }
}
