import type { SessionMark } from '@contract/model'
import { atMark, inOrder, type Happening } from './happening'
import type { Connections } from './story'

/**
 * Two happenings that are one sentence together: told one after the other, the effect would stand before its cause, because
 * it is drawn above it.
 */

/** The end of a connection is told with the first packet that it took along. @param list in order */
export function joinEnds(list: readonly Happening[]): Happening[] {
  const told = new Set<SessionMark>()
  const ends = list.filter((h) => h.kind === 'ended')
  const joined = list.map((h) => {
    if (h.kind !== 'lost' || (h.reason !== 'cut' && h.reason !== 'reset')) return h
    const mark = ends.find(
      (e) => e.mark?.clientId === h.packet?.clientId && e.atMs === h.atMs && inOrder(h, e) < 0,
    )?.mark
    if (!mark || told.has(mark)) return h
    told.add(mark)
    return { ...h, mark }
  })
  return joined.filter((h) => h.kind !== 'ended' || h.mark === null || !told.has(h.mark))
}

/** How the broker took the client in again, of what it did at once because of that. */
function backFor(h: Happening, connections: Connections): SessionMark | undefined {
  if (h.kind === 'will-withdrawn' && h.mark) return connections.accepted(h.mark.clientId, h.mark.atMs)
  if (h.kind === 'missed') return h.mark ?? undefined
  const sent = h.kind === 'resumed' || h.kind === 'queue-sent'
  return sent && h.packet ? connections.answerBefore(h.packet) : undefined
}

/** That a client is back is told with the first thing that it brought about. @param list in order */
export function joinBacks(list: readonly Happening[], connections: Connections): Happening[] {
  const told = new Set<SessionMark>()
  const joined = list.map((h) => {
    const back = backFor(h, connections)
    if (!back) return h
    const before = told.has(back) || (h.kind === 'queue-sent' && inOrder(atMark('back', back), h) < 0)
    if (!before) told.add(back)
    return h.kind === 'queue-sent' || h.kind === 'missed' ? { ...h, too: before } : h
  })
  return joined.filter((h) => h.kind !== 'back' || h.mark === null || !told.has(h.mark))
}
