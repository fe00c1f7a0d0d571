import type { RatePoint } from '@contract/model'
import type { TimeRange } from '@contract/time-range'
import { HANDSHAKE_TYPES, type PacketType } from '@contract/packet'

export type RateView = 'group' | 'qos' | 'type'

export interface RateSeries {
  id: string
  /** Text as it is, e.g. PUBLISH; null where the page names it. */
  name: string | null
  glyph: PacketType | 'lost' | null
  /** Custom property of its colour. */
  color: string
  dash: readonly number[]
  values: (number | null)[]
}

/** Seconds shown. */
export const RATE_SECONDS = 60

/** Second by second up to `nowMs`; null where the run did not tell. */
export function secondsOf(
  points: readonly RatePoint[],
  nowMs: number,
  seconds = RATE_SECONDS,
): (RatePoint | null)[] {
  const last = Math.floor(nowMs / 1000)
  const slots = new Array<RatePoint | null>(seconds + 1).fill(null)
  for (const p of points) {
    const at = seconds - (last - Math.round(p.atMs / 1000))
    if (at >= 0 && at <= seconds) slots[at] = p
  }
  return slots
}

/** The whole seconds between two slots of the charts, both included, as clock time; `endMs` is the last slot's. */
export function brushRange(from: number, to: number, endMs: number): TimeRange {
  const last = Math.floor(endMs / 1000)
  const second = (slot: number): number => Math.max(0, last - RATE_SECONDS + Math.round(slot))
  return { fromMs: second(Math.min(from, to)) * 1000, toMs: (second(Math.max(from, to)) + 1) * 1000 }
}

/** Slots between which a stretch of time is drawn, half a slot beyond its seconds; null when it has left the charts. */
export function slotsOf(range: TimeRange, endMs: number): { from: number; to: number } | null {
  const slot = (ms: number): number => ms / 1000 - Math.floor(endMs / 1000) + RATE_SECONDS - 0.5
  const from = Math.max(0, slot(range.fromMs))
  const to = Math.min(RATE_SECONDS, slot(range.toMs))
  return to > from ? { from, to } : null
}

const MAX_GROUPS = 8

/** The small multiples of one view. Groups: the busiest few. */
export function rateSeries(view: RateView, slots: readonly (RatePoint | null)[]): RateSeries[] {
  const of = (pick: (p: RatePoint) => number): (number | null)[] => slots.map((p) => (p ? pick(p) : null))
  switch (view) {
    case 'type':
      return [
        ...HANDSHAKE_TYPES.map((t): RateSeries => ({
          id: t,
          name: t,
          glyph: t,
          color: `--color-packet-${t.toLowerCase()}`,
          dash: [],
          values: of((p) => p.byType[t] ?? 0),
        })),
        { id: 'lost', name: null, glyph: 'lost', color: '--color-loss', dash: [], values: of((p) => p.lost) },
      ]
    case 'qos':
      return ([0, 1, 2] as const).map((q) => ({
        id: `qos-${q}`,
        name: `QoS ${q}`,
        glyph: (['PUBLISH', 'PUBACK', 'PUBREL'] as const)[q],
        color: `--color-qos-${q}`,
        dash: [],
        values: of((p) => p.byQos[q]),
      }))
    case 'group': {
      const sums = new Map<string, number>()
      for (const p of slots)
        for (const [g, n] of Object.entries(p?.byGroup ?? {})) sums.set(g, (sums.get(g) ?? 0) + n)
      const busiest = [...sums].sort((a, b) => b[1] - a[1]).slice(0, MAX_GROUPS)
      return busiest.map(([name]) => ({
        id: name,
        name,
        glyph: null,
        color: '--color-ink-2',
        dash: [],
        values: of((p) => p.byGroup[name] ?? 0),
      }))
    }
  }
}

/** The next round number above a maximum, so that the scale does not jump with every point. */
export function niceMax(values: readonly (number | null)[]): number {
  const max = Math.max(1, ...values.map((v) => v ?? 0)) * 1.1
  const power = 10 ** Math.floor(Math.log10(max))
  const unit = max / power
  return (
    (unit <= 1.2
      ? 1.2
      : unit <= 1.5
        ? 1.5
        : unit <= 2
          ? 2
          : unit <= 3
            ? 3
            : unit <= 5
              ? 5
              : unit <= 8
                ? 8
                : 10) * power
  )
}
