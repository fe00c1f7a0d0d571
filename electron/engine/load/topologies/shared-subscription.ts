import type { Topology } from './types'

/** Each message to one member of a group (MQTT 5.0 section 4.8.2; many 3.1.1 brokers know it too). */
export const sharedSubscription: Topology = {
  kind: 'shared-subscription',
  shared: true,
  topicOf: (p, l) => `${l.prefix}/${p}`,
  filtersOf: (_s, l) => [`$share/${l.prefix.replaceAll('/', '-')}/${l.prefix}/+`],
  receiversOf: (_p, l) => (l.subscribers > 0 ? [0] : []),
  receiverOf: () => 0,
}
