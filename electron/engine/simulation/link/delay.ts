import type { DelayConfig } from '../../../contract/link-config'

/** The random numbers in [0, 1) that belong to one packet's delay: two, independent of each other; and when it comes. */
export interface DelayQuery {
  /** Steady ms: clock ms without what step mode let pass. */
  readonly nowMs: number
  delay(): number
  delayAgain(): number
}

/** One-way delay of packets. Keeps no state: a packet's delay is a function of its own two numbers. */
export interface DelayModel {
  /** Delay in ms, 0 or more. */
  delayMs(query: DelayQuery): number
}

/** One row of the registry: the name used in scenario files and how to make an instance. */
export interface DelayKind<C extends DelayConfig = DelayConfig> {
  readonly model: C['model']
  create(config: C): DelayModel
}

/** Every packet takes the same time. */
const constant: DelayKind<Extract<DelayConfig, { model: 'constant' }>> = {
  model: 'constant',
  create: ({ ms }) => ({ delayMs: () => ms }),
}

/** Any time between two bounds is as likely as any other. Bounds given the wrong way round are exchanged. */
const uniform: DelayKind<Extract<DelayConfig, { model: 'uniform' }>> = {
  model: 'uniform',
  create({ minMs, maxMs }) {
    const low = Math.min(minMs, maxMs)
    const span = Math.abs(maxMs - minMs)
    return { delayMs: (query) => low + span * query.delay() }
  },
}

/** Normal distribution, made from two uniform numbers (Box and Muller 1958); what falls below 0 becomes 0. */
const normal: DelayKind<Extract<DelayConfig, { model: 'normal' }>> = {
  model: 'normal',
  create: ({ meanMs, deviationMs }) => ({
    delayMs(query) {
      const standard =
        Math.sqrt(-2 * Math.log(1 - query.delay())) * Math.cos(2 * Math.PI * query.delayAgain())
      return Math.max(0, meanMs + deviationMs * standard)
    },
  }),
}

/** Changes at given times (steady ms); 0 before the first of them. */
const schedule: DelayKind<Extract<DelayConfig, { model: 'schedule' }>> = {
  model: 'schedule',
  create({ steps }) {
    const ascending = [...steps].sort((x, y) => x.at - y.at)
    return { delayMs: (query) => ascending.findLast((s) => s.at <= query.nowMs)?.ms ?? 0 }
  },
}

/** Every delay model there is. A new one is one object above and one entry here (docs/links.md). */
const DELAY_KINDS: readonly DelayKind[] = [constant, uniform, normal, schedule]

/** A fresh instance of the model a configuration names. */
export function createDelay(config: DelayConfig): DelayModel {
  const kind = DELAY_KINDS.find((k) => k.model === config.model)
  if (kind === undefined) throw new Error(`no delay model is registered as "${config.model}"`)
  return kind.create(config)
}
