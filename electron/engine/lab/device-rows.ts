import { publicationsOf, subscriptionsOf } from '../../contract/answers'
import { ApiError } from '../../contract/errors'
import type { DeviceDetail, DeviceRow, InFlightRow } from '../../contract/device'
import type { PacketRow } from '../../contract/model'
import type { ProtocolLevel, QoS } from '../../contract/packet'
import type { BrokerClientInfo } from '../simulation/broker/types'
import type { Device } from '../simulation/fleet/device'
import type { Lab } from './lab'

const RECENT = 20
const IN_FLIGHT = 200

const highest = (levels: readonly number[]): QoS => Math.max(0, ...levels) as QoS

function simulatedRow(lab: Lab, d: Device): DeviceRow {
  const { group } = d.spec
  const [publishes, subscribes] = [publicationsOf(group), subscriptionsOf(group)]
  return {
    clientId: d.clientId,
    group: group.name,
    external: false,
    connected: d.connected,
    qos: highest([...publishes, ...subscribes].map((x) => x.qos)),
    publishes: publishes.length > 0,
    subscribes: subscribes.length > 0,
    messagesPerSecond: lab.observation.messages.rate(d.clientId),
    inFlight: d.unacknowledged,
    linkKind: d.link.config.kind,
    remote: null,
  }
}

function externalRow(lab: Lab, c: BrokerClientInfo): DeviceRow {
  const rate = lab.observation.messages.rate(c.clientId)
  const published = lab.observation.publishedQos(c.clientId)
  return {
    clientId: c.clientId,
    group: null,
    external: true,
    connected: true,
    qos: highest([published, ...c.subscriptions.map((s) => s.qos)]),
    publishes: rate > 0,
    subscribes: c.subscriptions.length > 0,
    messagesPerSecond: rate,
    inFlight: c.inFlight,
    linkKind: lab.guests.link(c.clientId)?.config.kind ?? null,
    remote: c.remote,
  }
}

/** External clients first, then the fleet by group. */
export function listDevices(
  lab: Lab,
  a: { group?: string | undefined; search?: string | undefined; offset: number; limit: number },
): { rows: DeviceRow[]; total: number } {
  const search = a.search?.toLowerCase() ?? ''
  const wanted = (id: string): boolean => id.toLowerCase().includes(search)
  const outside = a.group === undefined ? lab.externalClients().filter((c) => wanted(c.clientId)) : []
  const inside = [...(a.group === undefined ? lab.fleet.devices() : lab.fleet.groupDevices(a.group))].filter(
    (d) => wanted(d.clientId),
  )
  const rows: DeviceRow[] = []
  for (let i = a.offset; i < outside.length + inside.length && rows.length < a.limit; i++) {
    const external = outside[i]
    const device = inside[i - outside.length]
    if (external) rows.push(externalRow(lab, external))
    else if (device) rows.push(simulatedRow(lab, device))
  }
  return { rows, total: outside.length + inside.length }
}

/**
 * When a packet was sent first, moved on by what step mode has let pass since: the start of its exchange where that packet
 * is not kept any more. @param own kept packets of the exchange; the oldest ones leave first
 */
export function firstSentMs(
  startedMs: number,
  own: readonly Pick<PacketRow, 'type' | 'sentMs' | 'skippedMs'>[],
  type: 'PUBLISH' | 'PUBREL',
  skippedMs: number,
): number {
  const first = own.find((p) => p.type === type)
  const isKept = own[0]?.sentMs === startedMs || (type === 'PUBREL' && own[0] !== first)
  return first && isKept ? first.sentMs + skippedMs - first.skippedMs : startedMs
}

function inFlight(lab: Lab, clientId: string): InFlightRow[] {
  const link = lab.linkOf(clientId)
  const skippedMs = lab.clock.skippedMs()
  return lab.observation.capture
    .inFlight(clientId, IN_FLIGHT)
    .map(({ exchange: x, packets: own }): InFlightRow => {
      const released = own.some((p) => p.type === 'PUBREL')
      const type = released ? 'PUBREL' : 'PUBLISH'
      const sends = own.filter((p): p is PacketRow => p.type === type)
      const packetId = x.packetId ?? 0
      return {
        packetId,
        type,
        direction: x.direction,
        topic: x.topic,
        sinceMs: firstSentMs(x.startedMs, own, type, skippedMs),
        attempts: Math.max(1, sends.length),
        retryTimer: link?.retryTimer(x.direction, packetId) ?? null,
        held: sends.at(-1)?.fate === 'held',
      }
    })
}

/** Everything known of one client. @throws ApiError `not-found` */
export function deviceDetail(lab: Lab, clientId: string): DeviceDetail {
  const device = lab.fleet.device(clientId)
  const broker = lab.brokerClient(clientId)
  const external = broker?.external ? broker : undefined
  if (!device && !external) throw new ApiError('not-found', `unknown client ${clientId}`)
  const row = device ? simulatedRow(lab, device) : externalRow(lab, external as BrokerClientInfo)
  const link = lab.linkOf(clientId)?.config ?? null
  const granted = device
    ? [...device.subscriptions].map(([filter, qos]) => ({ filter, qos: qos as QoS }))
    : null
  return {
    ...row,
    protocol: device?.spec.group.protocol ?? (external?.protocolLevel as ProtocolLevel),
    clean: device?.spec.group.clean ?? external?.clean ?? true,
    sessionPresent: device?.sessionPresent ?? false,
    keepAliveMs: device?.spec.group.keepAlive ?? (external?.keepAlive ?? 0) * 1000,
    subscriptions: granted ?? broker?.subscriptions.map(({ filter, qos }) => ({ filter, qos })) ?? [],
    inFlightPackets: inFlight(lab, clientId),
    link,
    recent: lab.observation.capture.recent(clientId, RECENT),
  }
}
