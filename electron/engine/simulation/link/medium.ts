import type { DirectionConfig } from '../../../contract/link-config'
import { Serialiser } from './bandwidth'
import { createDelay, type DelayModel } from './delay'
import { createLoss, keepsState, type LossModel } from './loss'
import type { PacketQuery } from './query'

/** What becomes of a packet that enters a link. Times count from its entry. */
export type Verdict =
  | { readonly fate: 'deliver'; readonly afterMs: number; readonly segmentLosses: number }
  /** `point`: how far of its way of `afterMs` it comes. */
  | {
      readonly fate: 'lose'
      readonly cause: 'model' | 'rule'
      readonly afterMs: number
      readonly point: number
    }
  /** TCP carries it: what becomes of it shows on the way. */
  | { readonly fate: 'carry' }
  /** The connection is cut in front of the packet. */
  | { readonly fate: 'cut' }

/** One kind of link in one direction. It decides; the link acts. */
export interface Medium {
  decide(packet: PacketQuery): Verdict
}

/** What every kind of link is made of: the pieces of one direction's configuration. */
export interface Parts {
  readonly loss: LossModel
  readonly delay: DelayModel
  readonly line: Serialiser
}

/** The pieces of directions in which nothing keeps a state, by configuration: one set for all links that have it. */
const shared = new WeakMap<DirectionConfig, Parts>()

const isShared = (config: DirectionConfig): boolean =>
  config.bandwidth === undefined && !keepsState(config.loss)

function sharedParts(config: DirectionConfig): Parts {
  let parts = shared.get(config)
  if (parts === undefined) {
    const line = new Serialiser(undefined)
    parts = { loss: createLoss(config.loss), delay: createDelay(config.delay), line }
    shared.set(config, parts)
  }
  return parts
}

/** The pieces for one direction; those whose configuration stays the same keep their state. */
export function createParts(config: DirectionConfig, old?: { config: DirectionConfig; parts: Parts }): Parts {
  if (isShared(config)) return sharedParts(config)
  const sameLoss = old !== undefined && JSON.stringify(old.config.loss) === JSON.stringify(config.loss)
  const line = old === undefined || isShared(old.config) ? new Serialiser(undefined) : old.parts.line
  line.bitsPerSecond = config.bandwidth
  return { loss: sameLoss ? old.parts.loss : createLoss(config.loss), delay: createDelay(config.delay), line }
}

/** Ms from entry to arrival without any loss: the wait for the line, the bits, the way. */
export const travelMs = (packet: PacketQuery, { delay, line }: Parts): number =>
  line.occupy(packet.bytes, packet.nowMs) + delay.delayMs(packet)
