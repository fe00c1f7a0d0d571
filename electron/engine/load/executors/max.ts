import { basePlan, type Executor } from './types'

/** Closed loop: as fast as the broker acknowledges (QoS 1, 2) or the connection takes bytes (QoS 0). */
export const max: Executor<'max'> = {
  kind: 'max',
  describe: (_own, all) =>
    all.qos === 0
      ? 'as fast as the connections take bytes'
      : `as fast as possible, ${all.window} unacknowledged ${all.window === 1 ? 'message' : 'messages'} a publisher`,
  plan: (_own, all) => ({
    ...basePlan(all),
    publishing: { kind: 'closed', total: all.messages ?? Infinity },
  }),
}
