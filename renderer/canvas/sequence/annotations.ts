import type { PacketRow, SessionMark } from '@contract/model'
import { textWidth } from '../text-width'
import { hasRing } from './arrows'
import { crosses, flat, type Box, type Taken } from './boxes'
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
export function drawRings(
  packets: readonly PacketRow[],
  c: Placed & { bare: boolean; lines: readonly { a: Point; b: Point }[] },
): RingShape[] {
  return packets.flatMap((p): RingShape[] => {
    if (!hasRing(p)) return []
    const leg = c.laneX(p)
    const spot = c.scale.spots.get(p.seq)
    if (!leg || !spot) return []
    const value = p.effect === 'delivered' ? c.words.delivered : c.words.duplicate
    const outward = leg.receiver > leg.sender ? 1 : -1
    const width = textWidth(value, c.k)
    const x = leg.receiver + outward * 11 * c.k
    const boxAt = (y: number): Box => flat(outward > 0 ? x : x - width, y, width, 13 * c.k)
    const ring: RingShape = { seq: p.seq, x: leg.receiver, y: spot.y1, kind: p.effect, text: null }
    const ys = c.bare ? [] : [0, -4, 4, -8, 8].map((d) => spot.y1 + d * c.k)
    const free = ys.filter((at) => c.taken.free(boxAt(at)))
    const y = free.find((at) => !c.lines.some((l) => crosses(l.a, l.b, boxAt(at)))) ?? free[0]
    if (y !== undefined) {
      c.taken.add(boxAt(y), () => (ring.text = null))
      ring.text = { value, x, y, anchor: outward > 0 ? 'start' : 'end' }
    }
    return [ring]
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
  const notes: NoteShape[] = []
  for (const p of packets) {
    const value = noteText(p, c.words)
    if (p.fate !== 'delivered' || value === null) continue
    const leg = c.laneX(p)
    const spot = c.scale.spots.get(p.seq)
    if (!leg || !spot) continue
    const right = leg.receiver >= leg.sender
    const width = textWidth(value, c.k)
    const x = leg.receiver + (right ? 11 : -11) * c.k
    const box = flat(right ? x : x - width, spot.y1, width, 13 * c.k)
    if (!right || !c.taken.free(box) || arrows.some((a) => crosses(a.from, a.to, box))) continue
    const note: NoteShape = { seq: p.seq, x, y: spot.y1, value }
    c.taken.add(box, () => notes.splice(notes.indexOf(note), 1))
    notes.push(note)
  }
  return notes
}

/** Where the words of a session event may stand, best first: beside it, or beside it and a little higher or lower. */
const MARK_PLACES = [
  { side: 1, dy: 0 },
  { side: -1, dy: 0 },
  { side: 1, dy: -14 },
  { side: 1, dy: 14 },
  { side: -1, dy: -14 },
  { side: -1, dy: 14 },
  { side: 1, dy: -26 },
  { side: 1, dy: 26 },
  { side: -1, dy: -26 },
  { side: -1, dy: 26 },
] as const

/** Whether words stand in a band, by their middle. */
const inBand = (f: { y0: number; y1: number }, { cy }: Box): boolean => f.y0 <= cy && cy <= f.y1

/** Session events on the client's lane, named beside it where there is room. */
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
      const box = flat(left, y + dy * c.k, width, 13 * c.k)
      // in a band of left out time, away from its event, they would be said of that time
      const elsewhere = dy !== 0 && c.scale.folds.some((f) => inBand(f, box) && !(f.y0 <= y && y <= f.y1))
      return { side, y: y + dy * c.k, left, box, elsewhere }
    })
    const free = places.filter((p) => !p.elsewhere && c.taken.free(p.box))
    const clear = free.filter((p) => !c.lines.some((l) => crosses(l.a, l.b, p.box)))
    const at = clear[0] ?? free[0]
    const shape: MarkShape = { mark, x, y, title: value, text: null }
    if (at) {
      c.taken.add(at.box, () => (shape.text = null))
      const anchor = at.side > 0 ? 'start' : 'end'
      shape.text = { value, x: x + at.side * 10 * c.k, y: at.y, anchor }
    }
    return [shape]
  })
}
