import type { DeviceRow, PacketRow, RatePoint, TopicPage, TopicRow } from '../../electron/contract/model'
import type { PacketType, QoS } from '../../electron/contract/packet'
import type { Scenario } from '../../electron/contract/scenario'
import { topicMatches } from '../../electron/contract/topics'
import type { TopicView } from '../../electron/contract/api'

/** A small repeatable source of chance (Lehmer). */
export function lehmer(seed: number): () => number {
  let s = seed
  return () => (s = (s * 48_271) % 2_147_483_647) / 2_147_483_647
}

export const clientId = (g: { id: string; name: string }, n: number): string =>
  g.id.replace('{n}', String(n)).replace('{group}', g.name)

export function devicesOf(s: Scenario): DeviceRow[] {
  return s.groups.flatMap((g) =>
    Array.from({ length: g.count }, (_, i): DeviceRow => {
      const qos = Math.max(0, ...g.publishes.map((p) => p.qos), ...g.subscribes.map((x) => x.qos)) as QoS
      return {
        clientId: clientId(g, i + 1),
        group: g.name,
        external: false,
        connected: true,
        qos,
        publishes: g.publishes.length > 0,
        subscribes: g.subscribes.length > 0,
        messagesPerSecond: g.publishes.reduce((a, p) => a + p.rate, 0),
        inFlight: qos > 0 && i % 3 === 2 ? 1 : 0,
        linkKind: (g.link ?? s.link).kind,
        remote: null,
      }
    }),
  )
}

const ACKS: Record<QoS, PacketType[]> = { 0: [], 1: ['PUBACK'], 2: ['PUBREC', 'PUBREL', 'PUBCOMP'] }

/** One packet in the shape of the contract; `part` says what is special about it. */
export function packet(part: Partial<PacketRow> & Pick<PacketRow, 'seq' | 'clientId' | 'type'>): PacketRow {
  return {
    sentMs: 0,
    settledMs: null,
    direction: 'uplink',
    qos: null,
    dup: false,
    retain: false,
    packetId: null,
    bytes: 40,
    topic: null,
    fate: 'transit',
    reason: null,
    lossPoint: 1,
    segmentLosses: 0,
    origin: 'endpoint',
    attempt: 1,
    exchange: null,
    journey: null,
    effect: 'none',
    refusal: null,
    resends: null,
    answers: null,
    ...part,
  }
}

/** The packets a fleet of this scenario would send in `ms`, each with its fate. */
export function trafficOf(
  s: Scenario,
  nowMs: number,
  ms: number,
  seq: number,
  chance: () => number,
): PacketRow[] {
  const rows: PacketRow[] = []
  for (const g of s.groups) {
    const loss = (g.link ?? s.link).uplink.loss
    const p = loss.model === 'independent' ? loss.p : 0
    for (const pub of g.publishes) {
      let due = (pub.rate * g.count * ms) / 1000
      for (; due > 0; due--) {
        if (due < 1 && chance() > due) break
        const n = 1 + Math.floor(chance() * g.count)
        const id = clientId(g, n)
        const packetId = pub.qos === 0 ? null : 1 + Math.floor(chance() * 90)
        const topic = pub.topic.replace('{n}', String(n)).replace('{id}', id).replace('{group}', g.name)
        ;(['PUBLISH', ...ACKS[pub.qos]] as PacketType[]).forEach((type, i) => {
          const lost = chance() < p
          const sentMs = nowMs + i * 60
          rows.push(
            packet({
              seq: seq++,
              clientId: id,
              type,
              direction: type === 'PUBLISH' || type === 'PUBREL' ? 'uplink' : 'downlink',
              sentMs,
              settledMs: sentMs + 40,
              qos: type === 'PUBLISH' ? pub.qos : null,
              packetId,
              topic: type === 'PUBLISH' ? topic : null,
              fate: lost ? 'lost' : 'delivered',
              reason: lost ? 'model' : null,
              lossPoint: lost ? 0.3 + chance() * 0.5 : 1,
            }),
          )
        })
      }
    }
  }
  return rows
}

export function ratePoint(rows: readonly PacketRow[], atMs: number, s: Scenario): RatePoint {
  const byType: RatePoint['byType'] = {}
  const byQos: [number, number, number] = [0, 0, 0]
  for (const r of rows) {
    byType[r.type] = (byType[r.type] ?? 0) + 1
    if (r.qos !== null) byQos[r.qos] += 1
  }
  const byGroup = Object.fromEntries(
    s.groups.map((g) => [
      g.name,
      rows.filter((r) => r.type === 'PUBLISH' && r.clientId.startsWith(g.name)).length,
    ]),
  )
  return { atMs, byType, byQos, byGroup, lost: rows.filter((r) => r.fate === 'lost').length }
}

/** A tree of topics as the engine would page it. */
export function topicPage(topics: readonly string[], view: TopicView): TopicPage {
  const open = new Set(view.open)
  const rows: TopicRow[] = []
  const kept = topics.filter((t) => t.includes(view.search))
  const walk = (prefix: string, depth: number): void => {
    const below = kept.filter((t) => prefix === '' || t.startsWith(`${prefix}/`))
    const levels = [...new Set(below.map((t) => t.split('/')[depth] ?? ''))].sort()
    for (const level of levels) {
      const path = prefix === '' ? level : `${prefix}/${level}`
      const deeper = kept.filter((t) => t.startsWith(`${path}/`))
      const leaf = topics.includes(path)
      const isOpen = open.has(path) || view.search !== ''
      rows.push({
        path,
        level,
        depth,
        branch: deeper.length > 0,
        open: isOpen,
        leaf,
        topicsBelow: deeper.length,
        messages: 40,
        rate: leaf ? 1 : deeper.length,
        bytesPerSecond: 46 * (deeper.length + 1),
        qos: leaf ? 1 : null,
        retained: leaf && path.endsWith('temperature'),
        payload: leaf ? '{"c":21.4,"n":7}' : null,
        spark: Array.from({ length: 30 }, (_, i) => 1 + ((i * 7 + path.length) % 5)),
        matched: leaf && view.filter !== '' && topicMatches(view.filter, path),
      })
      if (isOpen) walk(path, depth + 1)
    }
  }
  walk('', 0)
  return {
    rows: rows.slice(view.offset, view.offset + view.limit),
    totalRows: rows.length,
    offset: view.offset,
    totalTopics: topics.length,
    matchedTopics: view.filter === '' ? 0 : topics.filter((t) => topicMatches(view.filter, t)).length,
    dropped: 0,
  }
}
