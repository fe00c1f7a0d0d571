import { malformed, ProtocolError } from './protocol-error'
import type { Reader } from './reader'

/** Property identifiers of MQTT 5.0 table 2-4. */
export const Prop = {
  PAYLOAD_FORMAT: 0x01,
  MESSAGE_EXPIRY: 0x02,
  CONTENT_TYPE: 0x03,
  RESPONSE_TOPIC: 0x08,
  CORRELATION_DATA: 0x09,
  SUBSCRIPTION_ID: 0x0b,
  SESSION_EXPIRY: 0x11,
  ASSIGNED_CLIENT_ID: 0x12,
  AUTH_METHOD: 0x15,
  AUTH_DATA: 0x16,
  REQUEST_PROBLEM: 0x17,
  WILL_DELAY: 0x18,
  REQUEST_RESPONSE: 0x19,
  REASON_STRING: 0x1f,
  RECEIVE_MAXIMUM: 0x21,
  TOPIC_ALIAS_MAXIMUM: 0x22,
  TOPIC_ALIAS: 0x23,
  USER_PROPERTY: 0x26,
  MAXIMUM_PACKET: 0x27,
} as const

type Kind = 'byte' | 'u16' | 'u32' | 'varint' | 'text' | 'binary' | 'pair'

const KINDS: Readonly<Record<number, Kind>> = {
  [Prop.PAYLOAD_FORMAT]: 'byte',
  [Prop.MESSAGE_EXPIRY]: 'u32',
  [Prop.CONTENT_TYPE]: 'text',
  [Prop.RESPONSE_TOPIC]: 'text',
  [Prop.CORRELATION_DATA]: 'binary',
  [Prop.SUBSCRIPTION_ID]: 'varint',
  [Prop.SESSION_EXPIRY]: 'u32',
  [Prop.AUTH_METHOD]: 'text',
  [Prop.AUTH_DATA]: 'binary',
  [Prop.REQUEST_PROBLEM]: 'byte',
  [Prop.WILL_DELAY]: 'u32',
  [Prop.REQUEST_RESPONSE]: 'byte',
  [Prop.REASON_STRING]: 'text',
  [Prop.RECEIVE_MAXIMUM]: 'u16',
  [Prop.TOPIC_ALIAS_MAXIMUM]: 'u16',
  [Prop.TOPIC_ALIAS]: 'u16',
  [Prop.USER_PROPERTY]: 'pair',
  [Prop.MAXIMUM_PACKET]: 'u32',
}

const ACK = [Prop.REASON_STRING, Prop.USER_PROPERTY]
const MESSAGE = [
  Prop.PAYLOAD_FORMAT,
  Prop.MESSAGE_EXPIRY,
  Prop.CONTENT_TYPE,
  Prop.RESPONSE_TOPIC,
  Prop.CORRELATION_DATA,
  Prop.USER_PROPERTY,
]

/** What a client may send in which place (MQTT 5.0 table 2-4). */
export const ALLOWED = {
  CONNECT: new Set<number>([
    Prop.SESSION_EXPIRY,
    Prop.AUTH_METHOD,
    Prop.AUTH_DATA,
    Prop.REQUEST_PROBLEM,
    Prop.REQUEST_RESPONSE,
    Prop.RECEIVE_MAXIMUM,
    Prop.TOPIC_ALIAS_MAXIMUM,
    Prop.USER_PROPERTY,
    Prop.MAXIMUM_PACKET,
  ]),
  WILL: new Set<number>([...MESSAGE, Prop.WILL_DELAY]),
  PUBLISH: new Set<number>([...MESSAGE, Prop.TOPIC_ALIAS]),
  ACK: new Set<number>(ACK),
  SUBSCRIBE: new Set<number>([Prop.SUBSCRIPTION_ID, Prop.USER_PROPERTY]),
  UNSUBSCRIBE: new Set<number>([Prop.USER_PROPERTY]),
  DISCONNECT: new Set<number>([...ACK, Prop.SESSION_EXPIRY]),
} as const

