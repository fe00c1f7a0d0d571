import { basePlan, type Executor } from './types'

/** Nothing but connections: how fast the broker takes them, and whether it holds them. */
export const connectionStorm: Executor<'connection-storm'> = {
  kind: 'connection-storm',
  describe: (own, all) =>
    `${all.publishers + all.subscribers} connections${own.connectRate === 'max' ? ' at once' : `, ${own.connectRate} a second`}`,
  plan: (own, all) => ({
    ...basePlan(all),
    durationMs: all.duration ?? 0,
    connectRate: own.connectRate === 'max' ? basePlan(all).connectRate : own.connectRate,
    toleratesRefusals: true,
  }),
}
