import { EXPERIMENT_VALUES, type ExperimentPoint, type ExperimentResult } from '../../contract/experiment'
import { insideInterval } from '../../contract/experiment-text'
import { textTable } from './table'

const ms = (value: number | null): string => (value === null ? '-' : String(value))
const expected = (value: number | null): string => (value === null ? '-' : value.toFixed(4))

function row(p: ExperimentPoint): string[] {
  const values = EXPERIMENT_VALUES.flatMap((v) => {
    const outside = insideInterval(p, v) === false
    return [`${p[v].toFixed(4)}${outside ? '!' : ''}`, expected(p.theory[v])]
  })
  const { mean, p50, p95, p99 } = p.latencyMs
  return [
    `QoS ${p.qos}`,
    p.loss.toFixed(2),
    String(p.delivered),
    ...values,
    mean === null ? '-' : mean.toFixed(1),
    ms(p50),
    ms(p95),
    ms(p99),
  ]
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
const MORE = ['theory', 'mean ms', 'p50 ms', 'p95 ms', 'p99 ms']

/** An experiment's result for people: one line per point, each measured value beside its expectation. */
export function experimentTable({ config, complete, points }: ExperimentResult): string {
  const messages = config.messages * config.publishers
  const cut = complete ? '' : ', cut short'
  const outside = points.flatMap((p) =>
    EXPERIMENT_VALUES.filter((v) => insideInterval(p, v) === false),
  ).length
  const compared = points.flatMap((p) => EXPERIMENT_VALUES.filter((v) => p.theory[v] !== null)).length
  return [
    `${config.link}, ${messages} messages per point, seed ${config.seed}${cut}\n\n`,
    textTable([...HEAD, ...MORE], points.map(row)),
    '\nduplicates, PUBLISH and packets are per message; the last two between publisher and broker.\n',
    'Latency is simulated network time; the speed of this computer does not affect it.\n',
    `${compared - outside} of ${compared} values lie within the 99% interval of their closed form`,
    `${outside > 0 ? '; ! marks the others' : ''}.\n`,
  ].join('')
}
