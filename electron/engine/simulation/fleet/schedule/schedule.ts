import type { PublishConfig } from '../../../../contract/scenario'
import type { Random } from '../../../base/random'

/** When a device publishes next. */
export interface Schedule {
  /** As in the scenario file. */
  readonly name: PublishConfig['schedule']
  /** @param gapMs mean gap, 1000 / rate */
  nextGapMs(gapMs: number, random: Random): number
}
