import type { LinkConfig } from '../../../contract/link-config'
import { PACKET_TYPES, type Direction } from '../../../contract/packet'
import { EPSILON_MS } from '../clock/clock'
import { travelMs, type Medium, type Parts } from './medium'

/** A connection that loses nothing by itself; all that can be lost is the connection. The loss models are not asked. */
export function createCutMedium(parts: Parts): Medium {
  return {
    decide(packet) {
      const afterMs = travelMs(packet, parts)
      return packet.condemned ? { fate: 'cut' } : { fate: 'deliver', afterMs, segmentLosses: 0 }
    },
  }
}

/** Plans without rules, which count nothing: one for all links of a configuration. */
const shared = new WeakMap<LinkConfig['cut'], CutPlan>()

export function cutPlanOf(config: LinkConfig['cut']): CutPlan {
  if (config.rules.length > 0) return new CutPlan(config)
  const plan = shared.get(config) ?? new CutPlan(config)
  shared.set(config, plan)
  return plan
}

/** When to cut, by packet and by time. Counts packets from when it was configured, over all connections. */
export class CutPlan {
  private readonly watched: { direction: Direction; type: number; when: 'before' | 'after'; left: number }[]
  private readonly atMs: number[]

  constructor(private readonly config: LinkConfig['cut']) {
    this.watched = config.rules.map((r) => ({
      direction: r.direction,
      type: PACKET_TYPES.indexOf(r.type),
      when: r.when,
      left: r.nth,
    }))
    this.atMs = [...config.at].sort((x, y) => x - y)
  }

  /** Whether this packet is the one: `before` takes it along, `after` lets it arrive first. */
  onPacket(direction: Direction, type: number): 'before' | 'after' | null {
    let found: 'before' | 'after' | null = null
    for (const w of this.watched) {
      if (w.type !== type || w.direction !== direction || w.left === 0) continue
      if (--w.left === 0 && found !== 'before') found = w.when
    }
    return found
  }

  /**
   * Ms until the next cut by time of a connection that was opened at `openedMs`; undefined when none will come.
   * Times are steady ms.
   */
  nextMs(openedMs: number, nowMs: number): number | undefined {
    const at = this.atMs.find((t) => t > nowMs + EPSILON_MS)
    const every = this.config.every === undefined ? undefined : openedMs + this.config.every
    const next = Math.min(at ?? Infinity, every ?? Infinity)
    return next === Infinity ? undefined : Math.max(0, next - nowMs)
  }
}
