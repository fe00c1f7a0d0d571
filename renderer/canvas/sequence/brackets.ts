import type { PacketRow, SessionMark } from '@contract/model'
import { timerRanMs } from '@contract/under-way'
import { textWidth } from '../text-width'
import { crosses, flat, type Taken } from './boxes'
import { breaks } from './marks'
import { journeyFacts, type JourneyFacts } from './facts'
import { partsOf } from './folds'
import type { TimeScale } from './time-scale'
import type { CardText, JourneyShape, Point, RetryShape, SequenceInput, SequenceWords } from './types'

/** One resend and the packet it repeats, both of which are known here. */
export interface Resend {
  first: PacketRow
  again: PacketRow
  /** Between the two, ms, without what step mode let pass for held packets: no timer runs in it. */
  waitMs: number
  /** Step mode let time pass between them: they are further apart in the picture. */
  skipped: boolean
  why: ResendCause
}

/**
 * reconnect: the connection was another one by then. response: it answers a repeated packet of the other side.
 * timer: neither; the sender waited.
 */
export type ResendCause = 'timer' | 'reconnect' | 'response'

/** Why a packet was sent again. @param first the attempt before it */
export function resendCause(first: PacketRow, again: PacketRow, marks: readonly SessionMark[]): ResendCause {
  const reconnect = marks.some(
    (m) =>
      m.clientId === again.clientId && breaks(m.kind) && m.atMs >= first.sentMs && m.atMs <= again.sentMs,
  )
  return reconnect ? 'reconnect' : again.answers !== null ? 'response' : 'timer'
}

/** Packets sent again, each with the attempt right before it. */
export function resends(packets: readonly PacketRow[], marks: readonly SessionMark[]): Resend[] {
  const bySeq = new Map(packets.map((p) => [p.seq, p]))
  const attempts = new Map<string, PacketRow>()
  const found: Resend[] = []
  for (const p of [...packets].sort((a, b) => a.seq - b.seq)) {
    const key = `${p.exchange} ${p.type} ${p.direction}`
    const before = p.exchange === null ? undefined : attempts.get(key)
    if (p.exchange !== null) attempts.set(key, p)
    if (p.resends === null) continue
    const first = before ?? bySeq.get(p.resends)
    if (!first) continue
    const why = resendCause(first, p, marks)
    const skipped = p.skippedMs > first.skippedMs
    found.push({ first, again: p, waitMs: timerRanMs(first, p), skipped, why })
  }
  return found
}

interface Span {
  y0: number
  y1: number
}

/** Lowest track on which each span is free of the earlier ones. */
function tracks(spans: readonly Span[], gap: number): number[] {
  const ends: number[] = []
  return spans.map((s) => {
    let track = ends.findIndex((end) => end + gap <= s.y0)
    if (track < 0) track = ends.length
    ends[track] = s.y1
    return track
  })
}

const MAX_TRACKS = 4

interface RetryContext {
  k: number
  words: SequenceWords
  taken: Taken
  /** Arrows, which should not run through words. */
  lines: readonly { a: Point; b: Point }[]
}

/** Amber brackets beside the sender's lane: from a send to its resend. */
export function drawRetries(
  list: readonly Resend[],
  scale: TimeScale,
  laneX: (p: PacketRow) => { sender: number; receiver: number } | null,
  c: RetryContext,
): RetryShape[] {
  const shapes: RetryShape[] = []
  const byLane = new Map<number, { r: Resend; y0: number; y1: number; away: 1 | -1; sender: number }[]>()
  const waited = list.filter((r) => r.why !== 'response')
  for (const r of waited.sort((a, b) => a.first.sentMs - b.first.sentMs)) {
    const leg = laneX(r.again)
    const a = scale.spots.get(r.first.seq)
    const b = scale.spots.get(r.again.seq)
    if (!leg || !a || !b) continue
    // the client's bracket stands outside its leg, the broker's inside, where no other leg ends
    const outward = leg.sender < leg.receiver ? -1 : 1
    const away = r.again.direction === 'uplink' ? outward : outward === -1 ? 1 : -1
    const rows = byLane.get(leg.sender * 2 + (away + 1) / 2) ?? []
    rows.push({ r, y0: a.y0, y1: b.y0, away, sender: leg.sender })
    byLane.set(leg.sender * 2 + (away + 1) / 2, rows)
  }
  for (const rows of byLane.values()) {
    const track = tracks(rows, 0).map((t) => Math.min(t, MAX_TRACKS - 1))
    const xOf = (t: number, row: { sender: number; away: 1 | -1 }): number =>
      row.sender + row.away * (12 + 7 * t) * c.k
    rows.forEach((row, i) => {
      const shape: RetryShape = {
        ...bracketOf(row.r, row, xOf(track[i] ?? 0, row), row.away),
        parts: partsOf(row.y0, row.y1, scale.folds),
        text: null,
      }
      // beside all brackets that it passes
      const passes = track.filter((_, j) => {
        const other = rows[j]
        return other && other.y0 < row.y1 && row.y0 < other.y1
      })
      placeRetryText(shape, row, scale, { ...c, beyondX: xOf(Math.max(...passes), row) })
      shapes.push(shape)
    })
  }
  return shapes
}

const bracketOf = (r: Resend, s: Span, x: number, away: 1 | -1): Omit<RetryShape, 'text' | 'parts'> => ({
  seq: r.again.seq,
  journey: r.again.journey,
  x,
  side: away === 1 ? -1 : 1,
  y0: s.y0,
  y1: s.y1,
  waitMs: r.waitMs,
})

