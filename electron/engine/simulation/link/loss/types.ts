import type { LossConfig } from '../../../../contract/link-config'

/** What a loss model may know about the packet (on tcp links: the segment) it decides on. */
export interface LossQuery {
  /** Packet type number. */
  readonly type: number
  /** Clock ms. */
  readonly nowMs: number
  /** False for the second and later transmissions or segments of one packet (tcp links only). */
  readonly first: boolean
  /** A number in [0, 1) that belongs to this packet alone. */
  loss(): number
  /** A number in [0, 1) that belongs to the place `index` in the direction's sequence of packets. */
  chain(index: number): number
}

/** Decides whether a packet is lost. One instance a link and direction, so it may keep a state. */
export interface LossModel {
  lost(query: LossQuery): boolean
  /** True for a model that names packet types itself and so is asked about every packet, whatever the loss scope. */
  readonly namesTypes?: boolean
}

/** One row of the registry: the name used in scenario files and how to make an instance. */
export interface LossKind<C extends LossConfig = LossConfig> {
  readonly model: C['model']
  create(config: C): LossModel
}
