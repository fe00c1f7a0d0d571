import { SmallMap } from '../../base/small-map'
import { contentKey, identitySpan, type Span } from '../../mqtt/identity'
import { Type, type Packet } from '../../mqtt/packet'
import { bytesKey, textKey, type FateKey } from './fate'

/** One application message on one link and direction. It is the key of its own fate. */
export interface MessageRecord extends FateKey {
  /** Of a message without identity, a hash of its content; equal messages are distinguished by order. */
  readonly content: string | null
  /** Packets so far, by handshake type. */
  publishes: number
  pubacks: number
  pubrecs: number
  pubrels: number
  pubcomps: number
  /** The packet identifier it had last. */
  id: number
  /** Those before. A message has several when the broker was given it twice. */
  earlierIds: number[] | null
  /** Identifiers that stand for an exchange of it that goes on. */
  open: number
  /** How often it stands among the recent ones. */
  recent: number
}

/** Counts one more packet of a handshake type; the first is 1. */
export function countPacket(record: MessageRecord, type: number): number {
  switch (type) {
    case Type.PUBLISH:
      return ++record.publishes
    case Type.PUBACK:
      return ++record.pubacks
    case Type.PUBREC:
      return ++record.pubrecs
    case Type.PUBREL:
      return ++record.pubrels
    default:
      return ++record.pubcomps
  }
}

/** Completed messages remembered, so that a late packet or a second delivery of the same message counts on. */
const REMEMBERED = 32
/** The same where nothing is drawn by lot: only the numbering of a second delivery hangs on it. */
const REMEMBERED_WITHOUT_CHANCE = 4

const span: Span = { from: -1, to: -1 }

/**
 * Which message each packet identifier stands for, in one direction of PUBLISH. Acknowledgements carry only the
 * identifier, and identifiers are handed out at random, so a fate must depend on the message (fate.ts).
 * Counts outlive sessions: a message that is sent again in a new session must not meet its old fate again.
 */
export class MessageTable {
  /** By the first half of the key; of two messages that share it, the older one is forgotten early. */
  private readonly byKey = new SmallMap<MessageRecord>()
  private readonly byId = new SmallMap<MessageRecord>()
  /** A ring of completed messages; the oldest is at `at` once it is full. */
  private ring: MessageRecord[] = []
  private at = 0
  private limit = REMEMBERED_WITHOUT_CHANCE
  private ordinal = 0

  /** @param parent key of the link and direction */
  constructor(private readonly parent: FateKey) {}

  /** From now on chance decides about packets: the luck of a message hangs on how often it was seen. */
  mindChance(): void {
    this.grow(REMEMBERED)
  }

  /** Messages remembered, open ones included. */
  get size(): number {
    return this.byKey.size
  }

  /** The message a PUBLISH carries. A packet identifier, where there is one, stands for it from now on. */
  publish(packet: Packet): MessageRecord {
    const id = packet.packetId
    const holder = id === 0 ? undefined : this.byId.get(id)
    const record = identitySpan(packet, span)
      ? this.identified(bytesKey(this.parent, packet.frame, span.from, span.to), holder)
      : this.byContent(packet, holder)
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
    this.grow(this.limit + dropped)
    // A copy: closing may forget others.
    for (const record of [...this.byId.values()]) while (record.open > 0) this.close(record)
    this.byId.clear()
  }

  private identified(key: FateKey, holder: MessageRecord | undefined): MessageRecord {
    if (holder !== undefined && holder.a === key.a && holder.b === key.b) return holder
    const known = this.byKey.get(key.a)
    return known?.b === key.b ? known : this.add(key, null)
  }

  /** Without identity only the identifier and the content can tell whether the PUBLISH repeats its holder's message. */
  private byContent(packet: Packet, holder: MessageRecord | undefined): MessageRecord {
    const content = contentKey(packet)
    const same = holder !== undefined && holder.content === content
    if (same && (holder.open > 0 || packet.dup)) return holder
    return this.add(textKey(this.parent, `${content}/${++this.ordinal}`), content)
  }

  private add({ a, b }: FateKey, content: string | null): MessageRecord {
    const record: MessageRecord = {
      a,
      b,
      content,
      publishes: 0,
      pubacks: 0,
      pubrecs: 0,
      pubrels: 0,
      pubcomps: 0,
      id: 0,
      earlierIds: null,
      open: 0,
      recent: 0,
    }
    this.byKey.set(a, record)
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
    if (this.byKey.get(record.a) === record) this.byKey.delete(record.a)
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
