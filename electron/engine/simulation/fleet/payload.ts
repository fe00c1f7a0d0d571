import type { StateValue } from '../../../contract/answers'
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
  /** What the device keeps. */
  state?: ReadonlyMap<string, StateValue> | undefined
  /** The message that this one answers. */
  request?: { topic: string; payload: Buffer }
}

/** Most that the values filled into one text may add to it, in characters. */
const MAX_FILLED = 262_144

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

const PLACEHOLDER = /\{(seq|n|id|group|t|random|topic|payload(?:\.[\w-]+)?|state\.[\w-]+)\}/g

/** Undefined for what the message has not: it stays in the text as it is. */
function valueOf(name: string, message: MessageContext, random: Random): string | undefined {
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
    case 'random':
      return random().toFixed(3)
    case 'topic':
      return message.request?.topic
    case 'payload':
      return message.request?.payload.toString()
    default: {
      const [from, member = ''] = name.split('.', 2)
      if (from === 'payload') return message.request && memberOf(message.request.payload, member)
      const kept = message.state?.get(member)
      return kept === undefined ? undefined : String(kept)
    }
  }
}

/** A member of a JSON object as text; nothing where there is none. */
function memberOf(payload: Buffer, name: string): string {
  let value: unknown
  try {
    value = JSON.parse(payload.toString())
  } catch {
    return ''
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return ''
  const member: unknown = Reflect.get(value, name)
  return typeof member === 'string' ? member : JSON.stringify(member)
}

/**
 * Text with {seq}, {id}, {group}, {t}, {random} and {state.NAME} filled in, and of a message that is answered {topic}, {payload}
 * and {payload.NAME}; {n}, which elsewhere is the device's number, is an older name of {seq} here; {random} is a number from 0
 * to 1 with three decimals. Null when it would become too long.
 */
export function fillText(text: string, message: MessageContext, random: Random): string | null {
  let left = MAX_FILLED
  const filled = text.replace(PLACEHOLDER, (all, name: string) => {
    const value = valueOf(name, message, random) ?? all
    left -= value.length
    return left < 0 ? '' : value
  })
  return left < 0 ? null : filled
}

/** See `fillText`; nothing where it would become too long. */
const template: PayloadModel<'template'> = {
  kind: 'template',
  create: (config, random) => (message) => fillText(config.text, message, random) ?? '',
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
