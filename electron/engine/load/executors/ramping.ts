import { formatDuration } from '../../../contract/duration'
import { rampSchedule } from './schedule'
import { basePlan, type Executor } from './types'

/** Open loop with a rate that rises and falls in straight lines, to find the load at which a broker gives way. */
export const ramping: Executor<'ramping'> = {
  kind: 'ramping',
  describe: (own) =>
    `from ${own.startRate} messages a second of each publisher ${own.stages
      .map((s) => `to ${s.rate} over ${formatDuration(s.over)}`)
      .join(', ')}`,
  plan: (own, all) => ({
    ...basePlan(all),
    durationMs: own.stages.reduce((sum, s) => sum + s.over, 0),
    publishing: { kind: 'open', schedule: rampSchedule(own.startRate, own.stages, all) },
  }),
}
