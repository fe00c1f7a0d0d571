import type { HiddenPacket, LessonClient } from '@contract/lesson-run'
import type { PacketBatch } from '@contract/model'
import { flat, overlaps } from '../../canvas/sequence/boxes'
import { takenIn } from '../../canvas/sequence/taken-in'
import type { Lane, NoteShape, Scene, SequenceInput } from '../../canvas/sequence/types'
import { textWidth } from '../../canvas/text-width'

/** A recorded run with time counted from its first packet. Marks before it (the devices' CONNECT) are left out. */
export function fromFirstPacket(batch: PacketBatch): SequenceInput {
  const origin = batch.packets.reduce((t, p) => Math.min(t, p.sentMs), Infinity)
  /** A CONNECT that is drawn as an arrow needs no mark. */
  const drawn = new Set(
    batch.packets.filter((p) => p.type === 'CONNECT').map((p) => `${p.clientId} ${p.sentMs}`),
  )
  const zero = Number.isFinite(origin) ? origin : 0
  return {
    packets: batch.packets.map((p) => ({
      ...p,
      sentMs: p.sentMs - zero,
      settledMs: p.settledMs === null ? null : p.settledMs - zero,
    })),
    exchanges: batch.exchanges.map((e) => ({
      ...e,
      startedMs: e.startedMs - zero,
      endedMs: e.endedMs === null ? null : e.endedMs - zero,
    })),
    journeys: batch.journeys.map((j) => ({ ...j, startedMs: j.startedMs - zero })),
    marks: batch.marks
      .filter((m) => m.atMs >= zero && !(m.kind === 'connect' && drawn.has(`${m.clientId} ${m.atMs}`)))
      .map((m) => ({ ...m, atMs: m.atMs - zero })),
  }
}

/** Packets that are not drawn, in the picture's time. */
export function fromStart(o: { timeline: PacketBatch; hidden?: readonly HiddenPacket[] }): HiddenPacket[] {
  const zero = o.timeline.packets.reduce((t, p) => Math.min(t, p.sentMs), Infinity)
  return (o.hidden ?? []).map((p) => ({
    ...p,
    sentMs: p.sentMs - zero,
    settledMs: p.settledMs - zero,
  }))
}

/** A lane for each device of the run, whether it got packets or not: publishers left, the others right, also those that only answer. */
export function lanesOf(clients: readonly LessonClient[]): Lane[] {
  const lane = (c: LessonClient, side: Lane['side']): Lane => ({
    clientId: c.clientId,
    side,
    publishes: c.publishes,
    subscribes: c.subscribes,
  })
  const left = clients.filter((c) => (c.publishes && !c.answers) || !c.subscribes)
  const right = clients.filter((c) => !left.includes(c))
  return [
    ...left.map((c) => lane(c, 'left')),
    { clientId: null, side: 'broker', publishes: false, subscribes: false },
    ...right.map((c) => lane(c, 'right')),
  ]
}

/** Where a remark on an arrow may stand from its beginning, best first: above it, then below, each also further along. */
const REMARK_PLACES = [-6, 14, -18, 28, 40, -30].flatMap((dy) =>
  [44, 12, 96, 130, 170, 210].map((dx) => ({ dx, dy })),
)

/**
 * A remark at each packet of which a segment was lost, where it covers nothing that is to be read. That TCP sent it again is certain only of one that arrived: of one
 * that was given up or is still on its way, the last loss was not made good.
 */
export function segmentNotes(
  input: SequenceInput,
  scene: Scene,
  k: number,
  text: (losses: number, arrived: boolean) => string,
): NoteShape[] {
  const packets = new Map(input.packets.map((p) => [p.seq, p]))
  const taken = takenIn(scene, k)
  for (const b of scene.badges) taken.push(flat(b.x - 10 * k, b.y, 20 * k, 18 * k))
  return scene.arrows.flatMap((a) => {
    const p = packets.get(a.seq)
    if (!p || p.segmentLosses === 0) return []
    const value = text(p.segmentLosses, p.fate === 'delivered')
    const left = Math.min(a.from.x, a.to.x)
    const places = REMARK_PLACES.map(({ dx, dy }) => {
      const [x, y] = [left + dx * k, a.from.y + dy * k]
      return { x, y, box: flat(x, y, textWidth(value, k), 13 * k) }
    })
    const covered = places.map(({ box }) => taken.filter((b) => overlaps(b, box)).length)
    const { x, y, box } = places[covered.indexOf(Math.min(...covered))] as (typeof places)[number]
    taken.push(box)
    return [{ seq: a.seq, x, y, value }]
  })
}
