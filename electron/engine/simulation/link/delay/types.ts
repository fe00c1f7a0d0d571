import type { DelayConfig } from '../../../../contract/link-config'

/** The random numbers in [0, 1) that belong to one packet's delay: two, independent of each other. */
export interface DelayQuery {
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
