import type { ExchangeRow, JourneyRow, PacketRow } from '@contract/model'
import { splitTerms, splitValues } from '@contract/query-terms'
import type { Lane } from './types'

/** Lanes drawn at once besides the broker's; the others are listed. */
export const MAX_CLIENT_LANES = 6

export interface LaneRequest {
  packets: readonly PacketRow[]
  exchanges: readonly ExchangeRow[]
  journeys: readonly JourneyRow[]
  /** Clients to show first: named by the filter, or swapped in by hand. */
  wanted?: readonly string[]
  /** Clients shown until now: they stay as long as they have packets, so that lanes do not jump. */
  previous?: readonly string[]
  /** @default MAX_CLIENT_LANES */
  max?: number
}

export interface LaneChoice {
  lanes: Lane[]
  /** Clients with packets but without a lane, most recent first. */
  others: string[]
}

/** Client identifiers a query names without wildcards, in its order. */
export function clientsInQuery(query: string): string[] {
  return splitTerms(query)
    .filter((term) => term.startsWith('client:'))
    .flatMap((term) => splitValues(term.slice('client:'.length)))
    .filter((v) => v.quoted || !v.text.includes('*'))
    .map((v) => v.text)
}

interface Role {
  publishes: boolean
  subscribes: boolean
  /** Capture number of its latest packet; -1 for one that is known from a message alone. */
  lastSeq: number
}

function rolesOf(r: LaneRequest): Map<string, Role> {
  const roles = new Map<string, Role>()
  const roleOf = (id: string, seq: number): Role => {
    let role = roles.get(id)
    if (!role) roles.set(id, (role = { publishes: false, subscribes: false, lastSeq: seq }))
    role.lastSeq = Math.max(role.lastSeq, seq)
    return role
  }
  for (const p of r.packets) {
    const role = roleOf(p.clientId, p.seq)
    if (p.type === 'PUBLISH') {
      if (p.direction === 'uplink') role.publishes = true
      else role.subscribes = true
    }
  }
  for (const e of r.exchanges) {
    const role = roles.get(e.clientId)
    if (!role) continue
    if (e.direction === 'uplink') role.publishes = true
    else role.subscribes = true
  }
  // whose packets a filter leaves out is still part of the message
  for (const j of r.journeys) {
    if (j.publisher !== null) roleOf(j.publisher, -1).publishes = true
    for (const d of j.deliveries) roleOf(d.clientId, -1).subscribes = true
  }
  return roles
}

/** Participants of the most recent journeys, publisher before its subscribers, until there are enough. */
function recentParticipants(r: LaneRequest, roles: ReadonlyMap<string, Role>, max: number): string[] {
  const found: string[] = []
  const add = (id: string | null): void => {
    if (id !== null && roles.has(id) && !found.includes(id)) found.push(id)
  }
  const recent = [...r.journeys].sort((a, b) => b.startedMs - a.startedMs || b.id - a.id)
  for (const j of recent) {
    const people = new Set([j.publisher, ...j.deliveries.map((d) => d.clientId)])
    const fresh = [...people].filter((id) => id !== null && !found.includes(id)).length
    // a journey is shown whole or not at all, unless nothing is shown yet
    if (found.length > 0 && found.length + fresh > max) continue
    add(j.publisher)
    for (const d of j.deliveries) add(d.clientId)
    if (found.length >= max) break
  }
  const rest = [...roles.entries()].sort(([, a], [, b]) => b.lastSeq - a.lastSeq)
  for (const [id] of rest) add(id)
  return found
}

/** Publishers alone tell half a message: one who got it takes the last lane that nobody asked for. */
function withAudience(
  shown: readonly string[],
  r: LaneRequest,
  roles: ReadonlyMap<string, Role>,
  max: number,
): readonly string[] {
  if (shown.length === 0 || shown.some((id) => roles.get(id)?.subscribes)) return shown
  const recent = [...r.journeys].sort((a, b) => b.startedMs - a.startedMs || b.id - a.id)
  const heard = recent
    .filter((j) => j.publisher !== null && shown.includes(j.publisher))
    .flatMap((j) => j.deliveries.map((d) => d.clientId))
    .find((id) => roles.has(id))
  if (heard === undefined) return shown
  if (shown.length < max) return [...shown, heard]
  const last = shown.findLastIndex((id) => !(r.wanted ?? []).includes(id))
  return last < 1 ? shown : shown.with(last, heard)
}

/**
 * Which clients get a lane, and where: publishers left of the broker, subscribers right.
 * A client that does both has one lane, left. Broker always, in the middle.
 */
export function chooseLanes(r: LaneRequest): LaneChoice {
  const max = r.max ?? MAX_CLIENT_LANES
  const roles = rolesOf(r)
  const order = [
    ...(r.wanted ?? []),
    ...(r.previous ?? []).filter((id) => roles.has(id)),
    ...recentParticipants(r, roles, max),
  ]
  const shown = withAudience([...new Set(order)].slice(0, max), r, roles, max)
  const lanes = shown.map((clientId): Lane => {
    const role = roles.get(clientId)
    const publishes = role?.publishes ?? false
    const subscribes = role?.subscribes ?? false
    return { clientId, side: publishes || !subscribes ? 'left' : 'right', publishes, subscribes }
  })
  balanceSides(lanes)
  const byName = (a: Lane, b: Lane): number =>
    (a.clientId ?? '').localeCompare(b.clientId ?? '', 'en', { numeric: true })
  const broker: Lane = { clientId: null, side: 'broker', publishes: false, subscribes: false }
  const left = lanes.filter((l) => l.side === 'left').sort(byName)
  const right = lanes.filter((l) => l.side === 'right').sort(byName)
  const others = [...roles.entries()]
    .filter(([id, role]) => role.lastSeq >= 0 && !shown.includes(id))
    .sort(([, a], [, b]) => b.lastSeq - a.lastSeq)
    .map(([id]) => id)
  return { lanes: [...left, broker, ...right], others }
}

/** Clients that have published nothing yet stand at the right when the left is all there is. */
function balanceSides(lanes: Lane[]): void {
  if (lanes.some((l) => l.side === 'right')) return
  const movable = lanes.filter((l) => !l.publishes)
  if (movable.length < lanes.length || lanes.length > 1) for (const l of movable) l.side = 'right'
}

/**
 * Horizontal place of each lane between `x0` and `x1`: the legs beside the broker are the long ones,
 * since their labels are read; further lanes stand closer.
 */
export function placeLanes(lanes: readonly Lane[], x0: number, x1: number): number[] {
  const broker = lanes.findIndex((l) => l.side === 'broker')
  const gaps = lanes.slice(1).map((_, i) => (i === broker - 1 || i === broker ? 1 : 0.42))
  const total = gaps.reduce((a, b) => a + b, 0)
  if (total === 0) return lanes.map(() => (x0 + x1) / 2)
  const oneSided = broker === 0 || broker === lanes.length - 1
  // with nobody on one side the broker need not stand at the very edge
  const span = oneSided ? (x1 - x0) * Math.min(1, 0.4 + 0.2 * gaps.length) : x1 - x0
  let x = broker === 0 ? x1 - span : x0
  return lanes.map((_, i) => {
    x += i === 0 ? 0 : ((gaps[i - 1] ?? 0) / total) * span
    return x
  })
}
