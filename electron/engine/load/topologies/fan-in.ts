import type { Topology } from './types'

/** Many publishers to few subscribers: publisher i to subscriber i mod S, which has one wildcard filter. */
export const fanIn: Topology = {
  kind: 'fan-in',
  shared: false,
  topicOf: (p, l) => `${l.prefix}/${l.subscribers > 0 ? p % l.subscribers : 0}/${p}`,
  filtersOf: (s, l) => [`${l.prefix}/${s}/+`],
  receiversOf: (p, l) => (l.subscribers > 0 ? [p % l.subscribers] : []),
  receiverOf: (s) => s,
}
