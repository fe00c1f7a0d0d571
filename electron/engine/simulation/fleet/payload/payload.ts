import type { PayloadConfig } from '../../../../contract/scenario'
import type { Random } from '../../../base/random'

/** What a generator may use for one message. */
export interface MessageContext {
  clientId: string
  group: string
  /** Number of the device in its group, from 1. */
  index: number
  /** Which message of the device this is, from 1. */
  sequence: number
  /** Clock ms. */
  atMs: number
}

/** Makes one device's payloads: an object becomes JSON, text and bytes go as they are. */
export type Generator = (message: MessageContext) => Record<string, unknown> | string | Buffer

/** One kind of payload; `create` is called once for each device. */
export interface PayloadModel<K extends PayloadConfig['kind'] = PayloadConfig['kind']> {
  readonly kind: K
  create(config: Extract<PayloadConfig, { kind: K }>, random: Random): Generator
}

/** Keeps JSON numbers short. */
export const round = (value: number): number => Math.round(value * 1000) / 1000
