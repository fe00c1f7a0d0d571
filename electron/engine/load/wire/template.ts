import type { QoS } from '../../../contract/packet'
import { IDENTITY_BYTES, SHORT_IDENTITY_BYTES } from '../../../contract/load-config'
import type { PublishWriter } from './client-types'
import { removalFrame } from './frames'
import { varint } from '../../mqtt/varint'
import { IDENTITY_PROPERTY, PROPERTY_DIGITS_AT } from './property-identity'
import { TOPIC_IDENTITY_LENGTH, tagged, writeShortIdentity, type IdentityPlace } from './short-identity'

/** Bytes at the start of a payload that also says how late it was sent. */
export const DELAY_BYTES = IDENTITY_BYTES + 4

/** What all messages of one publisher have in common. */
export interface TemplateFields {
  topic: string
  qos: QoS
  /** Payload bytes. */
  size: number
  level: 4 | 5
  /** Tells this run's messages from any other's on the same topics. */
  runTag: number
  publisher: number
  seed: number
  /** @default the first 20 bytes of the payload */
  identity?: IdentityPlace
  /** @default false */
  retain?: boolean
  /** Level 5: the properties of each message, encoded, without their length. @default none */
  properties?: Buffer
  /** They end with correlation data of 12 bytes, which name the message. @default false */
  correlates?: boolean
}

/**
 * One publisher's PUBLISH, prebuilt. Only flags, packet identifier, sequence number and time are rewritten.
 * Payload: run tag, publisher, sequence (4 bytes each), intended send time (seconds and nanoseconds since 1970,
 * 4 bytes each), all big-endian, then, in a payload of 24 bytes or more, how much later it was sent (µs, 4 bytes), and
 * filler. See `IdentityPlace` for smaller ones.
 */
export class PublishTemplate implements PublishWriter {
  readonly qos: QoS
  readonly length: number
  private readonly bytes: Buffer
  private readonly idAt: number
  private readonly payloadAt: number
  private readonly identity: IdentityPlace
  private readonly carriesDelay: boolean
  /** Where the identity is, unless the payload has all 20 bytes of it. */
  private readonly shortAt: number
  /** It is digits there, not bytes. */
  private readonly inDigits: boolean

  /** Where correlation data are, or -1. */
  private readonly correlationAt: number

  constructor(private readonly fields: TemplateFields) {
    this.qos = fields.qos
    this.identity = fields.identity ?? 'payload'
    const level = this.identity === 'topic' ? `/${'0'.repeat(TOPIC_IDENTITY_LENGTH)}` : ''
    const topic = Buffer.from(fields.topic + level)
    const property = this.identity === 'property' ? IDENTITY_PROPERTY : Buffer.alloc(0)
    const own = Buffer.concat([property, fields.properties ?? Buffer.alloc(0)])
    const properties = fields.level === 5 ? Buffer.concat([varint(own.length), own]) : Buffer.alloc(0)
    const remaining = 2 + topic.length + (fields.qos > 0 ? 2 : 0) + properties.length + fields.size
    const header = [0x30 | (fields.qos << 1) | (fields.retain === true ? 1 : 0), ...varint(remaining)]
    this.length = header.length + remaining
    this.bytes = Buffer.alloc(this.length)
    this.bytes.set(header)
    this.bytes.writeUInt16BE(topic.length, header.length)
    this.bytes.set(topic, header.length + 2)
    this.idAt = header.length + 2 + topic.length
    this.payloadAt = this.length - fields.size
    this.bytes.set(properties, this.payloadAt - properties.length)
    this.carriesDelay = this.identity === 'payload' && fields.size >= DELAY_BYTES
    const topicEnd = header.length + 2 + topic.length
    this.inDigits = this.identity === 'topic' || this.identity === 'property'
    if (this.identity === 'topic') this.shortAt = topicEnd - TOPIC_IDENTITY_LENGTH
    else this.shortAt = this.payloadAt - (this.inDigits ? own.length - PROPERTY_DIGITS_AT : 0)
    this.correlationAt = fields.correlates === true ? this.payloadAt - SHORT_IDENTITY_BYTES : -1
    this.fill()
  }

  get removal(): Buffer | null {
    return this.fields.retain === true ? removalFrame(this.fields.topic, this.fields.level) : null
  }

  /** Printable filler that depends on the seed and the publisher alone. */
  private fill(): void {
    let x = (this.fields.seed ^ Math.imul(this.fields.publisher + 1, 0x9e3779b1)) >>> 0 || 1
    for (let i = this.payloadAt; i < this.length; i++) {
      x ^= x << 13
      x ^= x >>> 17
      x ^= x << 5
      this.bytes[i] = 0x61 + ((x >>> 0) % 26)
    }
    if (this.identity !== 'payload') return
    this.bytes.writeUInt32BE(this.fields.runTag, this.payloadAt)
    this.bytes.writeUInt32BE(this.fields.publisher, this.payloadAt + 4)
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
    into.set(this.bytes, at)
    if (dup) into[at] = (this.bytes[0] as number) | 0x08
    if (this.fields.qos > 0) {
      into[at + this.idAt] = id >> 8
      into[at + this.idAt + 1] = id
    }
    if (this.identity === 'payload') {
      const seconds = Math.floor(timeMs / 1000)
      const p = at + this.payloadAt
      putUint32(into, p + 8, sequence)
      putUint32(into, p + 12, seconds)
      putUint32(into, p + 16, ((timeMs - seconds * 1000) * 1e6) | 0)
      if (this.carriesDelay) putUint32(into, p + 20, Math.min(0xffffffff, delayMs * 1000))
    } else if (this.identity !== 'none') {
      const { publisher, runTag } = this.fields
      const own = { publisher: tagged(publisher, runTag), sequence, timeMs }
      writeShortIdentity(into, at + this.shortAt, this.inDigits, own)
    }
    if (this.correlationAt >= 0) {
      const { publisher } = this.fields
      writeShortIdentity(into, at + this.correlationAt, false, { publisher, sequence, timeMs })
    }
    return at + this.length
  }
}

/** Without the range checks of writeUInt32BE, which cost more than the writing. */
function putUint32(b: Buffer, at: number, value: number): void {
  b[at] = value >>> 24
  b[at + 1] = value >>> 16
  b[at + 2] = value >>> 8
  b[at + 3] = value
}

const uint32 = (b: Buffer, at: number): number =>
  (((b[at] as number) << 24) |
    ((b[at + 1] as number) << 16) |
    ((b[at + 2] as number) << 8) |
    (b[at + 3] as number)) >>>
  0

/** The fields a payload at `at` carries; the caller has checked that it has IDENTITY_BYTES. */
export const payloadRunTag = (b: Buffer, at: number): number => uint32(b, at)
export const payloadPublisher = (b: Buffer, at: number): number => uint32(b, at + 4)
export const payloadSequence = (b: Buffer, at: number): number => uint32(b, at + 8)
/** Intended send time, Unix ms with fractions. */
export const payloadTimeMs = (b: Buffer, at: number): number =>
  uint32(b, at + 12) * 1000 + uint32(b, at + 16) / 1e6
/** How much later than intended it was sent, ms; of a payload of DELAY_BYTES and more. */
export const payloadDelayMs = (b: Buffer, at: number): number => uint32(b, at + 20) / 1000
