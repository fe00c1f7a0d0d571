import { formatDuration } from '../../../contract/duration'
import { evenSchedule } from './schedule'
import { basePlan, type Executor } from './types'

/** What happens when an access point restarts: many connections are cut at once and all come back together. */
export const reconnectStorm: Executor<'reconnect-storm'> = {
  kind: 'reconnect-storm',
  describe: (own) =>
    `${own.rate} messages a second of each publisher; ${own.share * 100} % of the connections cut every ${formatDuration(own.every)}`,
  plan: (own, all) => ({
    ...basePlan(all),
    publishing: { kind: 'open', schedule: evenSchedule(own.rate, all) },
    cuts: { everyMs: own.every, share: own.share },
    toleratesRefusals: true,
  }),
}
