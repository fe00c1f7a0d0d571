import { Prop, PROPERTIES, type PropertyKind } from '../../../mqtt/properties'
import { malformed, ProtocolError } from './protocol-error'
import type { Reader } from './reader'

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

/** Parts of a buffer; those that follow on each other are one, so that nothing is copied where nothing is left out. */
class Stretches {
  private readonly parts: Buffer[] = []
  private from = 0
  private to = 0

  constructor(private readonly whole: Buffer) {}

  add(from: number, to: number): void {
    if (from !== this.to) {
      this.close()
      this.from = from
    }
    this.to = to
  }

  bytes(): Buffer {
    this.close()
    return this.parts.length > 1 ? Buffer.concat(this.parts) : (this.parts[0] ?? NONE)
  }

  private close(): void {
    if (this.to > this.from) this.parts.push(this.whole.subarray(this.from, this.to))
  }
}

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
  const forward = new Stretches(r.tail(length))
  while (block.left > 0) {
    const from = length - block.left
    const id = block.varint()
    const kind = PROPERTIES[id]?.kind
    if (kind === undefined) throw malformed(`${what}: property 0x${id.toString(16)} does not exist`)
    if (!allowed.has(id))
      throw new ProtocolError(`${what}: property 0x${id.toString(16)} does not belong there`)
    if (seen.has(id) && id !== Prop.USER_PROPERTY) {
      throw new ProtocolError(`${what}: property 0x${id.toString(16)} is given twice`)
    }
    seen.add(id)
    readValue(block, id, kind, numbers, texts)
    if (!HOP.has(id)) forward.add(from, length - block.left)
  }
  // MQTT 5.0 section 3.1.2.11.10
  if (seen.has(Prop.AUTH_DATA) && !seen.has(Prop.AUTH_METHOD)) {
    throw new ProtocolError(`${what}: authentication data without an authentication method`)
  }
  checkRanges(numbers, texts, what)
  return { numbers, texts, forward: forward.bytes() }
}

function readValue(
  r: Reader,
  id: number,
  kind: PropertyKind,
  numbers: Map<number, number>,
  texts: Map<number, string>,
): void {
  switch (kind) {
    case 'byte':
      numbers.set(id, r.u8())
      return
    case 'two':
      numbers.set(id, r.u16())
      return
    case 'four':
      numbers.set(id, r.u32())
      return
    case 'varint':
      numbers.set(id, r.varint())
      return
    case 'string':
      texts.set(id, r.text('a property'))
      return
    case 'binary':
      r.binary()
      return
    case 'pair':
      r.utf8('a user property')
      r.utf8('a user property')
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