/** Says beside its bracket what was waited for, where there is room. */
function placeRetryText(
  shape: RetryShape,
  row: Span & { r: Resend; away: 1 | -1; sender: number },
  scale: TimeScale,
  c: RetryContext & { beyondX: number },
): void {
  const { why, waitMs, skipped } = row.r
  const value =
    why === 'reconnect'
      ? c.words.afterReconnect(skipped ? null : waitMs)
      : c.words.retryTimer(waitMs, skipped)
  const width = textWidth(value, c.k)
  // in a band of the time it waited, or beside the middle of the bracket
  const bands = scale.folds.filter((f) => f.y0 >= row.y0 && f.y1 <= row.y1).map((f) => (f.y0 + f.y1) / 2)
  // beside the lane, on the leg's side of a client; beside the bracket of the broker
  const right = row.r.again.direction === 'uplink' ? row.away === -1 : row.away === 1
  const start =
    row.r.again.direction === 'uplink'
      ? row.sender + (right ? 10 : -10) * c.k
      : c.beyondX + (right ? 8 : -8) * c.k
  const boxAt = (y: number) => flat(right ? start : start - width, y, width, 13 * c.k)
  const along = [0.5, 0.65, 0.35, 0.75, 0.8, 0.85, 0.25].map((share) => row.y0 + (row.y1 - row.y0) * share)
  // or right above what is sent again
  along.push(row.y1 - 10 * c.k)
  const free = [...bands, ...along].filter((at) => c.taken.free(boxAt(at)))
  const y =
    free.find((at) => !c.lines.some((l) => crosses(l.a, l.b, boxAt(at)))) ??
    free.find((at) => bands.includes(at) || at === along[0])
  if (y === undefined) return
  c.taken.add(boxAt(y), () => (shape.text = null))
  shape.text = { value, x: start, y, anchor: right ? 'start' : 'end' }
}

const CARD = { title: 18, chips: 22, reason: 17 }

function cardHeight(card: CardText, width: number, k: number): { height: number; rows: number } {
  let rows = card.chips.length > 0 ? 1 : 0
  let used = 0
  for (const chip of card.chips) {
    const w = textWidth(chip.text, k) + 18 * k
    if (used > 0 && used + w > width) {
      rows++
      used = 0
    }
    used += w
  }
  const lines = card.reason === '' ? 0 : Math.ceil(textWidth(card.reason, k * 1.08) / width)
  return { height: (CARD.title + rows * CARD.chips + lines * CARD.reason) * k, rows }
}

const WEIGHT: Record<JourneyFacts['outcome'], number> = {
  held: 0,
  'gave-up': 1,
  refused: 1,
  lost: 1,
  abandoned: 1,
  duplicate: 2,
  'exactly-once': 4,
  'no-subscriber': 5,
  delivered: 5,
  open: 3,
}

/** Right brackets with their verdict cards; cards that find no room near their bracket shrink to a line, then vanish. */
export function drawJourneys(
  input: SequenceInput,
  scale: TimeScale,
  o: {
    x: number
    cardX: number
    width: number
    k: number
    words: SequenceWords
    noCards: boolean
    bottom: number
  },
): { shapes: JourneyShape[]; height: number } {
  const spans = input.journeys.flatMap((journey) => {
    const rows = input.packets.filter((p) => p.journey === journey.id && scale.spots.has(p.seq))
    if (rows.length === 0) return []
    const spots = rows.flatMap((p) => scale.spots.get(p.seq) ?? [])
    const facts = journeyFacts(journey, input.exchanges, rows)
    const y0 = Math.min(...spots.map((s) => s.y0))
    return [{ facts, y0, y1: Math.max(y0 + 6 * o.k, ...spots.map((s) => s.y1)) }]
  })
  spans.sort((a, b) => a.y0 - b.y0)
  const track = tracks(spans, 2)
  const shapes = spans.map((s, i): JourneyShape => ({
    journey: s.facts.journey.id,
    x: o.x - Math.min(track[i] ?? 0, 2) * 6 * o.k,
    y0: s.y0,
    y1: s.y1,
    parts: partsOf(s.y0, s.y1, scale.folds),
    open: s.facts.outcome === 'open' || s.facts.outcome === 'held',
    card: null,
  }))
  if (o.noCards) return { shapes, height: o.bottom }
  return { shapes, height: placeCards(spans, shapes, o) }
}

function placeCards(
  spans: readonly (Span & { facts: JourneyFacts })[],
  shapes: JourneyShape[],
  o: { cardX: number; width: number; k: number; words: SequenceWords; bottom: number },
): number {
  const taken: Span[] = []
  const fits = (y: number, h: number): boolean => y >= 0 && !taken.some((t) => t.y0 < y + h && y < t.y1)
  const order = spans
    .map((s, i) => ({ s, i }))
    .sort((a, b) => WEIGHT[a.s.facts.outcome] - WEIGHT[b.s.facts.outcome])
  let bottom = o.bottom
  for (const { s, i } of order) {
    const shape = shapes[i]
    if (!shape) continue
    const text = o.words.card(s.facts)
    const full = cardHeight(text, o.width, o.k).height
    for (const [height, brief] of [
      [full, false],
      [18 * o.k, true],
    ] as const) {
      const middle = (s.y0 + s.y1) / 2 - height / 2
      const y = [0, 10, -10, 20, -20, 34, -34, 50].map((d) => middle + d * o.k).find((at) => fits(at, height))
      if (y === undefined) continue
      taken.push({ y0: y, y1: y + height + 4 * o.k })
      shape.card = { ...text, x: o.cardX, y, width: o.width, height, oneLine: brief }
      bottom = Math.max(bottom, y + height)
      break
    }
  }
  return bottom
}
