import type { ProtocolLevel, QoS } from '../../../contract/packet'
import type { Frame } from '../../mqtt/packet'
import { writePublish } from './wire/publish'

const NONE = Buffer.alloc(0)

const compact = (b: Buffer): Buffer => (b.buffer.byteLength > 2 * b.length + 1024 ? Buffer.from(b) : b)

export interface MessageFields {
  /** Ascending from 1 for each application message of this broker. */
  id: number
  topic: string
  payload: Buffer
  qos: QoS
  retain: boolean
  topicBytes?: Buffer
  /** Raw MQTT 5 properties that travel with the message. */
  forward?: Buffer
  /** Engine clock ms after which it is not delivered any more; null is never. */
  expiresAtMs?: number | null
  /** Identifier of the publishing client; null for the broker itself. */
  publisher?: string | null
  /** The publisher is not one of the application's own devices. */
  external?: boolean
}

/** One application message on its way through the broker, shared by all its subscribers. */
export class Message {
  readonly id: number
  readonly topic: string
  readonly qos: QoS
  readonly retain: boolean
  readonly expiresAtMs: number | null
  readonly publisher: string | null
  readonly external: boolean
  topicBytes: Buffer
  payload: Buffer
  forward: Buffer
  private owned = false
  private plain3: Frame | null = null
  private plain5: Frame | null = null

  constructor(f: MessageFields) {
    this.id = f.id
    this.topic = f.topic
    this.qos = f.qos
    this.retain = f.retain
    this.payload = f.payload
    this.topicBytes = f.topicBytes ?? Buffer.from(f.topic, 'utf8')
    this.forward = f.forward ?? NONE
    this.expiresAtMs = f.expiresAtMs ?? null
    this.publisher = f.publisher ?? null
    this.external = f.external ?? false
  }

  /** Copies what is still a view on a network buffer: a message that waits must not hold 64 KiB for 20 bytes. */
  own(): this {
    if (this.owned) return this
    this.owned = true
    this.payload = compact(this.payload)
    this.topicBytes = compact(this.topicBytes)
    this.forward = compact(this.forward)
    return this
  }

  expired(nowMs: number): boolean {
    return this.expiresAtMs !== null && nowMs >= this.expiresAtMs
  }

  /** The PUBLISH of one subscriber's leg. QoS 0 copies that look alike share their bytes. */
  frame(level: ProtocolLevel, copy: Copy, packetId: number, dup: boolean, nowMs: number): Frame {
    const plain = copy.qos === 0 && !copy.retain && copy.ids.length === 0 && this.expiresAtMs === null
    const known = level === 5 ? this.plain5 : this.plain3
    if (plain && known !== null) return known
    const expiry =
      this.expiresAtMs === null ? null : Math.max(0, Math.ceil((this.expiresAtMs - nowMs) / 1000))
    const frame = writePublish(this, {
      level,
      qos: copy.qos,
      dup,
      retain: copy.retain,
      packetId,
      expiry,
      subscriptionIds: copy.ids,
    })
    if (plain) {
      if (level === 5) this.plain5 = frame
      else this.plain3 = frame
    }
    return frame
  }
}

/** How one subscriber gets a message: the result of all its subscriptions that match. */
export interface Copy {
  readonly message: Message
  qos: QoS
  retain: boolean
  /** Identifiers of the matching subscriptions (MQTT 5). */
  ids: readonly number[]
}
