import type { LoadReport } from '../../../contract/load-report'

const HEAD = [
  'at_s',
  'offered',
  'acknowledged',
  'failed',
  'received',
  'connected',
  'errors',
  'ack_p50_ms',
  'ack_p95_ms',
  'ack_p99_ms',
  'end_to_end_p50_ms',
  'end_to_end_p95_ms',
  'end_to_end_p99_ms',
]

/** The series, one line per step; an empty field where nothing was measured. */
export function seriesCsv(r: LoadReport): string {
  const rows = r.series.map((p) => [
    p.atMs / 1000,
    p.offered,
    p.acknowledged,
    p.failed,
    p.received,
    p.connected,
    p.errors,
    ...[p.ack, p.endToEnd].flatMap((l) => [l.p50, l.p95, l.p99]),
  ])
  return [HEAD, ...rows].map((row) => `${row.map((v) => v ?? '').join(',')}\n`).join('')
}
