import { addressText } from '../net/address'
import type { Segment } from '../net/segment'
import { Conversation, type ConversationListener, type End } from './conversation'

const FIN = 0x01
const SYN = 0x02
const RST = 0x04
const ACK = 0x10

type Side = 0 | 1

interface Entry {
  conversation: Conversation
  /** Keys of its two directions. */
  keys: readonly [string, string]
  /** Ends that have said FIN, as bits. */
  fins: number
  /** The end that ended it first; null while it goes on. */
  endedBy: Side | null
  done: boolean
}

/** Connections that are followed at once; of more, the one that began first is given up. */
const CONNECTIONS = 65_536

/** Who ended a connection, and whether by a reset. */
export interface ConnectionEnd {
  byClient: boolean
  reset: boolean
}

/** What is told of connections, besides what they say. */
export interface ConnectionListener extends ConversationListener {
  /** A connection is over, or the file is: then `end` is null. */
  closed(c: Conversation, end: ConnectionEnd | null): void
}

/** All TCP connections of a file, by address and port of their ends. */
export class Connections {
  private readonly byKey = new Map<string, { entry: Entry; side: Side }>()
  /** Of those that were forgotten, and of those that go on. */
  count = 0

  constructor(private readonly listener: ConnectionListener) {}

  /** Takes one segment out of its frame. */
  segment(f: Buffer, s: Segment): void {
    const flags = f[s.tcpAt + 13] as number
    const seq = f.readUInt32BE(s.tcpAt + 4)
    const { entry, side } = this.find(f, s, flags, seq)
    if (entry.done) return
    const { conversation } = entry
    const half = conversation.halves[side]
    if ((flags & SYN) !== 0) half.begin(seq)
    if ((flags & ACK) !== 0) conversation.halves[side === 0 ? 1 : 0].acknowledge(f.readUInt32BE(s.tcpAt + 8))
    const dataAt = (flags & SYN) !== 0 ? (seq + 1) >>> 0 : seq
    if (s.length > 0) half.segment(dataAt, f.subarray(s.payloadAt, s.payloadAt + s.length), s.length)
    if ((flags & (FIN | RST)) !== 0) this.ending(entry, side, (flags & RST) !== 0)
  }

  /** The file is over. */
  end(): void {
    for (const { entry, side } of this.byKey.values()) if (side === 0 && !entry.done) this.close(entry, null)
    this.byKey.clear()
  }

  private find(f: Buffer, s: Segment, flags: number, seq: number): { entry: Entry; side: Side } {
    const n = s.addressBytes
    const source =
      f.toString('latin1', s.addressesAt, s.addressesAt + n) + f.toString('latin1', s.tcpAt, s.tcpAt + 2)
    const target =
      f.toString('latin1', s.addressesAt + n, s.addressesAt + 2 * n) +
      f.toString('latin1', s.tcpAt + 2, s.tcpAt + 4)
    const key = source + target
    const known = this.byKey.get(key)
    const begins = (flags & (SYN | ACK)) === SYN
    if (known && !(begins && this.isOver(known, seq))) return known
    if (known) {
      this.close(known.entry, known.entry.endedBy === null ? { byClient: true, reset: false } : null)
      this.forget(known.entry)
    }
    return this.add(f, s, key, target + source, (flags & SYN) !== 0)
  }

  private isOver({ entry, side }: { entry: Entry; side: Side }, seq: number): boolean {
    return entry.done || entry.fins !== 0 || entry.conversation.halves[side].isOther(seq)
  }

  private add(
    f: Buffer,
    s: Segment,
    key: string,
    reverse: string,
    complete: boolean,
  ): { entry: Entry; side: Side } {
    if (this.byKey.size >= 2 * CONNECTIONS) this.forgetOldest()
    const n = s.addressBytes
    const end = (at: number, portAt: number): End => ({
      address: addressText(f.subarray(at, at + n)),
      port: f.readUInt16BE(portAt),
    })
    const ends = [end(s.addressesAt, s.tcpAt), end(s.addressesAt + n, s.tcpAt + 2)] as const
    const conversation = new Conversation(ends, complete, this.listener)
    const entry: Entry = { conversation, keys: [key, reverse], fins: 0, endedBy: null, done: false }
    this.count++
    this.byKey.set(reverse, { entry, side: 1 })
    const found = { entry, side: 0 as const }
    this.byKey.set(key, found)
    return found
  }

  private ending(entry: Entry, side: Side, reset: boolean): void {
    entry.endedBy ??= side
    entry.fins |= 1 << side
    if (reset || entry.fins === 3)
      this.close(entry, { byClient: entry.conversation.isClient(entry.endedBy), reset })
  }

  private close(entry: Entry, end: ConnectionEnd | null): void {
    if (entry.done) return
    entry.done = true
    entry.conversation.end()
    const { endedBy, conversation } = entry
    const half = endedBy === null ? null : { byClient: conversation.isClient(endedBy), reset: false }
    this.listener.closed(conversation, end ?? half)
  }

  private forget(entry: Entry): void {
    for (const key of entry.keys) this.byKey.delete(key)
  }

  private forgetOldest(): void {
    const oldest = this.byKey.values().next().value
    if (!oldest) return
    this.close(oldest.entry, null)
    this.forget(oldest.entry)
  }
}
