import type { ExperimentConfig, ExperimentValue, Interval, LatencyTheory } from '../../../contract/experiment'
import type { QoS } from '../../../contract/packet'
import { binomialRange } from './binomial'
import { journeyMoments, type Journey, type JourneyMoments } from './journey'
import { latencyLaw, latencyTheory } from './latency'
import type { Moments } from './rounds'

/** What the formulas say about one point. */
export interface Theory {
  readonly expectation: Record<ExperimentValue, number | null>
  readonly interval99: Record<ExperimentValue, Interval | null>
}

/** Two-sided quantile of the normal distribution for 99 %. */
const Z99 = 2.5758293035489004
const TAIL = 0.005

/** The part of an experiment the formulas depend on. */
export type TheoryConfig = Pick<
  ExperimentConfig,
  'link' | 'recovery' | 'maxRetries' | 'qos2' | 'direction' | 'messages' | 'publishers' | 'subscribers'
>

/** The chances on both legs. TCP loses no packet; without recovery there is one attempt. */
function journeyOf(config: TheoryConfig, qos: QoS, loss: number): Journey {
  const p = config.link === 'tcp' ? 0 : loss
  const up = config.direction === 'down' ? 0 : p
  const down = config.direction === 'up' ? 0 : p
  const attempts = config.link === 'tcp' ? 1 : attemptsOf(config)
  return {
    qos,
    qos2: config.qos2,
    publisher: { forward: up, back: down, attempts },
    subscriber: { forward: down, back: up, attempts },
    subscribers: config.subscribers,
  }
}

function attemptsOf({ recovery, maxRetries }: TheoryConfig): number {
  switch (recovery) {
    case 'none':
      return 1
    case 'reconnect':
      return Infinity
    case 'retry':
      return maxRetries === 'unlimited' ? Infinity : maxRetries + 1
  }
}

const normal = ({ mean, variance }: Moments, samples: number): Interval => {
  const half = Z99 * Math.sqrt(variance / samples)
  return [mean - half, mean + half]
}

/** Exact for one subscriber, where messages are delivered or not; else by the normal distribution. */
function deliveryInterval(moments: Moments, samples: number, subscribers: number): Interval {
  if (subscribers > 1) {
    const [low, high] = normal(moments, samples)
    return [Math.max(0, low), Math.min(1, high)]
  }
  const [low, high] = binomialRange(samples, moments.mean, TAIL)
  return [low / samples, high / samples]
}

/**
 * Expectation and 99 % interval of every value at one point.
 * With `reconnect` each loss ends a connection and so touches every message that is in flight: only what the
 * guarantees of the QoS levels say has a closed form.
 */
export function theoryOf(config: TheoryConfig, qos: QoS, loss: number): Theory {
  const moments = journeyMoments(journeyOf(config, qos, loss))
  const samples = config.messages * config.publishers
  const { subscribers } = config
  const coupled = isCoupled(config, qos, loss)
  const known: Record<ExperimentValue, boolean> = {
    deliveryRatio: true,
    duplicatesPerMessage: !coupled || qos === 2,
    publishPerMessage: !coupled,
    packetsPerMessage: !coupled,
  }
  const of = byValue(moments)
  const interval = (value: ExperimentValue): Interval =>
    value === 'deliveryRatio'
      ? deliveryInterval(moments.delivery, samples, subscribers)
      : normal(of[value], samples)
  return {
    expectation: each((value) => (known[value] ? of[value].mean : null)),
    interval99: each((value) => (known[value] ? interval(value) : null)),
  }
}

/** Each loss ends a connection, and with it what else is on its way. */
const isCoupled = ({ link, recovery }: TheoryConfig, qos: QoS, loss: number): boolean =>
  link === 'radio' && recovery === 'reconnect' && qos > 0 && loss > 0

/** The same for the latencies of one point; null where they have no closed form. */
export function latencyTheoryOf(
  config: TheoryConfig & Pick<ExperimentConfig, 'delay' | 'retryTimeout'>,
  qos: QoS,
  loss: number,
): LatencyTheory | null {
  if (config.link === 'tcp' || isCoupled(config, qos, loss)) return null
  const journey = journeyOf(config, qos, loss)
  const arriving = config.messages * config.publishers * journeyMoments(journey).delivery.mean
  return latencyTheory(latencyLaw(journey), config, arriving)
}

const byValue = (m: JourneyMoments): Record<ExperimentValue, Moments> => ({
  deliveryRatio: m.delivery,
  duplicatesPerMessage: m.duplicates,
  publishPerMessage: m.publish,
  packetsPerMessage: m.packets,
})

const each = <T>(make: (value: ExperimentValue) => T): Record<ExperimentValue, T> => ({
  deliveryRatio: make('deliveryRatio'),
  duplicatesPerMessage: make('duplicatesPerMessage'),
  publishPerMessage: make('publishPerMessage'),
  packetsPerMessage: make('packetsPerMessage'),
})
