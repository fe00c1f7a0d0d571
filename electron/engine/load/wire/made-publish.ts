import { SHORT_IDENTITY_BYTES } from '../../../contract/load-config'
import { varint } from '../../mqtt/varint'
import type { PublishWriter } from './client-types'
import { removalFrame } from './frames'
import { IDENTITY_PROPERTY, PROPERTY_DIGITS_AT } from './property-identity'
import {
  MEMBER_DIGITS,
  MEMBER_START,
  TOPIC_IDENTITY_LENGTH,
  tagged,
  writeDelayDigits,
  writeShortIdentity,
  type IdentityPlace,
} from './short-identity'
import type { TemplateFields } from './template'

/** What all messages of a publisher have in common whose payloads are made one by one. */
export interface MadeFields extends Omit<TemplateFields, 'size' | 'seed' | 'identity'> {
  place: Extract<IdentityPlace, 'member' | 'topic' | 'property' | 'none'>
  payload: {
    text(sequence: number, timeMs: number): string
    /** Bytes of the longest, or more. */
    readonly longest: number
  }
}

/** First byte, remaining length, length of the topic name, packet identifier, length of the properties. */
const MOST_HEADER_BYTES = 1 + 4 + 2 + 2 + 4
const DIGITS = '0'.repeat(TOPIC_IDENTITY_LENGTH)
const MEMBER = `${MEMBER_START}${'0'.repeat(MEMBER_DIGITS)}"`
const EMPTY_OBJECT = /^\{\s*\}/

/** One publisher's PUBLISH packets with payloads of different lengths, from a template. */
export class MadePublish implements PublishWriter {
  readonly qos
  readonly length: number
  private readonly first: number
  private readonly topic: Buffer
  private readonly properties: Buffer
  /** Where the digits are of the identity, where the first property is it; bytes before the end of all properties. */
  private readonly digitsBeforeEnd: number

  constructor(private readonly fields: MadeFields) {
    const { qos, retain, place, level, payload } = fields
    const property = place === 'property' ? IDENTITY_PROPERTY : Buffer.alloc(0)
    const own = Buffer.concat([property, fields.properties ?? Buffer.alloc(0)])
    this.qos = qos
    this.first = 0x30 | (qos << 1) | (retain === true ? 1 : 0)
    this.topic = Buffer.from(place === 'topic' ? `${fields.topic}/${DIGITS}` : fields.topic)
    this.properties = level === 5 ? Buffer.concat([varint(own.length), own]) : Buffer.alloc(0)
    this.digitsBeforeEnd = own.length - PROPERTY_DIGITS_AT
    const most = this.topic.length + this.properties.length + MEMBER.length + 1 + payload.longest
    this.length = MOST_HEADER_BYTES + most
  }

  get removal(): Buffer | null {
    return this.fields.retain === true ? removalFrame(this.fields.topic, this.fields.level) : null
  }

  write(
    into: Buffer,
    at: number,
    dup: boolean,
    id: number,
    sequence: number,
    timeMs: number,
    delayMs: number,
  ): number {
    const { place, publisher, runTag } = this.fields
    const text = this.payload(sequence, timeMs)
    const head = 2 + this.topic.length + (this.qos > 0 ? 2 : 0) + this.properties.length
    const identity = { publisher: tagged(publisher, runTag), sequence, timeMs }
    let p = at
    into[p++] = this.first | (dup ? 0x08 : 0)
    for (const byte of varint(head + Buffer.byteLength(text))) into[p++] = byte
    p = into.writeUInt16BE(this.topic.length, p)
    p += this.topic.copy(into, p)
    if (place === 'topic') writeShortIdentity(into, p - TOPIC_IDENTITY_LENGTH, true, identity)
    if (this.qos > 0) p = into.writeUInt16BE(id, p)
    p += this.properties.copy(into, p)
    if (place === 'property') writeShortIdentity(into, p - this.digitsBeforeEnd, true, identity)
    if (this.fields.correlates === true)
      writeShortIdentity(into, p - SHORT_IDENTITY_BYTES, false, { publisher, sequence, timeMs })
    const end = p + into.write(text, p)
    if (place === 'member') {
      const digits = p + MEMBER_START.length
      writeShortIdentity(into, digits, true, identity)
      writeDelayDigits(into, digits + TOPIC_IDENTITY_LENGTH, delayMs)
    }
    return end
  }

  private payload(sequence: number, timeMs: number): string {
    const text = this.fields.payload.text(sequence, timeMs)
    if (this.fields.place !== 'member') return text
    const object = text.trimStart()
    return `${MEMBER}${EMPTY_OBJECT.test(object) ? '' : ','}${object.slice(1)}`
  }
}
