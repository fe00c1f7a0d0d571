import { frameDup, framePacketId, type Frame } from '../../mqtt/frame'
import { messageKey } from '../../mqtt/identity'
import { textKey, type FateKey } from './fate'

/** One application message on one link and direction. It is the key of its own fate. */
export interface MessageRecord extends FateKey {
  /** Identity text or, for messages without one, content hash and ordinal. */
  readonly key: string
  /** Packets so far by handshake type, PUBLISH first. */
  readonly counts: [number, number, number, number, number]
  /** The packet identifier it had last. */
  id: number
  /** Those before. A message has several when the broker was given it twice. */
  earlierIds: number[] | null
  /** Identifiers that stand for an exchange of it that goes on. */
  open: number
  /** How often it stands among the recent ones. */
  recent: number
}

/** Completed messages remembered, so that a late packet or a second delivery of the same message counts on. */
const REMEMBERED = 32

/**
 * Which message each packet identifier stands for, in one direction of PUBLISH. Acknowledgements carry only the
 * identifier, and identifiers are handed out at random, so luck must hang on the message (fate.ts).
 * Counts outlive sessions: a message that is sent again in a new session must not meet its old luck again.
 */
export class ExchangeTable {
  private readonly byKey = new Map<string, MessageRecord>()
  private readonly byId = new Map<number, MessageRecord>()
  /** A ring of completed messages; the oldest is at `at` once it is full. */
  private ring: MessageRecord[] = []
  private at = 0
  private limit = REMEMBERED
  private ordinal = 0

  /** @param parent key of the link and direction */
  constructor(private readonly parent: FateKey) {}

  /** Messages remembered, open ones included. */
  get size(): number {
    return this.byKey.size
  }

  /** The message a PUBLISH carries. A packet identifier, where there is one, stands for it from now on. */
  publish(frame: Frame, level: number): MessageRecord {
    const id = framePacketId(frame)
    const content = messageKey(frame, level)
    const holder = id === 0 ? undefined : this.byId.get(id)
    const record = this.resent(holder, content, frame) ?? this.named(content)
    if (id === 0) this.remember(record)
    else this.assign(id, record, holder)
    return record
  }

  /** The message an identifier stands for. */
  find(id: number): MessageRecord | undefined {
    return this.byId.get(id)
  }

  /** The exchange under this identifier has ended; its message stays known for a while. */
  complete(id: number): void {
    const record = this.byId.get(id)
    if (record !== undefined) this.close(record)
  }

  /** A new session: identifiers mean nothing any more, counts go on. */
  resetSession(): void {
    let dropped = 0
    for (const record of this.byId.values()) dropped += record.open
    this.grow(REMEMBERED + dropped)
    for (const record of this.byId.values()) while (record.open > 0) this.close(record)
    this.byId.clear()
  }

  /** The holder of an identifier, if the PUBLISH repeats its message. Without identity only content can tell. */
  private resent(
    holder: MessageRecord | undefined,
    content: string,
    frame: Frame,
  ): MessageRecord | undefined {
    if (holder === undefined) return undefined
    if (holder.key === content) return holder
    const same = content.startsWith('#') && holder.key.startsWith(`${content}/`)
    return same && (holder.open > 0 || frameDup(frame)) ? holder : undefined
  }

  private named(content: string): MessageRecord {
    const key = content.startsWith('#') ? `${content}/${++this.ordinal}` : content
    const known = this.byKey.get(key)
    if (known !== undefined) return known
    const { a, b } = textKey(this.parent, key)
    const record: MessageRecord = {
      key,
      a,
      b,
      counts: [0, 0, 0, 0, 0],
      id: 0,
      earlierIds: null,
      open: 0,
      recent: 0,
    }
    this.byKey.set(key, record)
    return record
  }

  private assign(id: number, record: MessageRecord, holder: MessageRecord | undefined): void {
    if (holder === record) {
      if (record.open === 0) record.open = 1
      return
    }
    if (holder !== undefined) this.close(holder)
    this.byId.set(id, record)
    if (record.id !== 0) (record.earlierIds ??= []).push(record.id)
    record.id = id
    record.open++
  }

  private close(record: MessageRecord): void {
    if (record.open > 0 && --record.open === 0) this.remember(record)
  }

  private remember(record: MessageRecord): void {
    record.recent++
    if (this.ring.length < this.limit) {
      this.ring.push(record)
      return
    }
    const oldest = this.ring[this.at]
    this.ring[this.at] = record
    this.at = (this.at + 1) % this.limit
    if (oldest !== undefined) this.forget(oldest)
  }

  private forget(record: MessageRecord): void {
    if (--record.recent > 0 || record.open > 0) return
    this.byKey.delete(record.key)
    this.release(record.id, record)
    for (const id of record.earlierIds ?? []) this.release(id, record)
  }

  private release(id: number, record: MessageRecord): void {
    if (this.byId.get(id) === record) this.byId.delete(id)
  }

  private grow(limit: number): void {
    if (limit <= this.limit) return
    this.ring = [...this.ring.slice(this.at), ...this.ring.slice(0, this.at)]
    this.at = 0
    this.limit = limit
  }
}
