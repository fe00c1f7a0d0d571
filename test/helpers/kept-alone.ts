import type { Holders } from '../../electron/engine/simulation/broker/kept'
import type { SubscribeRequest } from '../../electron/engine/simulation/broker/wire/subscribe'

/** One client that has all for itself. */
export const ALONE: Holders = { sessions: () => 1, connected: () => 1, connections: () => 1 }

/** A plain subscription at QoS 1. */
export const request = (filter: string): SubscribeRequest => ({
  filter,
  tooDeep: false,
  share: null,
  match: filter,
  qos: 1,
  noLocal: false,
  retainAsPublished: false,
  retainHandling: 0,
  identifier: null,
})
