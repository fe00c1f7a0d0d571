import type { PacketRow } from '@contract/model'
import type { PacketType } from '@contract/packet'
import { resends, type Resend } from '../brackets'
import { atEnd, atStart, endOf, type Happening } from './happening'
import type { Connections, Story } from './story'

/** Packet that answers each. */
const ANSWER: Partial<Record<PacketType, PacketType>> = {
  PUBLISH: 'PUBACK',
  PUBREC: 'PUBREL',
  PUBREL: 'PUBCOMP',
}

/** The first packet of the message, where it is in view. */
export function beginning(story: Story): Happening[] {
  const first = story.rows.find((p) => p.type === 'PUBLISH')
  if (!first || first.resends !== null || first.attempt !== 1) return []
  if (first.fate === 'held' || first.fate === 'lost') return []
  return [atStart('sent', first, story.qos(first))]
}

/** Had the receiver let the message go (passed it on, delivered it) before this packet was sent? */
function releasedBefore(story: Story, p: PacketRow): boolean {
  const passed = (x: PacketRow): boolean =>
    x.effect === 'passed-on' || x.effect === 'delivered' || x.effect === 'duplicate'
  const before = story.rows.filter((x) => x.seq < p.seq)
  if (p.direction === 'uplink' && before.some((x) => x.direction === 'downlink' && x.type === 'PUBLISH'))
    return true
  return before.some(
    (x) => x.exchange === p.exchange && x.direction === p.direction && passed(x) && endOf(x) <= p.sentMs,
  )
}

/** Why a packet was lost; one that was lost with a connection that had been dead before was lost in that. */
function lossReason(p: PacketRow, connections: Connections): Happening['reason'] {
  const withConnection = p.reason === 'cut' || p.reason === 'reset'
  return withConnection && connections.deadAt(p.clientId, p.sentMs) ? 'dead' : p.reason
}

/** Lost packets that belong to no message, e.g. a PINGREQ. */
export const onLostAlone = (packets: readonly PacketRow[], connections: Connections): Happening[] =>
  packets
    .filter((p) => p.fate === 'lost' && p.journey === null && p.exchange === null && p.type !== 'PUBLISH')
    .map((p) => ({ ...atEnd('lost', p, 0), reason: lossReason(p, connections) }))

export function onLoss(story: Story, p: PacketRow): Happening {
  const known = p.type === 'PUBREL' ? releasedBefore(story, p) : story.receiverHad(p, p.sentMs)
  const before = story.of(p.exchange).filter((x) => x.seq < p.seq)
  const too = p.attempt > 1 && before.some((x) => x.fate === 'lost' && x.type === p.type)
  const leg = story.leg(p)
  // an answer that tells of a refusal
  const refused = before.some((x) => x.seq === p.answers && x.effect === 'refused')
  const reached = refused ? 0 : 1
  return {
    ...atEnd('lost', p, story.qos(p)),
    reason: lossReason(p, story.connections),
    known,
    too,
    attempts: p.attempt,
    copies: reached,
    // a sender whose session has ended keeps no copy
    session: leg?.verdict !== 'abandoned',
  }
}

/** A TCP segment was lost and sent again, or the packet waited behind one of which that is true. */
function onTcp(story: Story, p: PacketRow): Happening[] {
  const qos = story.qos(p)
  if (p.segmentLosses > 0) return [{ ...atEnd('late', p, qos), copies: p.segmentLosses }]
  const before = story.source.packets.find(
    (x) =>
      x.clientId === p.clientId &&
      x.direction === p.direction &&
      x.seq < p.seq &&
      x.segmentLosses > 0 &&
      x.fate === 'delivered' &&
      endOf(x) > p.sentMs &&
      endOf(x) === endOf(p),
  )
  return before ? [{ ...atEnd('behind', p, qos), also: [before.seq] }] : []
}

/**
 * Packets that are still on their way at the end of what was captured, because segments of them were lost. One that was
 * sent at that very moment is not late yet.
 */
export function onUnarrived(story: Story): Happening[] {
  const late = story.rows.filter((p) => p.fate === 'transit' && p.segmentLosses > 0)
  if (late.length === 0) return []
  // up to there they are drawn
  const atMs = Math.max(...story.source.packets.map(endOf))
  return late
    .filter((p) => p.sentMs < atMs)
    .map((p) => ({ ...atEnd('unarrived', p, story.qos(p)), copies: p.segmentLosses, atMs }))
}

/** Which copy it is that the subscriber got with this packet; 0 where the copies before are not in view. */
function copyNumber(story: Story, p: PacketRow): number {
  const copies = story.rows.filter(
    (x) => x.clientId === p.clientId && (x.effect === 'delivered' || x.effect === 'duplicate'),
  )
  if (!copies.some((x) => x.effect === 'delivered')) return 0
  return copies.filter((x) => endOf(x) < endOf(p) || (endOf(x) === endOf(p) && x.seq <= p.seq)).length
}

function onPublish(story: Story, p: PacketRow): Happening[] {
  const qos = story.qos(p)
  if (p.effect === 'refused') return [atEnd('refused', p, qos)]
  if (p.effect === 'discarded') return [atEnd('discarded', p, qos)]
  if (p.effect === 'duplicate') {
    const known = p.resends !== null
    return [{ ...atEnd('taken-again', p, qos), clients: [p.clientId], copies: copyNumber(story, p), known }]
  }
  const fresh = p.effect === 'passed-on' || p.effect === 'stored'
  const earlier = story.accepted(p).find((x) => endOf(x) < endOf(p) && x.seq < p.seq)
  if (!fresh || !earlier) return []
  const forgot = story.connections.forgot(p.clientId, endOf(earlier), endOf(p))
  return [{ ...atEnd('passed-on-again', p, qos), session: forgot ? false : null }]
}