/** Numbers by identifier (byte, two-byte, four-byte and variable), texts by identifier, and the bytes to pass on. */
export interface Properties {
  readonly numbers: ReadonlyMap<number, number>
  readonly texts: ReadonlyMap<number, string>
  /** Raw properties that travel with an application message, unchanged and in order [MQTT-3.3.2-17]. */
  readonly forward: Buffer
}

const NONE = Buffer.alloc(0)
export const NO_PROPERTIES: Properties = { numbers: new Map(), texts: new Map(), forward: NONE }

/** Properties that belong to one hop and are not passed on. */
const HOP = new Set<number>([Prop.MESSAGE_EXPIRY, Prop.TOPIC_ALIAS, Prop.WILL_DELAY])

/**
 * Reads a property block.
 * @throws ProtocolError for a property that is unknown, out of place, given twice or out of range
 */
export function readProperties(r: Reader, allowed: ReadonlySet<number>, what: string): Properties {
  const length = r.varint()
  if (length === 0) return NO_PROPERTIES
  const block = r.section(length)
  const numbers = new Map<number, number>()
  const texts = new Map<number, string>()
  const seen = new Set<number>()
  const forward: Buffer[] = []
  const whole = r.tail(length)
  while (block.left > 0) {
    const from = length - block.left
    const id = block.varint()
    const kind = KINDS[id]
    if (kind === undefined) throw malformed(`${what}: property 0x${id.toString(16)} does not exist`)
    if (!allowed.has(id))
      throw new ProtocolError(`${what}: property 0x${id.toString(16)} does not belong there`)
    if (seen.has(id) && id !== Prop.USER_PROPERTY) {
      throw new ProtocolError(`${what}: property 0x${id.toString(16)} is given twice`)
    }
    seen.add(id)
    readValue(block, id, kind, numbers, texts)
    if (!HOP.has(id)) forward.push(whole.subarray(from, length - block.left))
  }
  checkRanges(numbers, texts, what)
  return { numbers, texts, forward: forward.length === 0 ? NONE : Buffer.concat(forward) }
}

function readValue(
  r: Reader,
  id: number,
  kind: Kind,
  numbers: Map<number, number>,
  texts: Map<number, string>,
): void {
  switch (kind) {
    case 'byte':
      numbers.set(id, r.u8())
      return
    case 'u16':
      numbers.set(id, r.u16())
      return
    case 'u32':
      numbers.set(id, r.u32())
      return
    case 'varint':
      numbers.set(id, r.varint())
      return
    case 'text':
      texts.set(id, r.text('a property'))
      return
    case 'binary':
      r.binary()
      return
    case 'pair':
      r.text('a user property')
      r.text('a user property')
      return
  }
}

const FLAGS = [Prop.PAYLOAD_FORMAT, Prop.REQUEST_PROBLEM, Prop.REQUEST_RESPONSE]
const NOT_ZERO = [Prop.RECEIVE_MAXIMUM, Prop.MAXIMUM_PACKET, Prop.SUBSCRIPTION_ID]

function checkRanges(numbers: Map<number, number>, texts: Map<number, string>, what: string): void {
  for (const id of FLAGS) {
    if ((numbers.get(id) ?? 0) > 1) {
      throw new ProtocolError(`${what}: property 0x${id.toString(16)} must be 0 or 1`)
    }
  }
  for (const id of NOT_ZERO) {
    if (numbers.get(id) === 0) throw new ProtocolError(`${what}: property 0x${id.toString(16)} must not be 0`)
  }
  const reply = texts.get(Prop.RESPONSE_TOPIC)
  // [MQTT-3.3.2-14]
  if (reply !== undefined && (reply.length === 0 || /[+#]/.test(reply))) {
    throw new ProtocolError(`${what}: the response topic is not a topic name`)
  }
}
