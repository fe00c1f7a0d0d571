import type { PacketRow } from '@contract/model'
import { atEnd, atMark, atStart, endOf, type Happening } from './happening'
import type { Story } from './story'

/** The packet with which the broker took the message over for good. */
const passingOn = (story: Story): PacketRow | undefined =>
  story.rows.find((p) => p.direction === 'uplink' && p.fate === 'delivered' && p.effect === 'passed-on')

/** Whether the client's SUBSCRIBE came after the message and before its copy: it is not sent as it comes in. */
const hasSubscribed = (story: Story, copy: PacketRow, sinceMs: number): boolean =>
  story.source.packets.some(
    (x) => x.type === 'SUBSCRIBE' && x.clientId === copy.clientId && x.seq < copy.seq && endOf(x) >= sinceMs,
  )

/** A retained message: the broker keeps it, and sends it to who subscribes later. */
function retained(story: Story, passed: PacketRow | undefined): Happening[] {
  const kept = passed && story.rows.find((p) => p.type === 'PUBLISH' && p.direction === 'uplink' && p.retain)
  // only a retained copy comes with RETAIN set [MQTT-3.3.1-8]
  const sent = story.rows.filter(
    (p) =>
      p.type === 'PUBLISH' &&
      p.direction === 'downlink' &&
      p.retain &&
      p.resends === null &&
      hasSubscribed(story, p, passed ? endOf(passed) : -Infinity),
  )
  return [
    ...(kept ? [atEnd('retained-kept', passed, story.qos(kept))] : []),
    ...sent.map((p) => ({ ...atStart('retained-sent', p, story.qos(p)), clients: [p.clientId] })),
  ]
}

/** Subscribers that were away when the message came, and were sent it once they were back. */
function queued(story: Story, passed: PacketRow): Happening[] {
  const waited = story.rows.filter((p) => {
    if (p.type !== 'PUBLISH' || p.direction !== 'downlink' || p.resends !== null || p.retain) return false
    const away = story.connections.awayAt(p.clientId, endOf(passed))
    // the broker may send it before the client has got its CONNACK
    const back = story.connections.accepted(p.clientId, endOf(passed))
    // a copy that was lost as the connection ended did not wait
    return away !== undefined && p.sentMs > away.atMs && back?.kind === 'resume'
  })
  if (waited.length === 0) return []
  const clients = [...new Set(waited.map((p) => p.clientId))]
  return [
    { ...atEnd('queued', passed, story.qos(passed)), clients },
    ...waited.map((p) => ({ ...atStart('queue-sent', p, story.qos(p)), clients: [p.clientId] })),
  ]
}

/** Clients that had been sent an earlier message of this topic, and at which QoS. */
function hadThisTopic(story: Story, before: PacketRow): Map<string, number> {
  const found = new Map<string, number>()
  for (const p of story.source.packets) {
    if (p.type !== 'PUBLISH' || p.direction !== 'downlink' || p.seq > before.seq) continue
    if (p.topic === story.journey.topic && p.qos !== null) found.set(p.clientId, p.qos)
  }
  return found
}

/** Clients that had been sent this topic before and have no connection as the message comes, and their QoS. */
const absentees = (story: Story, passed: PacketRow): [clientId: string, granted: number][] =>
  [...hadThisTopic(story, passed)].filter(([id]) => story.connections.awayAt(id, endOf(passed)))

const wentToNobody = ({ facts, journey }: Story): boolean =>
  facts.outcome === 'no-subscriber' && journey.deliveries.length === 0

/** A message that went to nobody, and why, as far as is known by then. */
function unheard(story: Story, passed: PacketRow): Happening[] {
  const { connections } = story
  if (!wentToNobody(story)) return []
  const atMs = endOf(passed)
  const absent = absentees(story, passed)
  const qos = story.qos(passed)
  // a session that is kept may hold it, for a client of which nothing is known yet
  const kept = connections.clients.some((id) => {
    const back = connections.awayAt(id, atMs) && connections.accepted(id, atMs)
    return back?.kind === 'resume'
  })
  if (absent.length === 0) return [{ ...atEnd('nobody', passed, qos), known: kept }]
  return absent.map(([id, granted]) => ({
    ...atEnd('not-queued', passed, qos),
    clients: [id],
    known: granted === 0,
  }))
}

/**
 * Clients that came back and are not sent what they missed: with them the session was gone, or the message. Of one that
 * subscribed at QoS 0 that is told as the message comes.
 */
export function missed(story: Story): Happening[] {
  const passed = passingOn(story)
  const sent = story.rows.find((p) => p.type === 'PUBLISH' && p.direction === 'uplink')
  if (!passed || !sent || !wentToNobody(story)) return []
  return absentees(story, passed).flatMap(([id, granted]): Happening[] => {
    const back = story.connections.accepted(id, endOf(passed))
    if (!back || granted === 0) return []
    const told = { ...atMark('missed', back), packet: sent, s: sent.clientId, qos: story.qos(sent) }
    return [{ ...told, clients: [id], session: back.kind === 'resume', order: back.after * 3 + 2.2 }]
  })
}

/** What the broker did with the message for those who subscribe. */
export function onSubscribers(story: Story): Happening[] {
  const passed = passingOn(story)
  const kept = retained(story, passed)
  if (!passed) return kept
  return [...kept, ...queued(story, passed), ...unheard(story, passed)]
}
