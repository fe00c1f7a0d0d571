import type { SessionMark } from '@contract/model'
import { closes } from '../marks'
import { atMark, type Happening } from './happening'
import type { Connections } from './story'

/** Connections that ended and came back, and what became of wills. */
export function onConnections(marks: readonly SessionMark[], connections: Connections): Happening[] {
  return marks.flatMap((m): Happening[] => {
    if (closes(m.kind) || m.kind === 'taken-over' || m.kind === 'dead') return [atMark('ended', m)]
    if (m.kind === 'will') {
      const end = connections.of(m.clientId).findLast((x) => closes(x.kind) && x.atMs <= m.atMs)
      return [{ ...atMark('will', m), known: end !== undefined && end.kind !== 'disconnect' }]
    }
    if (m.kind === 'no-will') return [atMark(m.kind, m)]
    if (m.kind === 'will-withdrawn') {
      const back = connections.accepted(m.clientId, m.atMs)
      return [{ ...atMark(m.kind, m), session: back ? back.kind === 'resume' : null }]
    }
    const accepted = m.kind === 'resume' || (m.kind === 'connack' && m.detail === null)
    const before = connections.of(m.clientId)
    const again =
      accepted && before.some((x) => (closes(x.kind) || x.kind === 'taken-over') && x.atMs <= m.atMs)
    return again ? [{ ...atMark('back', m), session: m.kind === 'resume' }] : []
  })
}
