import { counted } from '../../contract/counted'
import type { AnswerTimes, InspectReport, UnfinishedHandshake } from '../../contract/inspect-report'
import { PACKET_TYPES } from '../../contract/packet'
import { printable } from '../../contract/printable'
import { textTable } from './table'

/** Lines of a list for people; the JSON form has all. */
const LINES = 20

const ms = (value: number | null): string => (value === null ? '-' : value.toFixed(value < 10 ? 2 : 0))
const percentiles = (t: AnswerTimes): string[] => [t.p50, t.p95, t.p99].map(ms)

/** A capture file's report for people. */
export function inspectText(r: InspectReport): string {
  const { connections: c } = r
  const kinds = [
    `${c.mqtt} with MQTT`,
    ...(c.websocket > 0 ? [`${c.websocket} of them over WebSocket`] : []),
    ...(c.tls > 0 ? [`${c.tls} with TLS`] : []),
  ]
  const title = `${printable(r.file)}: ${r.frames} frames in ${(r.durationMs / 1000).toFixed(3)} s, ${counted(c.total, 'TCP connection')}, ${kinds.join(', ')}\n`
  return [title, packets(r), handshakes(r), unfinished(r.unfinished), clients(r), notes(r)]
    .filter((part) => part !== '')
    .join('\n')
}

function packets(r: InspectReport): string {
  const seen = PACKET_TYPES.filter((t) => r.packets[t] > 0)
  if (seen.length === 0) return ''
  const none: AnswerTimes = { count: 0, p50: null, p95: null, p99: null }
  return textTable(
    ['packet', 'count', 'answers', 'p50 ms', 'p95 ms', 'p99 ms'],
    seen.map((t) => {
      const times = r.answers[t] ?? none
      return [t, String(r.packets[t]), times.count === 0 ? '-' : String(times.count), ...percentiles(times)]
    }),
  )
}

function handshakes({
  exchanges: e,
  faults: f,
  malformed,
  missingBytes,
  unreadBytes,
}: InspectReport): string {
  return textTable(
    ['handshakes', ''],
    [
      ['complete', String(e.complete)],
      ['unfinished', String(e.unfinished)],
      ['repeated', String(e.repeated)],
      ['refused', String(e.refused)],
      ['answers to nothing in the file', String(f.outOfOrder)],
      ['DUP without a first copy', String(f.dupWithoutCause)],
      ['repeated without DUP', String(f.repeatedWithoutDup)],
      ['malformed packets', String(malformed)],
      ['missing bytes', String(missingBytes)],
      ['unread bytes', String(unreadBytes)],
    ],
  )
}

function unfinished(list: readonly UnfinishedHandshake[]): string {
  if (list.length === 0) return ''
  const lines = list.slice(-LINES).map((u) => {
    const id = u.packetId === null ? '' : ` #${u.packetId}`
    const way = u.direction === 'uplink' ? `${u.clientId} to the broker` : `broker to ${u.clientId}`
    const end = u.missing === null ? 'which was lost' : `then no ${u.missing}`
    return `  ${(u.startedMs / 1000).toFixed(3)} s  ${way}, QoS ${u.qos}${id}, ${u.topic}: ${u.seen.join(', ')}, ${end}`
  })
  const more = list.length > LINES ? [`  and ${list.length - LINES} before them`] : []
  return ['unfinished handshakes', ...lines, ...more].map((l) => `${printable(l)}\n`).join('')
}

function clients(r: InspectReport): string {
  if (r.clients.length === 0) return ''
  const rows = r.clients
    .slice(0, LINES)
    .map((c) => [
      c.clientId,
      c.address,
      c.level === null ? '-' : ({ 3: '3.1', 4: '3.1.1', 5: '5.0' }[c.level] ?? String(c.level)),
      ...[c.packets, c.exchanges.complete, c.exchanges.unfinished, c.exchanges.repeated].map(String),
      ...[c.outOfOrder, c.dupWithoutCause, c.malformed, c.missingBytes].map(String),
      ...percentiles(c.answerMs),
    ])
  const head = ['client', 'address', 'MQTT', 'packets', 'complete', 'unfinished', 'repeated', 'to nothing']
  const table = textTable([...head, 'DUP alone', 'malformed', 'missing', 'p50 ms', 'p95 ms', 'p99 ms'], rows)
  const others = r.clients.length - rows.length + r.otherClients
  return others > 0 ? `${table}and ${others} more clients\n` : table
}

const notes = (r: InspectReport): string => r.notes.map((n) => `${printable(n)}\n`).join('')
