import type { ExchangeRow, PacketRow } from '@contract/model'
import { atStart, endOf, type Happening } from './happening'
import type { Story } from './story'

/** First packets of the message on each leg. */
const firsts = (story: Story): PacketRow[] =>
  story.rows.filter((p) => p.type === 'PUBLISH' && p.resends === null && p.attempt === 1)

/** When the broker had the message; undefined where that is not in view. */
const takenMs = (story: Story): number | undefined => {
  const passed = story.rows.find(
    (p) => p.direction === 'uplink' && p.fate === 'delivered' && p.effect === 'passed-on',
  )
  return passed && endOf(passed)
}

/**
 * The acknowledgement after which the broker sent this copy, which gave it room for one message more (5.0 section 4.9):
 * the last that ended the exchange of another message since the broker had this one, on the connection of the copy. Null
 * where there was none: then the copy was sent for another reason.
 */
function roomMadeBy(story: Story, copy: PacketRow, sinceMs: number): Happening['room'] {
  // a copy that was sent because its client came back was not waiting for room
  const back = story.connections.answerBefore(copy)
  const from = Math.max(sinceMs, back?.atMs ?? sinceMs)
  let last: ExchangeRow | null = null
  for (const e of story.source.exchanges) {
    const ended = e.verdict === 'complete' || e.verdict === 'refused'
    if (!ended || e.qos === 0 || e.clientId !== copy.clientId || e.direction !== 'downlink') continue
    if (e.id === copy.exchange || e.endedMs === null) continue
    if (e.endedMs <= from || e.endedMs > copy.sentMs) continue
    if (last === null || e.endedMs >= (last.endedMs ?? 0)) last = e
  }
  if (last === null) return null
  if (last.qos === 1) return 'PUBACK'
  return last.verdict === 'refused' ? 'PUBREC' : 'PUBCOMP'
}

/**
 * Copies that the broker kept back because as many messages were under way to the subscriber as it takes at a time
 * (5.0 section 4.9).
 */
function keptBack(story: Story): Happening[] {
  const since = takenMs(story)
  if (since === undefined) return []
  return firsts(story).flatMap((p): Happening[] => {
    const most = story.leg(p)?.receiveMaximum ?? null
    if (p.direction !== 'downlink' || most === null || story.qos(p) === 0 || p.sentMs <= since) return []
    const underWay = story.source.exchanges.filter(
      (e) =>
        e.clientId === p.clientId &&
        e.direction === 'downlink' &&
        e.qos > 0 &&
        e.id !== p.exchange &&
        e.startedMs <= since &&
        (e.endedMs === null || e.endedMs > since),
    )
    if (underWay.length < most || story.connections.awayAt(p.clientId, since)) return []
    const room = roomMadeBy(story, p, since)
    if (room === null || p.retain) return []
    return [{ ...atStart('kept-back', p, story.qos(p)), clients: [p.clientId], copies: most, room }]
  })
}

/** Topic aliases: given with the name, and then sent in its place. */
const aliases = (story: Story): Happening[] =>
  firsts(story).flatMap((p) =>
    p.alias ? [atStart(p.alias.alone ? 'alias-used' : 'alias-given', p, story.qos(p))] : [],
  )

/** What MQTT 5 lets sender and receiver agree on: how much is under way at a time, and numbers for topic names. */
export const onFlow = (story: Story): Happening[] => [...keptBack(story), ...aliases(story)]
