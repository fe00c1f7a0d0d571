import type { Schedule } from './schedule'

/** Exponential gaps: a Poisson process of the given rate. */
export const poisson: Schedule = {
  name: 'poisson',
  nextGapMs: (gapMs, random) => -gapMs * Math.log(1 - random()),
}
