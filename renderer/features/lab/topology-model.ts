import { publicationsOf, subscriptionsOf } from '@contract/answers'
import type { DeviceRow, GroupStats } from '@contract/model'
import type { QoS } from '@contract/packet'
import type { GroupConfig, Scenario } from '@contract/scenario'
import { collapsedGroups, type TopologyGroup } from '../../canvas/topology/layout'

/** Client identifiers of a group, as the fleet makes them. */
export const deviceIds = (g: Pick<GroupConfig, 'id' | 'name' | 'count'>): string[] =>
  Array.from({ length: g.count }, (_, i) =>
    g.id.replace(/\{(n|group)\}/g, (_all, word: string) => (word === 'n' ? String(i + 1) : g.name)),
  )

/** Highest QoS a group publishes or subscribes with. */
export const groupQos = (g: Pick<GroupConfig, 'publishes' | 'subscribes' | 'answers'>): QoS =>
  Math.max(0, ...[...publicationsOf(g), ...subscriptionsOf(g)].map((p) => p.qos)) as QoS

export function groupRole(
  g: Pick<GroupConfig, 'publishes' | 'subscribes' | 'answers'>,
): TopologyGroup['role'] {
  if (subscriptionsOf(g).length === 0) return 'publisher'
  return publicationsOf(g).length === 0 ? 'subscriber' : 'both'
}

const MAX_LABEL = 28
/** A label stays a label, however long the name. */
const short = (text: string): string => (text.length > MAX_LABEL ? `${text.slice(0, MAX_LABEL - 1)}…` : text)

/** Words of the labels, so that the model knows no language. */
export interface TopologyWords {
  publisher(count: number, qos: QoS, rate: number): string
  subscriber(count: number, filter: string): string
  external: string
}

/** The groups of a scenario, and the clients from outside, as the topology draws them. */
export function topologyGroups(
  s: Scenario,
  stats: ReadonlyMap<string, GroupStats>,
  rows: readonly DeviceRow[],
  words: TopologyWords,
): TopologyGroup[] {
  const collapsed = collapsedGroups(s.groups)
  const down = new Set(rows.filter((r) => !r.connected).map((r) => r.clientId))
  const groups = s.groups.map((g): TopologyGroup => {
    const role = groupRole(g)
    const rate = stats.get(g.name)?.messagesPerSecond ?? 0
    const filter = subscriptionsOf(g)[0]?.filter ?? ''
    return {
      name: g.name,
      title: short(g.name),
      subtitle: short(
        role === 'subscriber'
          ? words.subscriber(g.count, filter)
          : words.publisher(g.count, groupQos(g), rate),
      ),
      qos: groupQos(g),
      role,
      count: g.count,
      devices: collapsed.has(g.name) ? null : deviceIds(g),
      disconnected: down,
    }
  })
  const outside = rows.filter((r) => r.external)
  return [
    ...groups,
    ...outside.slice(0, 12).map((r): TopologyGroup => ({
      name: `external:${r.clientId}`,
      title: r.clientId,
      subtitle: words.external,
      qos: r.qos,
      role: 'external',
      count: 1,
      devices: [r.clientId],
      disconnected: down,
    })),
  ]
}

/** The group each client belongs to, for packets of devices that are drawn as one node. */
export function groupOfClient(s: Scenario): ReadonlyMap<string, string> {
  const map = new Map<string, string>()
  for (const g of s.groups) for (const id of deviceIds(g)) map.set(id, g.name)
  return map
}
