import { latencyKind } from '@contract/load'
import type { LoadReport } from '@contract/load-report'

/** One of the figures a finished run is summed up by. */
export interface ResultFigure {
  id: string
  /** Name of a percentile, which is the same in every language; else the figure has a text. */
  latency: string | null
  unit: 'rate' | 'ms' | 'count'
  value: number | null
  bad: boolean
}

const figure = (id: string, unit: ResultFigure['unit'], value: number | null, bad = false): ResultFigure => ({
  id,
  latency: unit === 'ms' ? id : null,
  unit,
  value,
  bad,
})

/** The row of figures: rate, percentiles of the latency that tells most, what went wrong. */
export function resultFigures(r: LoadReport): ResultFigure[] {
  const kind = latencyKind(r.config)
  const summary = kind === 'endToEnd' ? r.endToEndMs : kind === 'ack' ? r.ackMs : r.connectMs
  const errors = Object.values(r.errors).reduce((n, v) => n + v, 0)
  const rate = r.config.subscribers > 0 ? 'receiveRate' : 'publishRate'
  const storm = r.config.executor.kind === 'connection-storm'
  return [
    storm ? figure('established', 'count', r.connections.established) : figure(rate, 'rate', r[rate]),
    figure('p50', 'ms', summary.p50),
    figure('p95', 'ms', summary.p95),
    figure('p99', 'ms', summary.p99),
    storm
      ? figure('refusedConnections', 'count', r.connections.refused, r.connections.refused > 0)
      : r.config.subscribers > 0
        ? figure('lost', 'count', r.lost, (r.lost ?? 0) > 0)
        : figure('failed', 'count', r.failed, r.failed > 0),
    figure('errors', 'count', errors, errors > 0),
  ]
}
