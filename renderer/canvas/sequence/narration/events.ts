import type { ExchangeRow, JourneyRow, LossReason, PacketRow, SessionMark } from '@contract/model'
import type { QoS } from '@contract/packet'
import { resends } from '../brackets'
import { journeyFacts, type JourneyFacts } from '../facts'

/** What a sentence is about. `s` sends, `r` receives; null is the broker. */
export interface Happening {
  kind:
    | 'sent'
    | 'lost'
    | 'resent'
    | 'resumed'
    | 'passed-on-again'
    | 'taken-again'
    | 'discarded'
    | 'released'
    | 'released-before'
    | 'delivered'
    | 'gave-up'
    | 'refused'
    | 'abandoned'
    | 'cut'
    | 'held'
    | 'once'
  /** Capture number of the packet it speaks of; null for a mark. */
  seq: number | null
  atMs: number
  s: string | null
  r: string | null
  qos: QoS
  packet: PacketRow | null
  reason: LossReason | null
  waitMs: number
  attempts: number
  /** Clients concerned: subscribers that got a copy, or got it twice. */
  clients: string[]
  /** Whether the receiver had the message already when this happened; of a resend: whether a loss explains it. */
  known: boolean
  /** Most copies that one of `clients` has had by then. */
  copies: number
  /** Kind of the session mark, for `cut`. */
  mark: SessionMark['kind'] | null
}

interface Story {
  facts: JourneyFacts
  rows: PacketRow[]
  exchanges: Map<number, ExchangeRow>
}

const blank: Omit<Happening, 'kind' | 'atMs'> = {
  seq: null,
  s: null,
  r: null,
  qos: 0,
  packet: null,
  reason: null,
  waitMs: 0,
  attempts: 0,
  clients: [],
  known: false,
  copies: 0,
  mark: null,
}

const endOf = (p: PacketRow): number => p.settledMs ?? p.sentMs
const ends = (p: PacketRow): { s: string | null; r: string | null } =>
  p.direction === 'uplink' ? { s: p.clientId, r: null } : { s: null, r: p.clientId }

/** Direction in which the PUBLISH of a packet's exchange runs. */
function exchangeOf(story: Story, p: PacketRow): ExchangeRow | undefined {
  return p.exchange === null ? undefined : story.exchanges.get(p.exchange)
}

function happening(kind: Happening['kind'], p: PacketRow, story: Story, atMs: number): Happening {
  const exchange = exchangeOf(story, p)
  return {
    ...blank,
    kind,
    atMs,
    seq: p.seq,
    packet: p,
    ...ends(p),
    qos: exchange?.qos ?? p.qos ?? story.facts.qos,
    reason: p.reason,
  }
}

/** Did the receiver of this exchange's PUBLISH have it before `atMs`? */
function receiverHad(story: Story, p: PacketRow, atMs: number): boolean {
  return story.rows.some(
    (x) =>
      x.exchange === p.exchange &&
      x.type === 'PUBLISH' &&
      x.fate === 'delivered' &&
      endOf(x) <= atMs &&
      x !== p,
  )
}

/** Had the receiver let the message go (passed it on, handed it over) before this packet was sent? */
function releasedBefore(story: Story, p: PacketRow): boolean {
  const passed = (x: PacketRow): boolean =>
    x.effect === 'passed-on' || x.effect === 'delivered' || x.effect === 'duplicate'
  const before = story.rows.filter((x) => x.seq < p.seq)
  if (p.direction === 'uplink' && before.some((x) => x.direction === 'downlink' && x.type === 'PUBLISH'))
    return true
  return before.some(
    (x) => x.exchange === p.exchange && x.direction === p.direction && passed(x) && endOf(x) <= p.sentMs,
  )
}

function onLoss(story: Story, p: PacketRow): Happening {
  const known = p.type === 'PUBREL' ? releasedBefore(story, p) : receiverHad(story, p, p.sentMs)
  return { ...happening('lost', p, story, p.sentMs), known, attempts: p.attempt }
}

/** Subscribers that got another copy after the broker took the message again at `atMs`. */
function gotAgain(story: Story, atMs: number): string[] {
  const clients = story.rows
    .filter((x) => x.direction === 'downlink' && x.effect === 'duplicate' && x.sentMs >= atMs)
    .map((x) => x.clientId)
  return [...new Set(clients)]
}

