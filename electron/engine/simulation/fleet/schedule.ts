import type { PublishConfig } from '../../../contract/scenario'
import type { Random } from '../../base/random'

/** When a device publishes next. */
export interface Schedule {
  /** As in the scenario file. */
  readonly name: PublishConfig['schedule']
  /** @param gapMs mean gap, 1000 / rate */
  nextGapMs(gapMs: number, random: Random): number
}

/** Even gaps. */
const fixed: Schedule = { name: 'fixed', nextGapMs: (gapMs) => gapMs }

/** Even gaps, each between half and one and a half times the mean. */
const jittered: Schedule = { name: 'jittered', nextGapMs: (gapMs, random) => gapMs * (0.5 + random()) }

/** Exponential gaps: a Poisson process of the given rate. */
const poisson: Schedule = {
  name: 'poisson',
  nextGapMs: (gapMs, random) => -gapMs * Math.log(1 - random()),
}

const SCHEDULES = { fixed, jittered, poisson } satisfies Record<PublishConfig['schedule'], Schedule>

export const scheduleOf = (name: PublishConfig['schedule']): Schedule => SCHEDULES[name]
