import { layoutSequence, scaleOptions, timedOf } from './layout'
import { buildTimeScale, endMs, type Spot, type TimeScale } from './time-scale'
import type { Scene, SequenceInput, SequenceOptions } from './types'

export interface Column {
  input: SequenceInput
  options: SequenceOptions
}

/** Each arrow has its packet's name on it, or at its cross. */
export const isNamed = (scene: Scene): boolean =>
  scene.arrows.every((a) => !a.label.crowded || (a.endText?.value.includes(a.label.name) ?? false))

type Timed = ReturnType<typeof timedOf>

/** One column's part of the common scale: its own packets, session events and instants, and what its bands stand for. */
function partOf(all: TimeScale, own: Timed, offset: number, firstMark: number, nowMs: number): TimeScale {
  const spots = new Map<number, Spot>()
  for (const { seq } of own.packets) {
    const spot = all.spots.get(seq + offset)
    if (spot) spots.set(seq, spot)
  }
  const times = new Set([
    ...own.packets.flatMap((p) => [p.sentMs, endMs(p, nowMs)]),
    ...own.marks.map((m) => m.atMs),
  ])
  const busy = (t0: number, t1: number): boolean =>
    own.packets.some((p) => p.sentMs < t1 && endMs(p, nowMs) > t0)
  return {
    ...all,
    spots,
    marks: all.marks.slice(firstMark, firstMark + own.marks.length),
    instants: all.instants.filter((i) => times.has(i.t)),
    folds: all.folds.map((f) => ({ ...f, idle: !busy(f.t0, f.t1) })),
  }
}

/**
 * Draws several runs side by side on one clock: what happens at the same time stands at the same height in all of them.
 * Pure; all columns have the type size and the pixels a ms of the first.
 */
export function layoutTogether(columns: readonly Column[]): { scenes: Scene[]; scale: TimeScale } | null {
  const first = columns[0]
  if (!first) return null
  const timed = columns.map((c) => timedOf(c.input, c.options))
  const step = 1 + Math.max(0, ...timed.flatMap((t) => t.packets.map((p) => p.seq)))
  const packets = timed.flatMap((t, i) =>
    t.packets.map((p) => ({
      ...p,
      seq: p.seq + i * step,
      clientId: `${i} ${p.clientId}`,
      side: `${i} ${p.side}`,
    })),
  )
  const marks = timed.flatMap((t, i) =>
    t.marks.map((m) => ({ ...m, clientId: `${i} ${m.clientId}`, after: m.after + i * step })),
  )
  const options = scaleOptions(first.options)
  const scale = buildTimeScale(packets, marks, options)
  let firstMark = 0
  const scenes = columns.map((c, i) => {
    const own = timed[i] ?? { packets: [], marks: [] }
    const part = partOf(scale, own, i * step, firstMark, options.nowMs)
    firstMark += own.marks.length
    return layoutSequence(c.input, { ...c.options, column: true, scale: part })
  })
  return { scenes, scale }
}