/** Most copies one of the clients has had once this packet's copies have arrived. */
function copiesBy(story: Story, clients: readonly string[], atMs: number): number {
  const counts = clients.map((client) => {
    const copies = story.rows.filter(
      (x) => x.clientId === client && (x.effect === 'delivered' || x.effect === 'duplicate'),
    )
    const next = copies.find((x) => x.effect === 'duplicate' && endOf(x) >= atMs)
    return next ? copies.filter((x) => endOf(x) <= endOf(next)).length : copies.length
  })
  return Math.max(0, ...counts)
}

/** Who has more than one copy by the tracker's count, where the subscribers' own packets are not known here. */
function known(story: Story): { clients: string[]; copies: number } {
  if (story.rows.some((x) => x.direction === 'downlink' && x.type === 'PUBLISH'))
    return { clients: [], copies: 0 }
  const twice = story.facts.journey.deliveries.filter((d) => d.copies > 1)
  return { clients: twice.map((d) => d.clientId), copies: Math.max(0, ...twice.map((d) => d.copies)) }
}

function onArrival(story: Story, p: PacketRow): Happening[] {
  const at = endOf(p)
  if (p.effect === 'discarded') return [happening('discarded', p, story, at)]
  if (p.type === 'PUBLISH' && p.effect === 'duplicate') {
    return [
      {
        ...happening('taken-again', p, story, at),
        clients: [p.clientId],
        copies: copiesBy(story, [p.clientId], at),
      },
    ]
  }
  if (p.type === 'PUBLISH' && p.effect === 'passed-on' && receiverHad(story, p, at - 1e-9)) {
    const seen = gotAgain(story, at)
    const copies = copiesBy(story, seen, at)
    return [
      {
        ...happening('passed-on-again', p, story, at),
        ...(seen.length > 0 ? { clients: seen, copies } : known(story)),
      },
    ]
  }
  if (p.type === 'PUBREL' && p.effect === 'passed-on') {
    const next = story.rows.filter(
      (x) => x.direction === 'downlink' && x.type === 'PUBLISH' && x.attempt === 1,
    )
    const clients = [...new Set(next.filter((x) => x.sentMs >= at).map((x) => x.clientId))]
    return [{ ...happening('released', p, story, at), clients }]
  }
  const earlier = story.rows.some(
    (x) => x.type === 'PUBREL' && x.exchange === p.exchange && x.fate === 'delivered' && endOf(x) < at,
  )
  return p.type === 'PUBREL' && earlier ? [happening('released-before', p, story, at)] : []
}

/** Duplicates that are covered by `passed-on-again` need no sentence of their own. */
function dropEchoes(list: Happening[]): Happening[] {
  const told = new Set(list.filter((h) => h.kind === 'passed-on-again').flatMap((h) => h.clients))
  return list.filter((h) => h.kind !== 'taken-again' || h.packet?.resends !== null || !told.has(h.r ?? ''))
}

function resendHappenings(story: Story, marks: readonly SessionMark[]): Happening[] {
  return resends(story.rows, marks).map((r) => ({
    ...happening(r.reconnect ? 'resumed' : 'resent', r.again, story, r.again.sentMs),
    waitMs: r.waitMs,
    attempts: r.again.attempt,
    known: story.facts.losses.some(
      (p) =>
        p.exchange === r.again.exchange &&
        p !== r.again &&
        p.sentMs >= r.first.sentMs &&
        p.sentMs <= r.again.sentMs,
    ),
  }))
}

/** Cuts that fell between the first and the last packet of the journey, of a client that takes part. */
function cutHappenings(story: Story, marks: readonly SessionMark[]): Happening[] {
  const first = story.rows[0]?.sentMs ?? Infinity
  const last = Math.max(...story.rows.map(endOf), ...story.facts.journey.exchanges.map(() => 0))
  const people = new Set(story.rows.map((p) => p.clientId))
  return marks
    .filter((m) => (m.kind === 'cut' || m.kind === 'reset') && people.has(m.clientId))
    .filter((m) => m.atMs >= first && m.atMs <= last)
    .map((m) => ({
      ...blank,
      kind: 'cut' as const,
      atMs: m.atMs,
      s: m.clientId,
      mark: m.kind,
      qos: story.facts.qos,
    }))
}

