import { publicationsOf, subscriptionsOf } from '../../contract/answers'
import type { Amount, LessonFact } from '../../contract/lesson'
import type {
  HiddenPacket,
  LessonCheck,
  LessonClient,
  LessonOutcome,
  LessonTotals,
  RunRecording,
} from '../../contract/lesson-run'
import type { LedgerRow, PacketRow } from '../../contract/model'
import { clientsOf } from '../../contract/phases'
import type { Scenario } from '../../contract/scenario'
import type { LessonPlan } from './plan'
import type { LessonRecord } from './run'

/** Whether a value is the count, or within its bounds. */
export function fits(value: number | null, wanted: Amount): boolean {
  if (value === null) return false
  if (typeof wanted === 'number') return value === wanted
  return value >= (wanted.atLeast ?? 0) && value <= (wanted.atMost ?? Infinity)
}

const VALUES = ['offered', 'expected', 'delivered', 'lost', 'duplicated', 'latencyMs'] as const

const valueOf = (row: LedgerRow, name: (typeof VALUES)[number]): number | null =>
  name === 'latencyMs' ? (row.latencyMs.max === null ? null : Math.round(row.latencyMs.max)) : row[name]

/** Looks a fact up in what a run left behind. */
function checkFact(fact: LessonFact, record: LessonRecord): LessonCheck {
  if ('packets' in fact) {
    const { packets } = record.packets(fact.packets)
    const found = { count: packets.length, bytes: packets.reduce((n, p) => n + p.bytes, 0) }
    return {
      fact,
      holds: fits(found.count, fact.count ?? {}) && fits(found.bytes, fact.bytes ?? {}),
      found: fact.bytes === undefined ? { count: found.count } : found,
    }
  }
  if ('mark' in fact) {
    const { mark, client } = fact
    const { marks } = record.packets('')
    const count = marks.filter((m) => m.kind === mark && (!client || m.clientId === client)).length
    return { fact, holds: fits(count, fact.count), found: { count } }
  }
  if ('client' in fact) {
    const received = record.received.get(fact.client) ?? 0
    return { fact, holds: fits(received, fact.received), found: { received } }
  }
  const row = record.ledger.find((r) => r.group === fact.group)
  const found: LessonCheck['found'] = {}
  let holds = true
  for (const name of VALUES) {
    const wanted = fact[name]
    if (wanted === undefined) continue
    const value = row ? valueOf(row, name) : null
    found[name] = value
    holds &&= fits(value, wanted)
  }
  return { fact, holds, found }
}

function totalsOf(record: LessonRecord): LessonTotals {
  const sum = (of: (r: LedgerRow) => number): number => record.ledger.reduce((n, r) => n + of(r), 0)
  const sent = record.packets('type:PUBLISH dir:up').packets
  const published = new Set(sent.map((p) => p.journey))
  const latencies = record.ledger.flatMap((r) => (r.latencyMs.max === null ? [] : [r.latencyMs.max]))
  return {
    offered: sum((r) => r.offered),
    delivered: sum((r) => r.delivered),
    arrived: [...record.received.values()].reduce((n, c) => n + c, 0),
    lost: sum((r) => r.lost),
    unsent: Math.max(0, sum((r) => r.offered) - published.size),
    duplicated: sum((r) => r.duplicated),
    packets: record.packets('type:handshake').packets.length,
    bytes: record.packets('type:PUBLISH dir:down').packets.reduce((n, p) => n + p.bytes, 0),
    latencyMs: latencies.length === 0 ? null : Math.round(Math.max(...latencies)),
  }
}

const clientsOfScenario = (s: Scenario): LessonClient[] =>
  s.groups.flatMap((g) =>
    clientsOf(g).map((clientId) => ({
      clientId,
      group: g.name,
      publishes: publicationsOf(g).length > 0,
      subscribes: subscriptionsOf(g).length > 0,
      answers: g.publishes.length === 0 && publicationsOf(g).length > 0,
      filters: subscriptionsOf(g).map((f) => f.filter),
    })),
  )

/** What went over the links besides, from the first packet shown on. */
function hiddenOf(shown: readonly PacketRow[], all: readonly PacketRow[]): HiddenPacket[] {
  const drawn = new Set(shown.map((p) => p.seq))
  const fromMs = shown[0]?.sentMs ?? Infinity
  return all.flatMap(({ seq, type, sentMs, settledMs }) =>
    drawn.has(seq) || sentMs < fromMs ? [] : [{ type, sentMs, settledMs: settledMs ?? sentMs }],
  )
}

/** What can be drawn and counted of a run; `show` is the filter of the packets to draw. */
export function recordingOf(record: LessonRecord, scenario: Scenario, show: string): RunRecording {
  const timeline = record.packets(show)
  return {
    timeline,
    hidden: hiddenOf(timeline.packets, record.packets('').packets),
    clients: clientsOfScenario(scenario),
    totals: totalsOf(record),
    received: Object.fromEntries(record.received),
    durationMs: Math.round(record.durationMs),
  }
}

/** The verdict: facts of ledger and capture against what the lesson says, and the option they bear out. Pure. */
export function outcomeOf(plan: LessonPlan, record: LessonRecord): LessonOutcome {
  const { lesson, variant, scenario } = plan
  const right = lesson.options.find((o) => o.when.every((f) => checkFact(f, record).holds))
  const harmed =
    variant.names === undefined
      ? []
      : record.packets(variant.names).packets.filter((p) => p.fate === 'lost' || p.segmentLosses > 0)
  return {
    ...recordingOf(record, scenario, lesson.show),
    lesson: lesson.id,
    variant: variant.id,
    answer: right?.id ?? null,
    checks: variant.expect.map((f) => checkFact(f, record)),
    named: harmed[0] ?? null,
  }
}
