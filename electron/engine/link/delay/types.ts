import type { DelayConfig } from '../../../contract/link-config'

/** One-way delay of packets. Keeps no state: a packet's delay is a function of its own two numbers. */
export interface DelayModel {
  /**
   * Delay in ms, 0 or more.
   * @param u a number in [0, 1) that belongs to the packet
   * @param v a second one, independent of the first
   */
  delayMs(u: () => number, v: () => number): number
}

/** One row of the registry: the name used in scenario files and how to make an instance. */
export interface DelayKind<C extends DelayConfig = DelayConfig> {
  readonly model: C['model']
  create(config: C): DelayModel
}