function endings(story: Story): Happening[] {
  return [...story.exchanges.values()].flatMap((e): Happening[] => {
    if (e.verdict !== 'gave-up' && e.verdict !== 'abandoned') return []
    const rows = story.rows.filter((p) => p.exchange === e.id)
    const last = rows.findLast((p) => p.direction === e.direction)
    // a broker does not have what it refuses to take, e.g. a malformed packet
    const known = rows.some((p) => p.type === 'PUBLISH' && p.fate === 'delivered' && p.effect !== 'none')
    const way = e.direction === 'uplink' ? { s: e.clientId, r: null } : { s: null, r: e.clientId }
    const attempts = last?.attempt ?? 0
    const atMs = e.endedMs ?? (last ? endOf(last) : e.startedMs)
    return [
      {
        ...blank,
        ...way,
        kind: e.verdict,
        atMs,
        seq: last?.seq ?? null,
        packet: last ?? null,
        qos: e.qos,
        known,
        attempts,
      },
    ]
  })
}

/** Each PUBLISH that its receiver did not want. */
const refusals = (story: Story): Happening[] =>
  story.facts.refused.map((p) => happening('refused', p, story, endOf(p)))

function beginning(story: Story): Happening[] {
  const first = story.rows.find((p) => p.type === 'PUBLISH')
  return first?.resends === null && first.attempt === 1 && first.fate !== 'held' && first.fate !== 'lost'
    ? [happening('sent', first, story, first.sentMs)]
    : []
}

/** The last word of a message that came through: who has it, how often. */
function conclusion(story: Story): Happening[] {
  const { facts, rows } = story
  if (facts.reached.length === 0) return []
  const last = rows.findLast(
    (p) => p.direction === 'downlink' && (p.effect === 'delivered' || p.effect === 'duplicate'),
  )
  const trouble = facts.retries > 0 || facts.losses.length > 0
  if (facts.qos === 2 && facts.duplicates === 0 && trouble && facts.outcome === 'exactly-once') {
    return [
      {
        ...blank,
        kind: 'once',
        atMs: Infinity,
        seq: last?.seq ?? null,
        packet: last ?? null,
        qos: 2,
        clients: facts.reached,
      },
    ]
  }
  const clients = facts.journey.deliveries.filter((d) => d.copies === 1).map((d) => d.clientId)
  const delivered = {
    ...blank,
    kind: 'delivered' as const,
    atMs: Infinity,
    seq: last?.seq ?? null,
    packet: last ?? null,
    // while the handshakes go on, nothing is promised yet
    qos: facts.outcome === 'open' || facts.outcome === 'held' ? 0 : facts.qos,
    clients,
  }
  return clients.length > 0 ? [delivered] : []
}

/** A packet is sent before it is lost. */
const rank = (h: Happening): number =>
  h.kind === 'resent' || h.kind === 'resumed' || h.kind === 'sent' ? 0 : 1

/** What happened to one message, in order. Facts only; no language. */
export function happenings(
  journey: JourneyRow,
  exchanges: readonly ExchangeRow[],
  packets: readonly PacketRow[],
  marks: readonly SessionMark[],
): Happening[] {
  const facts = journeyFacts(journey, exchanges, packets)
  const story: Story = {
    facts,
    rows: packets.filter((p) => p.journey === journey.id).sort((a, b) => a.seq - b.seq),
    exchanges: new Map(exchanges.filter((e) => e.journey === journey.id).map((e) => [e.id, e])),
  }
  const list = [
    ...beginning(story),
    ...facts.losses.map((p) => onLoss(story, p)),
    ...story.rows.filter((p) => p.fate === 'delivered').flatMap((p) => onArrival(story, p)),
    ...facts.held.map((p) => happening('held', p, story, p.sentMs)),
    ...resendHappenings(story, marks),
    ...cutHappenings(story, marks),
    ...endings(story),
    ...refusals(story),
    ...conclusion(story),
  ]
  return dropEchoes(list.sort((a, b) => a.atMs - b.atMs || (a.seq ?? 0) - (b.seq ?? 0) || rank(a) - rank(b)))
}
