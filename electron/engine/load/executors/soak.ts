import { evenSchedule } from './schedule'
import { basePlan, type Executor } from './types'

/** A constant rate for hours, watched for drift: does the last quarter do as well as the first? */
export const soak: Executor<'soak'> = {
  kind: 'soak',
  describe: (own, all) =>
    `${own.rate} messages a second from each of ${all.publishers} publishers, watched for drift`,
  plan: (own, all) => ({
    ...basePlan(all),
    publishing: { kind: 'open', schedule: evenSchedule(own.rate, all) },
    watchesDrift: true,
  }),
}
