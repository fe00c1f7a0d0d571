import { topicMatches } from '../../contract/topics'
import type { Message } from './message'

/** The last retained message of each topic (MQTT 3.1.1 section 3.3.1.3). */
export class RetainedStore {
  private readonly byTopic = new Map<string, Message>()

  /** @param nowMs the time now, on the clock that messages expire by */
  constructor(private readonly nowMs: () => number) {}

  /** An empty payload removes the topic's message [MQTT-3.3.1-10]. */
  store(message: Message): void {
    if (message.payload.length === 0) this.byTopic.delete(message.topic)
    else this.byTopic.set(message.topic, message.own())
  }

  remove(topic: string): boolean {
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
    if (message.expired(this.nowMs())) this.byTopic.delete(message.topic)
    else into.push(message)
  }
}
