import type { PayloadConfig } from '../../../contract/scenario'
import { normal, type Random } from '../../base/random'

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
const round = (value: number): number => Math.round(value * 1000) / 1000

const counter: PayloadModel<'counter'> = {
  kind: 'counter',
  create: () => (message) => ({ n: message.sequence }),
}

/** Each value differs from the last by up to `step` either way and stays within `min` and `max`. */
const randomWalk: PayloadModel<'random-walk'> = {
  kind: 'random-walk',
  create(config, random) {
    let value = config.start
    return (message) => {
      value = Math.min(config.max, Math.max(config.min, value + (2 * random() - 1) * config.step))
      return { [config.field]: round(value), n: message.sequence }
    }
  },
}

/** A sine over clock time, with normal noise of the given standard deviation. */
const sine: PayloadModel<'sine'> = {
  kind: 'sine',
  create: (config, random) => (message) => {
    const wave = config.amplitude * Math.sin((2 * Math.PI * message.atMs) / Math.max(1, config.period))
    return { [config.field]: round(config.mean + wave + config.noise * normal(random)), n: message.sequence }
  },
}

/**
 * Text with {seq}, {id}, {group}, {t} and {random} filled in; {n}, which elsewhere is the device's number, is an older name
 * of {seq} here; {random} is a number from 0 to 1 with three decimals.
 */
const template: PayloadModel<'template'> = {
  kind: 'template',
  create: (config, random) => (message) =>
    config.text.replace(/\{(seq|n|id|group|t|random)\}/g, (_all, name: string) => {
      switch (name) {
        case 'seq':
        case 'n':
          return String(message.sequence)
        case 'id':
          return message.clientId
        case 'group':
          return message.group
        case 't':
          return String(Math.round(message.atMs))
        default:
          return random().toFixed(3)
      }
    }),
}

const bytes: PayloadModel<'bytes'> = {
  kind: 'bytes',
  create: (config, random) => () => {
    const payload = Buffer.allocUnsafe(config.size)
    for (let i = 0; i < payload.length; i++) payload[i] = Math.floor(random() * 256)
    return payload
  },
}

const MODELS: { [K in PayloadConfig['kind']]: PayloadModel<K> } = {
  counter,
  'random-walk': randomWalk,
  sine,
  template,
  bytes,
}

/** The generator of one device. */
export function createGenerator(config: PayloadConfig, random: Random): Generator {
  // The registry pairs each kind with its own model, which TypeScript cannot follow through a union.
  const model = MODELS[config.kind] as PayloadModel
  return model.create(config, random)
}
