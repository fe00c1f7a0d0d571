import type { Note } from '../../../contract/model'
import { topicMatches } from '../../../contract/topics'
import type { Message } from './message'
import { logMessages } from './log-messages'
import type { BrokerLimits } from './types'

/** The last retained message of each topic (MQTT 3.1.1 section 3.3.1.3). */
export class RetainedStore {
  private readonly byTopic = new Map<string, Message>()
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
    this.bytes += message.payload.length
  }

  remove(topic: string): boolean {
    const before = this.byTopic.get(topic)
    if (before === undefined) return false
    this.bytes -= before.payload.length
    this.full = false
    return this.byTopic.delete(topic)
  }

  matching(filter: string): Message[] {
    const found: Message[] = []
    if (!/[+#]/.test(filter)) {
      const message = this.byTopic.get(filter)
      if (message !== undefined) this.keepFresh(message, found)
      return found
    }
    for (const message of this.byTopic.values()) {
      if (topicMatches(filter, message.topic)) this.keepFresh(message, found)
    }
    return found
  }

  private keepFresh(message: Message, into: Message[]): void {
    // [MQTT-3.3.2-5]
    if (message.expired(this.nowMs())) this.remove(message.topic)
    else into.push(message)
  }
}
