import type { LoadConfig, Population } from '../../../contract/load-config'
import { DEFAULT_TOPIC, namesEachTopic } from '../../../contract/load-payload'
import { topologyKind, type TopologyKind } from '../../../contract/load-fields'
import { publishProperties } from '../wire/frames'
import type { IdentityPlace } from '../wire/short-identity'
import { nameClient, namedTopics } from './names'
import { indicesOf } from './slice'

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

/** Publisher i to subscriber i, a topic each. */
const pairs: Topology = {
  kind: 'pairs',
  shared: false,
  topicOf: (p, l) => `${l.prefix}/${p}`,
  filtersOf: (s, l) => [`${l.prefix}/${s}`],
  receiversOf: (p, l) => (p < l.subscribers ? [p] : []),
  receiverOf: (s) => s,
}

/** Many publishers to few subscribers: publisher i to subscriber i mod S, which has one wildcard filter. */
const fanIn: Topology = {
  kind: 'fan-in',
  shared: false,
  topicOf: (p, l) => `${l.prefix}/${l.subscribers > 0 ? p % l.subscribers : 0}/${p}`,
  filtersOf: (s, l) => [`${l.prefix}/${s}/+`],
  receiversOf: (p, l) => (l.subscribers > 0 ? [p % l.subscribers] : []),
  receiverOf: (s) => s,
}

/** Every publisher to every subscriber. */
const fanOut: Topology = {
  kind: 'fan-out',
  shared: false,
  topicOf: (p, l) => `${l.prefix}/${p}`,
  filtersOf: (_s, l) => [`${l.prefix}/+`],
  receiversOf: (_p, l) => Array.from({ length: l.subscribers }, (_, s) => s),
  receiverOf: (s) => s,
}

/** Each message to one member of a group (MQTT 5.0 section 4.8.2; many 3.1.1 brokers know it too). */
const sharedSubscription: Topology = {
  kind: 'shared-subscription',
  shared: true,
  topicOf: (p, l) => `${l.prefix}/${p}`,
  filtersOf: (_s, l) => [`$share/${l.prefix.replaceAll('/', '-')}/${l.prefix}/+`],
  receiversOf: (_p, l) => (l.subscribers > 0 ? [0] : []),
  receiverOf: () => 0,
}

/** All topologies. A new one: a name in the schema, an object above, a line here. */
export const TOPOLOGY: Readonly<Record<TopologyKind, Topology>> = {
  pairs,
  'fan-in': fanIn,
  'fan-out': fanOut,
  'shared-subscription': sharedSubscription,
}

export const topologyOf = (config: LoadConfig): Topology => TOPOLOGY[topologyKind(config)]

/** What all messages of a run have besides topic and payload. */
export const publishOptions = (c: LoadConfig): { retain: boolean; properties: Buffer } => ({
  retain: c.retain,
  properties: publishProperties(
    (c.userProperties ?? []).map((p) => [p.slice(0, p.indexOf('=')), p.slice(p.indexOf('=') + 1)]),
    c.messageExpiry === undefined ? undefined : Math.ceil(c.messageExpiry / 1000),
  ),
})

/** First levels of the topics that are the run's own and not those of its messages. */
export const besideTopics = ({ topic }: Pick<LoadConfig, 'topic'>): string =>
  namesEachTopic(topic) ? DEFAULT_TOPIC : topic

/** Where the responses to a publisher's requests go. The tag keeps populations apart whose other topics are templates. */
export const responseTopic = (
  config: Pick<LoadConfig, 'topic'>,
  publisher: number,
  { runId, tag }: Pick<Place, 'runId' | 'tag'>,
): string => `${besideTopics(config)}/${runId}-response/${tag.toString(36)}/${publisher}`

/** To how many receivers a message of a publisher that has any goes. */
export const copiesOf = (config: LoadConfig): number =>
  topologyKind(config) === 'fan-out' ? config.subscribers : Math.min(1, config.subscribers)

/** A name for a client that has none from a template. */
export const usualName = (runId: string, role: 'publishers' | 'subscribers', place: number): string =>
  `fl-${runId}-${role === 'publishers' ? 'p' : 's'}${place}`

/** A whole topic name's template as a filter that takes the names of all publishers. */
const anyName = (template: string): string =>
  template
    .split('/')
    .map((level) => (namesEachTopic(level) ? '+' : level.replaceAll('%%', '%')))
    .join('/')

/** Two filters without # that can take the same name, as one that takes the names of both; null for others. */
function joined(one: string, other: string): string | null {
  const [a, b] = [one.split('/'), other.split('/')]
  const common = a.map((level, i) => (level === b[i] ? level : '+'))
  const overlap = a.length === b.length && a.every((l, i) => l === b[i] || l === '+' || b[i] === '+')
  return overlap ? common.join('/') : null
}

/** The filters with those joined that overlap: a broker may deliver what two of them take twice. */
function withoutOverlap(filters: readonly string[]): string[] {
  const apart: string[] = []
  for (const filter of filters) {
    let one = filter
    for (let i = 0; i < apart.length; i++) {
      const both = joined(apart[i] as string, one)
      if (both === null) continue
      apart.splice(i, 1)
      one = both
      i = -1
    }
    apart.push(one)
  }
  return apart
}

/** Filters where the whole topic names follow from templates. */
function ownFilters({ config, before }: Population, subscriber: number, { runId, tag }: Place): string[] {
  const { topic, topics, publishers, subscribers } = config
  const templates = topics?.map((t) => `${topic}/${t}`) ?? [topic]
  const kind = topologyKind(config)
  if (kind === 'pairs' || (kind === 'fan-in' && subscribers > 1)) {
    const its = indicesOf(publishers, { index: subscriber, count: subscribers })
    return its.flatMap((publisher) => {
      const number = before.publishers + publisher
      return namedTopics(
        templates,
        number,
        nameClient(config, number, usualName(runId, 'publishers', number)),
      )
    })
  }
  const group = kind === 'shared-subscription' ? `$share/${runId}-${tag.toString(36)}/` : ''
  return withoutOverlap(templates.map(anyName)).map((filter) => group + filter)
}

/** Whose messages a filter is for, and where they carry their identity. */
interface Place {
  runId: string
  tag: number
  place: IdentityPlace
}

/** What a subscriber of a population subscribes to. */
export function filtersOf(population: Population, subscriber: number, o: Place): string[] {
  const { config } = population
  if (namesEachTopic(config.topic)) return ownFilters(population, subscriber, o)
  const below = config.topics !== undefined ? '/#' : o.place === 'topic' ? '/+' : ''
  return topologyOf(config)
    .filtersOf(subscriber, layoutOf(config, o.runId))
    .map((filter) => filter + below)
}

export const layoutOf = (config: LoadConfig, runId: string): Layout => ({
  publishers: config.publishers,
  subscribers: config.subscribers,
  prefix: `${config.topic}/${runId}`,
})
