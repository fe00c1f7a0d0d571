import type { Topology } from './types'

/** Publisher i to subscriber i, a topic each. */
export const pairs: Topology = {
  kind: 'pairs',
  shared: false,
  topicOf: (p, l) => `${l.prefix}/${p}`,
  filtersOf: (s, l) => [`${l.prefix}/${s}`],
  receiversOf: (p, l) => (p < l.subscribers ? [p] : []),
  receiverOf: (s) => s,
}
