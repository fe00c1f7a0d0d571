import type { ExperimentConfig } from '../../contract/experiment'
import type { LinkInput } from '../../contract/link-config'
import type { QoS } from '../../contract/packet'
import { scenarioSchema, type Scenario } from '../../contract/scenario'

/** Client identifiers of publishers begin with this. With the seed they decide every packet's fate. */
export const PUBLISHERS = 'publisher'

/** So many timeouts in a row that the simulated TCP never gives up in an experiment. */
const MAX_RETRANSMISSIONS = 50

/** The link of every device at one point. */
export function linkOf(config: ExperimentConfig, loss: number): LinkInput {
  return {
    kind: config.link,
    delay: config.delay,
    uplink: { loss: config.direction === 'down' ? 0 : loss },
    downlink: { loss: config.direction === 'up' ? 0 : loss },
    recovery: { mode: config.recovery, timeout: config.retryTimeout, maxRetries: config.maxRetries },
    tcp: { maxRetransmissions: MAX_RETRANSMISSIONS },
  }
}

/** One point of an experiment as a scenario. Every publisher has a topic of its own; every subscriber takes all. */
export function scenarioOf(config: ExperimentConfig, qos: QoS, loss: number): Scenario {
  const { seed, publishers, subscribers, rate, messages } = config
  const device = { clean: false, keepAlive: 0 }
  return scenarioSchema.parse({
    version: 1,
    name: `QoS ${qos}, loss ${loss}`,
    seed,
    messages,
    link: linkOf(config, loss),
    broker: { kind: 'embedded', qos2: config.qos2 },
    groups: [
      {
        ...device,
        name: PUBLISHERS,
        count: publishers,
        publishes: [{ topic: 'experiment/{n}', qos, rate, identity: 'payload' }],
      },
      { ...device, name: 'subscriber', count: subscribers, subscribes: [{ filter: 'experiment/+', qos }] },
    ],
  })
}
