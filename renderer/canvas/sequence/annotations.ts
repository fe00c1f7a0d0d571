import type { PacketRow, SessionMark } from '@contract/model'
import { textWidth } from './arrows'
import { crosses, flat, type Box, type Taken } from './boxes'
import type { TimeScale } from './time-scale'
import type { ArrowShape, BadgeShape, MarkShape, NoteShape, Point, RingShape, SequenceWords } from './types'

interface Placed {
  scale: TimeScale
  taken: Taken
  k: number
  words: SequenceWords
  laneX: (p: PacketRow) => { sender: number; receiver: number } | null
}

/** A ring on the subscriber's lane for each copy it got: open for the first, dotted for a duplicate. */
export function drawRings(packets: readonly PacketRow[], c: Placed & { right: number }): RingShape[] {
  return packets.flatMap((p): RingShape[] => {
    if (p.direction !== 'downlink' || p.fate !== 'delivered') return []
    if (p.effect !== 'delivered' && p.effect !== 'duplicate') return []
    const leg = c.laneX(p)
    const spot = c.scale.spots.get(p.seq)
    if (!leg || !spot) return []
    const value = p.effect === 'delivered' ? c.words.delivered : c.words.duplicate
    const outward = leg.receiver > leg.sender ? 1 : -1
    const width = textWidth(value, c.k)
    const x = leg.receiver + outward * 11 * c.k
    const box = flat(outward > 0 ? x : x - width, spot.y1, width, 13 * c.k)
    const free = c.taken.free(box)
    if (free) c.taken.add(box)
    const text = { value, x, y: spot.y1, anchor: outward > 0 ? ('start' as const) : ('end' as const) }
    return [{ seq: p.seq, x: leg.receiver, y: spot.y1, kind: p.effect, text: free ? text : null }]
  })
}

function noteText(p: PacketRow, words: SequenceWords): string | null {
  const atBroker = p.direction === 'uplink'
  if (p.effect === 'stored') return words.stored(p.packetId, atBroker)
  if (p.effect === 'discarded') return words.discarded(p.packetId, atBroker)
  return p.refusal === null ? null : words.refused(p.refusal)
}

/**
 * What a receiver did with a PUBLISH that it refuses, or at QoS 2 does not let go yet or knows already; only where there is
 * room beside its lane.
 */
export function drawNotes(
  packets: readonly PacketRow[],
  arrows: readonly ArrowShape[],
  c: Placed,
): NoteShape[] {
  return packets.flatMap((p): NoteShape[] => {
    const value = noteText(p, c.words)
    if (p.fate !== 'delivered' || value === null) return []
    const leg = c.laneX(p)
    const spot = c.scale.spots.get(p.seq)
    if (!leg || !spot) return []
    const right = leg.receiver >= leg.sender
    const width = textWidth(value, c.k)
    const x = leg.receiver + (right ? 11 : -11) * c.k
    const box = flat(right ? x : x - width, spot.y1, width, 13 * c.k)
    if (!right || !c.taken.free(box) || arrows.some((a) => crosses(a.from, a.to, box))) return []
    c.taken.add(box)
    return [{ seq: p.seq, x, y: spot.y1, value }]
  })
}

/** Where the words of a session event may stand, best first: beside it, or beside it and a little higher or lower. */
const MARK_PLACES = [
  { side: 1, dy: 0 },
  { side: -1, dy: 0 },
  { side: 1, dy: -14 },
  { side: 1, dy: 14 },
] as const

/** Session events on the client's lane, named beside it. */
export function drawMarks(
  marks: readonly SessionMark[],
  laneX: ReadonlyMap<string, number>,
  c: Placed & { lines: readonly { a: Point; b: Point }[] },
): MarkShape[] {
  return marks.flatMap((mark, i): MarkShape[] => {
    const x = laneX.get(mark.clientId)
    const y = c.scale.marks[i]
    if (x === undefined || y === undefined) return []
    const value = c.words.mark(mark)
    const width = textWidth(value, c.k)
    const places = MARK_PLACES.map(({ side, dy }) => {
      const left = side > 0 ? x + 10 * c.k : x - 10 * c.k - width
      return { side, y: y + dy * c.k, left, box: flat(left, y + dy * c.k, width, 13 * c.k) }
    })
    const free = places.filter((p) => p.left > 0 && c.taken.free(p.box))
    const clear = free.filter((p) => !c.lines.some((l) => crosses(l.a, l.b, p.box)))
    const at = clear[0] ?? free[0] ?? places[0]
    if (!at) return []
    c.taken.add(at.box)
    const text = {
      value,
      x: x + at.side * 10 * c.k,
      y: at.y,
      anchor: at.side > 0 ? ('start' as const) : ('end' as const),
    }
    return [{ mark, x, y, text }]
  })
}

/** Where a number may stand, best first: at the cross, at the arrival, or at the start. */
function badgePlaces(
  a: ArrowShape,
  row: PacketRow | undefined,
  ring: RingShape | undefined,
  k: number,
): Point[] {
  const dir = Math.sign(a.to.x - a.from.x) || 1
  const start = [14, 33, 52].map((d) => ({ x: a.from.x + dir * d * k, y: a.from.y - 10 * k }))
  const outside = [-12, -31].map((d) => ({ x: a.from.x + dir * d * k, y: a.from.y - 8 * k }))
  if (a.end === 'cross') {
    const word = textWidth(a.endText?.value ?? '', k)
    const beside = a.endText?.anchor === 'middle' ? word / 2 + 12 * k : 24 * k + word
    const y = a.endText?.y ?? a.to.y
    return [0, 19, 38].map((d) => ({ x: a.to.x + dir * (beside + d * k), y })).concat(start)
  }
  const arrives =
    row !== undefined && row.effect !== 'none' && row.effect !== 'passed-on' && row.resends === null
  if (!arrives) return [...start, ...outside]
  const beyond = ring?.text
    ? [0, 19].map((d) => {
        const way = ring.text?.anchor === 'end' ? -1 : 1
        return {
          x: (ring.text?.x ?? 0) + way * (textWidth(ring.text?.value ?? '', k) + (14 + d) * k),
          y: ring.y,
        }
      })
    : []
  const above = [20, 39].map((d) => ({ x: a.to.x - dir * d * k, y: a.to.y - 13 * k }))
  return [...beyond, ...above, ...start]
}

/** Numbers of the narration, each at the arrow it speaks of and on nothing else that is to be read. */
export function drawBadges(
  arrows: readonly ArrowShape[],
  packets: readonly PacketRow[],
  numbers: ReadonlyMap<number, readonly number[]> | undefined,
  c: { k: number; taken: Taken; rings: readonly RingShape[] },
): BadgeShape[] {
  if (!numbers || numbers.size === 0) return []
  const rows = new Map(packets.map((p) => [p.seq, p]))
  const size = 16 * c.k
  return arrows.flatMap((a) =>
    (numbers.get(a.seq) ?? []).map((n): BadgeShape => {
      const ring = c.rings.find((r) => r.seq === a.seq)
      const places = badgePlaces(a, rows.get(a.seq), ring, c.k)
      const box = (p: Point): Box => flat(p.x - size / 2, p.y, size, size)
      const at = places.find((p) => c.taken.free(box(p))) ?? places[0] ?? a.from
      c.taken.add(box(at))
      return { seq: a.seq, n, x: at.x, y: at.y }
    }),
  )
}
