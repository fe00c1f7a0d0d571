import {
  EXPERIMENT_VALUES,
  LATENCY_FIGURES,
  type ExperimentPoint,
  type ExperimentResult,
  type LatencyFigure,
} from '../../contract/experiment'
import { insideInterval, latencyInside } from '../../contract/experiment-text'
import { textTable } from './table'

const expected = (value: number | null): string => (value === null ? '-' : value.toFixed(4))

function row(p: ExperimentPoint): string[] {
  const values = EXPERIMENT_VALUES.flatMap((v) => {
    const outside = insideInterval(p, v) === false
    return [`${p[v].toFixed(4)}${outside ? '!' : ''}`, expected(p.theory[v])]
  })
  return [
    `QoS ${p.qos}`,
    p.loss.toFixed(2),
    String(p.delivered),
    ...values,
    ...LATENCY_FIGURES.flatMap((f) => latency(p, f)),
    p.wireBytesPerMessage.sent.toFixed(1),
    p.wireBytesPerMessage.received.toFixed(1),
  ]
}

/** A latency and its expectation. */
function latency(p: ExperimentPoint, f: LatencyFigure): string[] {
  const spell = (ms: number | undefined | null): string =>
    ms === null || ms === undefined ? '-' : f === 'mean' ? ms.toFixed(1) : String(ms)
  const outside = latencyInside(p, f) === false ? '!' : ''
  return [`${spell(p.latencyMs[f])}${outside}`, spell(p.latencyTheoryMs?.expected[f])]
}

const HEAD = [
  '',
  'loss',
  'delivered',
  'ratio',
  'theory',
  'duplicates',
  'theory',
  'PUBLISH',
  'theory',
  'packets',
]
const MORE = ['theory', ...LATENCY_FIGURES.flatMap((f) => [`${f} ms`, 'theory']), 'bytes sent', 'received']

/** An experiment's result for people: one line per point, each measured value beside its expectation. */
export function experimentTable({ config, complete, points }: ExperimentResult): string {
  const messages = config.messages * config.publishers
  const cut = complete ? '' : ', cut short'
  const inside = points.flatMap((p) => [
    ...EXPERIMENT_VALUES.map((v) => insideInterval(p, v)),
    ...LATENCY_FIGURES.map((f) => latencyInside(p, f)),
  ])
  const outside = inside.filter((i) => i === false).length
  const compared = inside.filter((i) => i !== null).length
  return [
    `${config.link}, ${messages} messages per point, seed ${config.seed}${cut}\n\n`,
    textTable([...HEAD, ...MORE], points.map(row)),
    '\nduplicates, PUBLISH, packets and bytes are per message; the last three between publisher and broker.\n',
    'Latency is simulated network time; the speed of this computer does not affect it.\n',
    `${compared - outside} of ${compared} values lie within the 99% interval of their closed form`,
    `${outside > 0 ? '; ! marks the others' : ''}.\n`,
  ].join('')
}
