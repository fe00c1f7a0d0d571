import type { LoadConfig } from '../../../contract/load-config'
import type { LoadProgress } from '../../../contract/load-report'
import { count } from '../../../contract/counted'
import { indicesOf, type Part } from '../run/slice'
import { topologyOf } from '../run/topologies'

/**
 * What the loss of a shard means for each figure, one line each.
 * @param last what it told last; null when it had told nothing
 */
export function lossMeans(config: LoadConfig, shard: Part, last: LoadProgress | null): string[] {
  const own = (total: number): number => indicesOf(total, shard).length
  const [publishers, subscribers] = [own(config.publishers), own(config.subscribers)]
  const told =
    last === null || last.offered + last.received === 0
      ? ''
      : `; until then it had offered ${count(last.offered)}, acknowledged ${count(last.acknowledged)} and received ${count(last.received)}, which its report would have accounted for`
  return [
    `clients: without ${count(publishers)} of ${count(config.publishers)} publishers and ${count(subscribers)} of ${count(config.subscribers)} subscribers${told}`,
    'offered, acknowledged, failed, received, rates, bytes: lower bounds',
    'latencies to connect and to acknowledgement: of the other clients alone',
    ...(config.subscribers === 0 ? [] : arrivalLines(config)),
    'thresholds: cannot pass, the run is not complete',
  ]
}

function arrivalLines(config: LoadConfig): string[] {
  if (topologyOf(config).shared)
    return ['lost, end to end: not known, its members may have received what the others miss']
  return [
    'lost: of messages between the other clients; exact for those',
    'duplicated, out of order, end to end: of what the other subscribers received',
  ]
}
