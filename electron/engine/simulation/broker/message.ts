import type { ProtocolLevel, QoS } from '../../../contract/packet'
import type { Frame } from '../../mqtt/packet'
import { COST } from './kept'
import { writePublish } from './wire/publish'

const NONE = Buffer.alloc(0)

/** Bytes from which on memory is not copied without need. */
const LARGE = 16_384

/** The frame that was made last, for the other subscribers of its message: not kept with the message, which may wait. */
const lastPlain: { message: Message | null; frames: [v3: Frame | null, v5: Frame | null] } = {
  message: null,
  frames: [null, null],
}

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
  /** Queues and the like that hold it, for `Kept`. */
  holders = 0

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

  /**
   * Bytes that it takes while it is kept: topic (as bytes and as text), payload, properties and overhead. A message that is
   * kept has memory of its own (`own`), so these are what goes when it goes.
   */
  get bytes(): number {
    return COST.message + 2 * this.topicBytes.length + this.payload.length + this.forward.length
  }

  /** Copies what is a view on a network buffer: a message that waits must not hold 64 KiB, or a slab, for 20 bytes. */
  own(): this {
    if (this.owned) return this
    this.owned = true
    const { topicBytes, payload, forward } = this
    if (isAlone(topicBytes, payload, forward)) return this
    const all = Buffer.allocUnsafeSlow(topicBytes.length + payload.length + forward.length)
    let at = 0
    const moved = (from: Buffer): Buffer => {
      const to = all.subarray(at, (at += from.length))
      from.copy(to)
      return to
    }
    this.topicBytes = moved(topicBytes)
    this.payload = payload.length === 0 ? NONE : moved(payload)
    this.forward = forward.length === 0 ? NONE : moved(forward)
    return this
  }

  expired(nowMs: number): boolean {
    return this.expiresAtMs !== null && nowMs >= this.expiresAtMs
  }

  /** The PUBLISH of one subscriber's leg. QoS 0 copies that look alike share their bytes. */
  frame(level: ProtocolLevel, copy: Copy, packetId: number, dup: boolean, nowMs: number): Frame {
    const plain = copy.qos === 0 && !copy.retain && copy.ids.length === 0 && this.expiresAtMs === null
    const at = level === 5 ? 1 : 0
    const known = lastPlain.message === this ? lastPlain.frames[at] : null
    if (plain && known) return known
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
      if (lastPlain.message !== this) {
        lastPlain.message = this
        lastPlain.frames = [null, null]
      }
      lastPlain.frames[at] = frame
    }
    return frame
  }
}

/** Whether hardly anything else is in the memory that a large message came in: then it can stay there. */
function isAlone(topic: Buffer, payload: Buffer, forward: Buffer): boolean {
  const { buffer } = topic
  const inside = (part: Buffer): boolean => part.length === 0 || part.buffer === buffer
  const bytes = topic.length + payload.length + forward.length
  return bytes >= LARGE && buffer.byteLength <= bytes * 1.1 && inside(payload) && inside(forward)
}

/** How one subscriber gets a message: the result of all its subscriptions that match. */
export interface Copy {
  readonly message: Message
  qos: QoS
  retain: boolean
  /** Identifiers of the matching subscriptions (MQTT 5). */
  ids: readonly number[]
}

/** Bytes of one copy in one queue, beside the message it shares. */
export const copyBytes = ({ ids }: Copy): number => COST.copy + COST.subscriptionId * ids.length
