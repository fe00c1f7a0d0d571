import type { LoadConfig, TopologyKind } from '../../../contract/load-config'
import { fanIn } from './fan-in'
import { fanOut } from './fan-out'
import { pairs } from './pairs'
import { sharedSubscription } from './shared-subscription'
import { topologyKind, type Layout, type Topology } from './types'

/** All topologies. A new one: a name in the schema, a file, a line here. */
export const TOPOLOGY: Readonly<Record<TopologyKind, Topology>> = {
  pairs,
  'fan-in': fanIn,
  'fan-out': fanOut,
  'shared-subscription': sharedSubscription,
}

export const topologyOf = (config: LoadConfig): Topology => TOPOLOGY[topologyKind(config)]

export const layoutOf = (config: LoadConfig, runId: string): Layout => ({
  publishers: config.publishers,
  subscribers: config.subscribers,
  prefix: `${config.topic}/${runId}`,
})
