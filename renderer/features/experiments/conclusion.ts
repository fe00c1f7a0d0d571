import {
  EXPERIMENT_VALUES,
  LATENCY_FIGURES,
  type ExperimentPoint,
  type ExperimentState,
} from '@contract/experiment'
import { insideInterval, latencyInside } from '@contract/experiment-text'

/** A sentence by the key of its text, with the numbers it speaks of. */
export interface Sentence {
  key: string
  values: Record<string, number>
}

const missing = (p: ExperimentPoint): number => p.expected - p.delivered

function zero(p: ExperimentPoint): Sentence {
  if (missing(p) === 0) return { key: 'qos0None', values: {} }
  return { key: 'qos0', values: { lost: 1 - p.deliveryRatio } }
}

function one(p: ExperimentPoint): Sentence {
  const per100 = p.duplicatesPerMessage * 100
  if (missing(p) > 0) return { key: 'qos1Missing', values: { lost: 1 - p.deliveryRatio, per100 } }
  return p.duplicates === 0 ? { key: 'qos1Clean', values: {} } : { key: 'qos1', values: { per100 } }
}

function two(p: ExperimentPoint): Sentence {
  const times = p.packetsPerMessage
  if (missing(p) > 0) return { key: 'qos2Missing', values: { lost: 1 - p.deliveryRatio } }
  return p.duplicates === 0 ? { key: 'qos2', values: { times } } : { key: 'qos2Repeated', values: { times } }
}

/** What an experiment showed at one loss, from its measured numbers alone. */
export function conclude(state: ExperimentState, loss: number): Sentence[] {
  const at = state.points.filter((p) => p.loss === loss)
  const sentences = at.map((p) => [zero, one, two][p.qos]?.(p)).filter((s) => s !== undefined)
  const slow = at.findLast((p) => p.latencyMs.p99 !== null && p.latencyMs.p50 !== null)
  if (state.config.link === 'tcp' && loss > 0 && slow) {
    const { p50, p99 } = slow.latencyMs
    sentences.push({ key: 'tcp', values: { qos: slow.qos, p50: p50 ?? 0, p99: p99 ?? 0 } })
  }
  return sentences
}

/** How many measured values lie within the 99% interval of their closed form, over all points. */
export function agreement(points: readonly ExperimentPoint[]): { inside: number; compared: number } {
  const all = points.flatMap((p) => [
    ...EXPERIMENT_VALUES.map((v) => insideInterval(p, v)),
    ...LATENCY_FIGURES.map((f) => latencyInside(p, f)),
  ])
  const compared = all.filter((i) => i !== null)
  return { inside: compared.filter((i) => i).length, compared: compared.length }
}
