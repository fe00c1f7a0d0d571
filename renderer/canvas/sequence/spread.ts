import type { TimeScale } from './time-scale'

/** What stands at the height `at`, and all that is below it, moves down by `px`. */
export interface Room {
  at: number
  px: number
}

/**
 * The same time scale with more room at some heights. It stays monotone, and what stood at one height stays at one height,
 * so that no arrow comes before what caused it. Pure.
 */
export function spread(scale: TimeScale, rooms: readonly Room[]): TimeScale {
  const sorted = [...rooms].sort((a, b) => a.at - b.at)
  const down = (y: number): number => sorted.reduce((to, r) => (r.at <= y ? to + r.px : to), y)
  /** The inverse; what lies within a room is at its height. */
  const up = (y: number): number => {
    let back = y
    let sum = 0
    for (const r of sorted) {
      if (y < r.at + sum) break
      sum += r.px
      back = y < r.at + sum ? r.at : y - sum
    }
    return back
  }
  const span = <T extends { y0: number; y1: number }>(s: T): T => ({ ...s, y0: down(s.y0), y1: down(s.y1) })
  return {
    spots: new Map([...scale.spots].map(([seq, s]) => [seq, span(s)])),
    marks: scale.marks.map(down),
    folds: scale.folds.map(span),
    stretches: scale.stretches.map(span),
    instants: scale.instants.map(span),
    height: down(scale.height),
    y: (t) => down(scale.y(t)),
    time: (y) => scale.time(up(y)),
  }
}
