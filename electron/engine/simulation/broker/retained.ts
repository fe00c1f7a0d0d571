import type { Note } from '../../../contract/model'
import type { Steps } from '../../base/slices'
import type { BrokerLimitName } from '../../../contract/broker-limits'
import type { Message } from './message'
import { logMessages } from './log-messages'
import { pathBytes, type Kept } from './kept'
import { TopicTrie } from './topic-trie'

/** Engine clock ms between two times that all are looked through. */
const EXPIRED_EVERY_MS = 250

/** The last retained message of each topic (MQTT 3.1.1 section 3.3.1.3). */
export class RetainedStore {
  private readonly byTopic = new Map<string, Message>()
  private readonly topics = new TopicTrie<Message>()
  /** Bytes by the client that published; null is the broker. */
  private readonly byPublisher = new Map<string | null, number>()
  /** Messages of the broker itself, such as `$SYS/...`: they take no client's place. */
  private brokersOwn = 0
  private full = false
  /** Engine clock ms at which the first one expires, or before. */
  private expiresMs = Infinity
  /** When expired ones were looked for last. */
  private lookedMs = -Infinity

  /** @param nowMs the time now, on the clock that messages expire by */
  constructor(
    private readonly nowMs: () => number,
    private readonly kept: Kept,
    private readonly warn: (about: Note) => void,
  ) {}

  get count(): number {
    return this.byTopic.size
  }

  /** Clients whose messages are kept, with the bytes of them. */
  publishers(): ReadonlyMap<string | null, number> {
    return this.byPublisher
  }

  /** Stores the message as the one of its topic. An empty payload removes that [MQTT-3.3.1-10]. */
  store(message: Message): void {
    const reached = message.payload.length > 0 ? this.limitReached(message) : null
    this.remove(message.topic)
    if (message.payload.length === 0) return
    if (reached !== null) {
      if (!this.full) this.warn(logMessages.retainedFull(reached))
      this.full = true
      return
    }
    this.byTopic.set(message.topic, message.own())
    this.topics.add(message.topic, message)
    this.tally(message, 1)
    if (message.expiresAtMs !== null) this.expiresMs = Math.min(this.expiresMs, message.expiresAtMs)
  }

  /** The limit that keeps the message out, or null. What has expired does not take its place. The broker's own always may. */
  limitReached(message: Message): BrokerLimitName | null {
    if (message.publisher === null || this.limitOf(message) === null) return null
    this.removeExpired()
    return this.limitOf(message)
  }

  private limitOf(message: Message): BrokerLimitName | null {
    const { limits } = this.kept
    const before = this.byTopic.get(message.topic)
    const bytes = retainedBytes(message)
    const replaced = before?.publisher === message.publisher ? retainedBytes(before) : 0
    // In the place of its own that was as large it always fits.
    if (replaced >= bytes) return null
    const own = (this.byPublisher.get(message.publisher) ?? 0) - replaced
    const fromClients = this.byTopic.size - this.brokersOwn
    if (before === undefined && fromClients >= limits.retainedMessages) return 'retainedMessages'
    if (own + bytes > limits.retainedBytes) return 'retainedBytes'
    return this.kept.mayRetain(own) ? null : 'retainedBytesInAll'
  }

  /** Expired messages are deleted [MQTT-3.3.2-5]. */
  removeExpired(): void {
    const nowMs = this.nowMs()
    if (nowMs < this.expiresMs || nowMs - this.lookedMs < EXPIRED_EVERY_MS) return
    this.lookedMs = nowMs
    this.expiresMs = Infinity
    for (const message of this.byTopic.values()) {
      if (message.expired(nowMs)) this.remove(message.topic)
      else if (message.expiresAtMs !== null) this.expiresMs = Math.min(this.expiresMs, message.expiresAtMs)
    }
  }

  remove(topic: string): boolean {
    const before = this.byTopic.get(topic)
    if (before === undefined) return false
    this.tally(before, -1)
    this.full = false
    this.topics.remove(topic, before)
    return this.byTopic.delete(topic)
  }

  private tally(message: Message, sign: 1 | -1): void {
    const bytes = sign * retainedBytes(message)
    this.kept.retained += bytes
    if (message.publisher === null) this.brokersOwn += sign
    const own = (this.byPublisher.get(message.publisher) ?? 0) + bytes
    if (own === 0) this.byPublisher.delete(message.publisher)
    else this.byPublisher.set(message.publisher, own)
  }

  /** The message of one topic. */
  get(topic: string): Message | undefined {
    const message = this.byTopic.get(topic)
    if (message === undefined || !message.expired(this.nowMs())) return message
    // [MQTT-3.3.2-5]
    this.remove(topic)
    return undefined
  }

  /** The messages whose topics a filter matches, in the order they came. A step is one level of topics looked at. */
  *matching(filter: string): Steps<Message[]> {
    if (!/[+#]/.test(filter)) {
      const message = this.get(filter)
      return message === undefined ? [] : [message]
    }
    const found = yield* this.topics.under(filter)
    const fresh: Message[] = []
    for (let at = 0; at < found.length; at++) {
      const message = this.get((found[at] as Message).topic)
      if (message !== undefined) fresh.push(message)
      if (at % STEP === STEP - 1) yield STEP
    }
    return fresh.sort((a, b) => a.id - b.id)
  }
}

/** Messages that are looked at in one step. */
const STEP = 32

/** Bytes of a message in the store, with its way through the trie. */
const retainedBytes = (message: Message): number => message.bytes + pathBytes(message.topic)
