/** One of `count` equal parts. */
export interface Part {
  index: number
  count: number
}

/**
 * The numbers below `total` that belong to a part: every count-th, so that parts differ by one at most and messages
 * numbered round the publishers are spread evenly over time in each part.
 */
export function indicesOf(total: number, part: Part): number[] {
  const out: number[] = []
  for (let i = part.index; i < total; i += part.count) out.push(i)
  return out
}

/** A part of a part: worker w of shard s. */
export const within = (outer: Part, inner: Part): Part => ({
  index: outer.index + inner.index * outer.count,
  count: outer.count * inner.count,
})

/** How many of `total` things dealt out in turn to `holders` go to holder `index`. */
export const dealt = (total: number, holders: number, index: number): number =>
  total === Infinity ? Infinity : Math.max(0, Math.ceil((total - index) / holders))
