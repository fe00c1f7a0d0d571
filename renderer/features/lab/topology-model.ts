import { publicationsOf, subscriptionsOf } from '@contract/answers'
import type { DeviceRow } from '@contract/device'
import type { GroupStats } from '@contract/model'
import type { QoS } from '@contract/packet'
import { clientsOf } from '@contract/phases'
import type { GroupConfig, Scenario } from '@contract/scenario'
import { textWidth } from '../../canvas/text-width'
import { collapsedGroups, type TopologyGroup } from '../../canvas/topology/layout'

/**
 * How many devices each group has now, where a phase has made them more or fewer than the scenario says; a text, so that
 * what is drawn stays as it is while they stay.
 */
export const countsNow = (s: Scenario, stats: ReadonlyMap<string, Pick<GroupStats, 'devices'>>): string =>
  JSON.stringify(
    s.groups.flatMap((g) => {
      const devices = stats.get(g.name)?.devices
      return devices === undefined || devices === g.count ? [] : [[g.name, devices]]
    }),
  )

/** The scenario with such counts. */
export function withCounts(s: Scenario, counts: string): Scenario {
  const now = new Map(JSON.parse(counts) as [string, number][])
  if (now.size === 0) return s
  return { ...s, groups: s.groups.map((g) => ({ ...g, count: now.get(g.name) ?? g.count })) }
}

/** Highest QoS a group publishes or subscribes with. */
export const groupQos = (g: Pick<GroupConfig, 'publishes' | 'subscribes' | 'answers'>): QoS =>
  Math.max(0, ...[...publicationsOf(g), ...subscriptionsOf(g)].map((p) => p.qos)) as QoS

export function groupRole(
  g: Pick<GroupConfig, 'publishes' | 'subscribes' | 'answers'>,
): TopologyGroup['role'] {
  if (subscriptionsOf(g).length === 0) return 'publisher'
  return publicationsOf(g).length === 0 ? 'subscriber' : 'both'
}

/** Widest label, px at 11 px type. */
const MAX_LABEL = 200
/** A label stays a label, however long the name. */
function short(text: string): string {
  if (textWidth(text, 1) <= MAX_LABEL) return text
  const cut = Array.from(text)
  while (textWidth(`${cut.join('')}…`, 1) > MAX_LABEL) cut.pop()
  return `${cut.join('')}…`
}

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
      devices: collapsed.has(g.name) ? null : clientsOf(g),
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
  for (const g of s.groups) for (const id of clientsOf(g)) map.set(id, g.name)
  return map
}
