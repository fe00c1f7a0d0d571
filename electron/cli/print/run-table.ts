import { HANDSHAKE_TYPES } from '../../contract/packet'
import type { RunReport } from '../../contract/report'
import { printable } from '../../contract/printable'
import { textTable } from './table'

const ms = (value: number | null): string => (value === null ? '-' : value.toFixed(value < 10 ? 2 : 0))

/** A run's result for people: one line a publishing group, then the packets of the simulated links. */
export function runTable(report: RunReport): string {
  const groups = textTable(
    [
      'group',
      'QoS',
      'offered',
      'expected',
      'delivered',
      'lost',
      'duplicated',
      'out of order',
      'p50 ms',
      'p95 ms',
      'p99 ms',
      'max ms',
      'sent B/msg',
      'received B/msg',
    ],
    report.groups.map((g) => [
      g.name,
      ...[g.qos, g.offered, g.expected, g.delivered, g.lost, g.duplicated, g.outOfOrder].map(String),
      ...[g.latencyMs.p50, g.latencyMs.p95, g.latencyMs.p99, g.latencyMs.max].map(ms),
      ...[g.wireBytesPerMessage?.sent, g.wireBytesPerMessage?.received].map((b) => b?.toFixed(1) ?? '-'),
    ]),
  )
  const packets = textTable(
    ['packet', 'sent', 'lost'],
    HANDSHAKE_TYPES.map((t) => [t, String(report.packets[t].sent), String(report.packets[t].lost)]),
  )
  const cut = report.complete ? '' : ', cut short'
  const title = `${printable(report.scenario)}, seed ${report.seed}, ${(report.durationMs / 1000).toFixed(1)} s${cut}\n`
  return `${title}\n${groups}\n${packets}`
}
