import { messageKey } from '../mqtt/identity'
import { Type } from '../mqtt/packet'
import type { PacketTransit } from '../mqtt/transit'

/** Messages remembered of one key, where the key is only content. */
const ORDERED = 1024
/** Keys, and packet identifiers of clients, that are remembered at least. */
const REMEMBERED = 100_000

interface Tie {
  /** Numbers of the messages with this key, ascending. */
  numbers: number[]
  /** Who published the last of them; null when it came from the broker alone. */
  publisher: string | null
  /** Last number of the key that each subscriber was given. */
  given: Map<string, number> | null
}

/** A map that forgets its oldest half by generations: bounded, without a list of uses. */
class GenerationMap<V> {
  private young = new Map<string, V>()
  private old = new Map<string, V>()

  get(key: string): V | undefined {
    return this.young.get(key) ?? this.old.get(key)
  }

  set(key: string, value: V): void {
    if (this.young.size >= REMEMBERED) {
      this.old = this.young
      this.young = new Map()
    }
    this.young.set(key, value)
  }
}

/**
 * Numbers the messages of a broker that tells nothing (an external one), by `messageKey`, and writes the number on every
 * PUBLISH that enters a link (`Packet.messageId`), as the embedded broker does for what it sends.
 *
 * A carried identity names one message. A key of content alone (`#`…) may stand for several messages: each subscriber is
 * given them in the order they were published; a retained one is the latest. So among messages of equal content a
 * duplicate can hide a loss.
 */
export class ContentCorrelator {
  private readonly ties = new GenerationMap<Tie>()
  /** What a packet identifier of a client stands for, by direction. */
  private readonly inUse = new GenerationMap<{ key: string; number: number }>()
  private last = 0

  /** To be called before anybody reads the number. */
  entered(p: PacketTransit): void {
    const { packet } = p
    // What an agent sends again is the packet that has its number.
    if (packet.type !== Type.PUBLISH || packet.messageId !== 0) return
    const key = messageKey(packet)
    const slot = `${p.direction} ${packet.packetId} ${p.clientId}`
    const known = packet.packetId === 0 ? undefined : this.inUse.get(slot)
    const again = (p.attempt > 1 || packet.dup) && known?.key === key
    packet.messageId = again
      ? known.number
      : p.direction === 'uplink'
        ? this.published(key, p.clientId)
        : this.received(key, p.clientId, packet.retain)
    if (packet.packetId !== 0 && !again) this.inUse.set(slot, { key, number: packet.messageId })
  }

  private published(key: string, publisher: string): number {
    const tie = this.ties.get(key)
    const latest = tie?.numbers.at(-1)
    if (latest !== undefined && tie?.publisher === publisher && !key.startsWith('#')) return latest
    const number = ++this.last
    if (tie === undefined) {
      this.ties.set(key, { numbers: [number], publisher, given: null })
      return number
    }
    tie.publisher = publisher
    tie.numbers.push(number)
    if (tie.numbers.length > ORDERED) tie.numbers.shift()
    return number
  }

  private received(key: string, subscriber: string, retained: boolean): number {
    let tie = this.ties.get(key)
    if (tie === undefined) {
      tie = { numbers: [++this.last], publisher: null, given: null }
      this.ties.set(key, tie)
    }
    const latest = tie.numbers.at(-1) ?? 0
    const given = tie.given?.get(subscriber) ?? 0
    const found = retained ? latest : (tie.numbers.find((n) => n > given) ?? latest)
    tie.given ??= new Map()
    tie.given.set(subscriber, found)
    return found
  }
}
