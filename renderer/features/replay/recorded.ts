import type { HiddenPacket, LessonClient } from '@contract/lesson-run'
import type { PacketBatch } from '@contract/model'
import type { Lane, NoteShape, Scene, SequenceInput } from '../../canvas/sequence/types'

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

/**
 * A remark above each packet of which a segment was lost. That TCP sent it again is certain only of one that arrived: of one
 * that was given up or is still on its way, the last loss was not made good.
 */
export function segmentNotes(
  input: SequenceInput,
  scene: Scene,
  k: number,
  text: (losses: number, arrived: boolean) => string,
): NoteShape[] {
  const packets = new Map(input.packets.map((p) => [p.seq, p]))
  return scene.arrows.flatMap((a) => {
    const p = packets.get(a.seq)
    if (!p || p.segmentLosses === 0) return []
    const left = Math.min(a.from.x, a.to.x)
    return [
      {
        seq: a.seq,
        x: left + 44 * k,
        y: a.from.y - 6 * k,
        value: text(p.segmentLosses, p.fate === 'delivered'),
      },
    ]
  })
}
