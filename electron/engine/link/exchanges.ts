import { frameDup, framePacketId, type Frame } from '../mqtt/frame'
import { messageKey } from '../mqtt/identity'
import { textKey, type FateKey } from './fate'

/** One application message on one link and direction, and how many packets of each handshake type it has had. */
export interface MessageRecord {
  /** Identity text or, for messages without one, content hash and ordinal. */
  readonly key: string
  readonly fate: FateKey
  /** Packets so far by type, PUBLISH first. */
  readonly counts: [number, number, number, number, number]
  /** Packet identifiers it has had. */
  readonly ids: number[]
  /** How many of them stand for an exchange that goes on. */
  open: number
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
  private readonly openIds = new Set<number>()
  private recent: MessageRecord[] = []
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
    if (!this.openIds.delete(id)) return
    const record = this.byId.get(id)
    if (record !== undefined && --record.open === 0) this.remember(record)
  }

  /** A new session: identifiers mean nothing any more, counts go on. */
  resetSession(): void {
    this.limit = REMEMBERED + this.openIds.size
    for (const id of [...this.openIds]) this.complete(id)
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
    const record: MessageRecord = {
      key,
      fate: textKey(this.parent, key),
      counts: [0, 0, 0, 0, 0],
      ids: [],
      open: 0,
    }
    this.byKey.set(key, record)
    return record
  }

  private assign(id: number, record: MessageRecord, holder: MessageRecord | undefined): void {
    if (holder !== record) {
      this.complete(id)
      this.byId.set(id, record)
      record.ids.push(id)
    }
    if (this.openIds.has(id)) return
    this.openIds.add(id)
    record.open++
  }

  private remember(record: MessageRecord): void {
    this.recent.push(record)
    if (this.recent.length > this.limit * 2) this.forget(this.recent.length - this.limit)
  }

  private forget(count: number): void {
    const gone = this.recent.slice(0, count)
    this.recent = this.recent.slice(count)
    const kept = new Set(this.recent)
    for (const record of gone) {
      if (record.open > 0 || kept.has(record)) continue
      this.byKey.delete(record.key)
      for (const id of record.ids) if (this.byId.get(id) === record) this.byId.delete(id)
    }
  }
}
