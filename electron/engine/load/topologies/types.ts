import type { LoadConfig, TopologyKind } from '../../../contract/load-config'

/** Sizes and names a topology is made from. */
export interface Layout {
  publishers: number
  subscribers: number
  /** First levels of every topic name: the configured ones and the run. */
  prefix: string
}

/** Who publishes where and who receives it. Indices are global: the same on every worker and machine. */
export interface Topology {
  readonly kind: TopologyKind
  topicOf(publisher: number, l: Layout): string
  filtersOf(subscriber: number, l: Layout): string[]
  /** Receivers of a publisher's messages. In a shared subscription the group is the one receiver, 0. */
  receiversOf(publisher: number, l: Layout): number[]
  /** Under which receiver a subscriber's messages are accounted. */
  receiverOf(subscriber: number): number
  /** Several subscribers are one receiver. */
  readonly shared: boolean
}

/** The topology a configuration means. */
export function topologyKind(c: Pick<LoadConfig, 'topology' | 'publishers' | 'subscribers'>): TopologyKind {
  if (c.topology !== 'auto') return c.topology
  if (c.subscribers === c.publishers) return 'pairs'
  return c.subscribers < c.publishers ? 'fan-in' : 'fan-out'
}
