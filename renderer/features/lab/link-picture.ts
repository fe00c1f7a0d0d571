import type { DirectionConfig, LinkConfig } from '@contract/link-config'

/** One packet of the picture: what the link would do to it. */
export interface PictureTick {
  /** lost: gone. late: a TCP segment was lost and sent again. cut: the connection ends here. */
  fate: 'kept' | 'lost' | 'late' | 'cut'
  /** Delay as a share of the longest in the picture, 0 to 1. */
  delay: number
}

/** Repeatable chances, so that the picture stands still while nothing changes. */
function chances(seed: number): () => number {
  let s = seed
  return () => (s = (s * 48_271) % 2_147_483_647) / 2_147_483_647
}

/** Whether each of `n` packets in a row is lost, as an example of the model. */
function exampleLosses(d: Pick<DirectionConfig, 'loss'>, n: number, seed: number): boolean[] {
  const next = chances(seed)
  const { loss } = d
  let bad = false
  return Array.from({ length: n }, (_, i) => {
    switch (loss.model) {
      case 'none':
        return false
      case 'independent':
        return next() < loss.p
      case 'gilbert-elliott':
        bad = bad ? next() >= loss.badToGood : next() < loss.goodToBad
        return next() < (bad ? loss.lossBad : loss.lossGood)
      case 'rule':
        return loss.rules.some(
          (r) =>
            (r.next !== undefined && i < r.next) ||
            (r.every !== undefined && (i + 1) % r.every === 0) ||
            (r.nth?.includes(i + 1) ?? false),
        )
      case 'schedule':
        return next() < (loss.steps[Math.floor((i / n) * loss.steps.length)]?.p ?? 0)
    }
  })
}

/** @param place of the packet among all, from 0 to 1 */
function exampleDelayMs(d: Pick<DirectionConfig, 'delay'>, next: () => number, place: number): number {
  const { delay } = d
  switch (delay.model) {
    case 'constant':
      return delay.ms
    case 'uniform':
      return delay.minMs + (delay.maxMs - delay.minMs) * next()
    case 'normal': {
      const spread = next() + next() + next() + next() - 2
      return Math.max(0, delay.meanMs + spread * 1.73 * delay.deviationMs)
    }
    case 'schedule':
      return delay.steps[Math.floor(place * delay.steps.length)]?.ms ?? 0
  }
}

/** A small example of what one direction of a link does to packets sent at even gaps. */
export function linkPicture(link: LinkConfig, direction: 'uplink' | 'downlink', n = 44): PictureTick[] {
  const d = link[direction]
  const seed = direction === 'uplink' ? 7 : 11
  const next = chances(seed * 131)
  const losses = exampleLosses(d, n, seed)
  const tcp = link.kind === 'tcp'
  const ms = losses.map((lost, i) => exampleDelayMs(d, next, i / n) + (lost && tcp ? link.tcp.rto : 0))
  const longest = Math.max(1, ...ms)
  return losses.map((lost, i): PictureTick => {
    const delay = (ms[i] ?? 0) / longest
    if (link.kind === 'cut') {
      const cut = link.cut.every !== undefined || link.cut.at.length > 0 || link.cut.rules.length > 0
      return { fate: cut && i % 22 === 14 ? 'cut' : lost ? 'lost' : 'kept', delay }
    }
    return { fate: lost ? (tcp ? 'late' : 'lost') : 'kept', delay }
  })
}
