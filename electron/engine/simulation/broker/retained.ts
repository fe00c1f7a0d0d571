import type { Note } from '../../../contract/model'
import type { Steps } from '../../base/slices'
import type { Message } from './message'
import { logMessages } from './log-messages'
import { TopicTrie } from './topic-trie'
import type { BrokerLimits } from './types'

/** The last retained message of each topic (MQTT 3.1.1 section 3.3.1.3). */
export class RetainedStore {
  private readonly byTopic = new Map<string, Message>()
  private readonly topics = new TopicTrie<Message>()
  private bytes = 0
  private full = false

  /** @param nowMs the time now, on the clock that messages expire by */
  constructor(
    private readonly nowMs: () => number,
    private readonly limits: Pick<BrokerLimits, 'retainedMessages' | 'retainedBytes'>,
    private readonly warn: (about: Note) => void,
  ) {}

  /** An empty payload removes the topic's message [MQTT-3.3.1-10]. */
  store(message: Message): void {
    this.remove(message.topic)
    if (message.payload.length === 0) return
    const { retainedMessages, retainedBytes } = this.limits
    if (this.byTopic.size >= retainedMessages || this.bytes + message.payload.length > retainedBytes) {
      if (!this.full) this.warn(logMessages.retainedFull())
      this.full = true
      return
    }
    this.byTopic.set(message.topic, message.own())
    this.topics.add(message.topic, message)
    this.bytes += message.payload.length
  }

  remove(topic: string): boolean {
    const before = this.byTopic.get(topic)
    if (before === undefined) return false
    this.bytes -= before.payload.length
    this.full = false
    this.topics.remove(topic, before)
    return this.byTopic.delete(topic)
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
