import type { PacketRow, SessionMark } from '@contract/model'
import { textWidth } from './arrows'
import { crosses, flat, type Taken } from './boxes'
import type { TimeScale } from './time-scale'
import type { ArrowShape, MarkShape, NoteShape, Point, RingShape, SequenceWords } from './types'

interface Placed {
  scale: TimeScale
  taken: Taken
  k: number
  words: SequenceWords
  laneX: (p: PacketRow) => { sender: number; receiver: number } | null
}

/**
 * A ring on the subscriber's lane for each copy it got: open for the first, dotted for a duplicate.
 * @param c `bare`: without a word beside it
 */
export function drawRings(packets: readonly PacketRow[], c: Placed & { bare: boolean }): RingShape[] {
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
    const free = !c.bare && c.taken.free(box)
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

/** Session events on the client's lane, named beside it. @param c `axisX`: where the names of times end */
export function drawMarks(
  marks: readonly SessionMark[],
  laneX: ReadonlyMap<string, number>,
  c: Placed & { axisX: number; lines: readonly { a: Point; b: Point }[] },
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
    const free = places.filter((p) => p.left > c.axisX && c.taken.free(p.box))
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