/** A PUBREL that its receiver had no more use for: it was released before, or the session it belongs to is gone. */
function uselessPubrel(story: Story, p: PacketRow): Happening[] {
  const taken = story.accepted(p).filter((x) => endOf(x) <= endOf(p))
  const since = Math.max(0, ...taken.map(endOf))
  const gone = taken.length > 0 && story.connections.forgot(p.clientId, since, endOf(p))
  if (gone) return [atEnd('forgotten-before', p, 2)]
  const earlier = story
    .of(p.exchange)
    .some((x) => x.type === 'PUBREL' && x.fate === 'delivered' && x.seq < p.seq && endOf(x) >= since)
  return earlier ? [atEnd('released-before', p, 2)] : []
}

function onPubrel(story: Story, p: PacketRow): Happening[] {
  if (p.effect === 'duplicate')
    return [{ ...atEnd('taken-again', p, 2), clients: [p.clientId], copies: copyNumber(story, p) }]
  if (p.effect === 'delivered') return []
  if (p.effect === 'passed-on') {
    const next = story.rows.filter(
      (x) => x.direction === 'downlink' && x.type === 'PUBLISH' && x.attempt === 1 && x.sentMs >= endOf(p),
    )
    return [{ ...atEnd('released', p, 2), clients: [...new Set(next.map((x) => x.clientId))] }]
  }
  return uselessPubrel(story, p)
}

/** What an acknowledgement settles. Told of the publisher's leg, and only where nothing went wrong. */
function onAnswer(story: Story, p: PacketRow): Happening[] {
  if (story.troubled || story.leg(p)?.direction !== 'uplink') return []
  switch (p.type) {
    case 'PUBACK':
      return [atEnd('acknowledged', p, 1)]
    case 'PUBREC':
      return [atEnd('received', p, 2)]
    case 'PUBREL':
      return p.effect === 'none' ? [atEnd('identifier-freed', p, 2)] : []
    case 'PUBCOMP':
      return [atEnd('handshake-done', p, 2)]
    default:
      return []
  }
}

/** What a packet changed where it arrived. */
export function onArrival(story: Story, p: PacketRow): Happening[] {
  const tcp = onTcp(story, p)
  if (p.type === 'PUBLISH') return [...tcp, ...onPublish(story, p)]
  const changed = p.type === 'PUBREL' ? onPubrel(story, p) : []
  return [...tcp, ...changed, ...(changed.length > 0 ? [] : onAnswer(story, p))]
}

/** Whether the answer to what is sent again had arrived before. */
function answered(story: Story, { first, again }: Resend): boolean {
  const type = again.type === 'PUBLISH' && story.qos(again) === 2 ? 'PUBREC' : ANSWER[again.type]
  return story
    .of(again.exchange)
    .some(
      (x) =>
        x.type === type &&
        x.fate === 'delivered' &&
        x.seq > first.seq &&
        x.seq < again.seq &&
        endOf(x) <= again.sentMs,
    )
}

/** Packets sent again: after a reconnect, as an answer, without need, or because no answer came. */
export function onResends(story: Story): Happening[] {
  const { marks } = story.source
  return resends(story.rows, marks).map((r) => {
    const { first, again } = r
    const base = {
      ...atStart('resent', again, story.qos(again)),
      waitMs: r.waitMs,
      attempts: again.attempt,
    }
    if (r.why === 'reconnect') {
      const back = story.connections.answerBefore(again)
      return { ...base, kind: 'resumed' as const, session: back ? back.kind === 'resume' : null }
    }
    if (r.why === 'response') return { ...base, kind: 'resent-response' as const }
    if (answered(story, r)) return { ...base, kind: 'resent-answered' as const }
    // step mode let time pass meanwhile, in which its timer stood still
    if (r.skipped) return { ...base, kind: 'resent-stood-still' as const }
    const lost = story.facts.losses.find(
      (p) =>
        p.exchange === again.exchange &&
        p !== again &&
        p.sentMs >= first.sentMs &&
        endOf(p) <= again.sentMs &&
        p.seq < again.seq,
    )
    if (!lost) return { ...base, kind: 'resent-late' as const }
    return { ...base, kind: 'resent' as const, reason: lost.reason }
  })
}

/** Legs whose sender stopped, or whose session ended, before the handshake did. */
export function onEndings(story: Story): Happening[] {
  return story.legs.flatMap((e): Happening[] => {
    if (e.verdict !== 'gave-up' && e.verdict !== 'abandoned') return []
    const rows = story.of(e.id)
    const last = rows.findLast((p) => p.direction === e.direction)
    // a refusal ends it, and that is told
    if (!last || rows.some((p) => p.effect === 'refused')) return []
    // a broker does not have what it refuses to take, e.g. a malformed packet
    const known = rows.some((p) => p.type === 'PUBLISH' && p.fate === 'delivered' && p.effect !== 'none')
    const atMs = e.endedMs ?? endOf(last)
    const told = { ...atEnd(e.verdict, last, e.qos), atMs, known, attempts: last.attempt }
    const mark = story.source.marks.find(
      (m) =>
        m.clientId === e.clientId &&
        m.atMs === atMs &&
        (e.verdict === 'abandoned' || (m.kind === 'gave-up' && m.detail === e.packetId)),
    )
    // it came to pass at the mark, not with the last packet
    return [mark ? { ...told, mark, seq: null, order: mark.after * 3 + 2.5 } : told]
  })
}
