import { evenSchedule } from './schedule'
import { basePlan, type Executor } from './types'

/** Open loop: a slow broker does not slow the sending, and its delay shows in the latency. */
export const constantRate: Executor<'constant-rate'> = {
  kind: 'constant-rate',
  describe: (own, all) => `${own.rate} messages a second from each of ${all.publishers} publishers`,
  plan: (own, all) => ({
    ...basePlan(all),
    publishing: { kind: 'open', schedule: evenSchedule(own.rate, all) },
  }),
}
