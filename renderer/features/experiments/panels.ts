import {
  type ExperimentCurve,
  type ExperimentPoint,
  type ExperimentState,
  type ExperimentValue,
} from '@contract/experiment'
import type { QoS } from '@contract/packet'

const PERCENTILES = ['p50', 'p95', 'p99'] as const
export type PanelId = ExperimentValue | (typeof PERCENTILES)[number]

/** A measured value, with the interval it is expected in. */
export interface Mark {
  loss: number
  value: number
  low: number | null
  high: number | null
}

/** One QoS level in one chart. */
export interface Series {
  qos: QoS
  /** The expectation; empty where there is none. */
  curve: { loss: number; value: number }[]
  marks: Mark[]
  /** There is no curve: the marks are joined instead. */
  joined: boolean
}

/** One of the small charts: a value against loss. */
export interface Panel {
  id: PanelId
  series: Series[]
  min: number
  max: number
}

const NICE = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]

/** The smallest round number that is not below `value`. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1
  const unit = 10 ** Math.floor(Math.log10(value))
  const found = NICE.find((n) => n * unit >= value * (1 - 1e-9)) ?? 10
  return Number((found * unit).toPrecision(6))
}

const VALUES = ['deliveryRatio', 'duplicatesPerMessage', 'publishPerMessage', 'packetsPerMessage'] as const

function theorySeries(state: ExperimentState, qos: QoS, id: ExperimentValue): Series {
  const curve = state.curves.find((c) => c.qos === qos)
  const marks = state.points
    .filter((p) => p.qos === qos)
    .map((p): Mark => ({
      loss: p.loss,
      value: p[id],
      low: p.interval99[id]?.[0] ?? null,
      high: p.interval99[id]?.[1] ?? null,
    }))
  const line = curve ? curveOf(curve, id) : []
  return { qos, curve: line.length > 1 ? line : [], marks, joined: line.length <= 1 }
}

function curveOf(curve: ExperimentCurve, id: ExperimentValue): Series['curve'] {
  return curve.loss.flatMap((loss, i) => {
    const value = curve.values[id][i]
    return value === null || value === undefined ? [] : [{ loss, value }]
  })
}

function latencySeries(state: ExperimentState, qos: QoS, id: (typeof PERCENTILES)[number]): Series {
  const marks = state.points.flatMap((p): Mark[] => {
    const value = p.latencyMs[id]
    const [low = null, high = null] = p.latencyTheoryMs?.interval99[id] ?? []
    return p.qos === qos && value !== null ? [{ loss: p.loss, value, low, high }] : []
  })
  return { qos, curve: [], marks, joined: true }
}

const highest = (series: readonly Series[]): number =>
  Math.max(
    0,
    ...series.flatMap((s) => [
      ...s.curve.map((c) => c.value),
      ...s.marks.map((m) => Math.max(m.value, m.high ?? 0)),
    ]),
  )
const lowest = (series: readonly Series[]): number =>
  Math.min(
    1,
    ...series.flatMap((s) => [
      ...s.curve.map((c) => c.value),
      ...s.marks.map((m) => Math.min(m.value, m.low ?? 1)),
    ]),
  )

/** All charts of an experiment. The three of latency share one scale, so that they can be compared. */
export function panelsOf(state: ExperimentState): Panel[] {
  const { qos } = state.config
  const values = VALUES.map((id): Panel => {
    const series = qos.map((q) => theorySeries(state, q, id))
    if (id === 'deliveryRatio')
      return { id, series, min: Math.floor(lowest(series) * 10 - 0.01) / 10, max: 1 }
    return { id, series, min: 0, max: roundUp(highest(series)) }
  })
  const latency = PERCENTILES.map((id) => ({ id, series: qos.map((q) => latencySeries(state, q, id)) }))
  const max = roundUp(highest(latency.flatMap((p) => p.series)))
  return [...values, ...latency.map((p): Panel => ({ ...p, min: 0, max }))]
}

/** The loss a result is described at when the user has chosen none: the measured one nearest to 20 %. */
export function tellingLoss(points: readonly ExperimentPoint[]): number | null {
  const losses = [...new Set(points.map((p) => p.loss))]
  if (losses.length === 0) return null
  return losses.reduce((a, b) => (Math.abs(b - 0.2) < Math.abs(a - 0.2) ? b : a))
}
