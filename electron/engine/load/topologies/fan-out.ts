import type { Topology } from './types'

/** Every publisher to every subscriber. */
export const fanOut: Topology = {
  kind: 'fan-out',
  shared: false,
  topicOf: (p, l) => `${l.prefix}/${p}`,
  filtersOf: (_s, l) => [`${l.prefix}/+`],
  receiversOf: (_p, l) => Array.from({ length: l.subscribers }, (_, s) => s),
  receiverOf: (s) => s,
}
