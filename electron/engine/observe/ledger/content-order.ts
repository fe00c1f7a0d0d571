import { hashText } from '../../base/random'
import type { MessageIdentity } from '../../mqtt/identity'

/** Messages remembered for one content. */
const MAX_EACH = 10_000
const MAX_CONTENTS = 10_000

interface Content {
  messages: MessageIdentity[]
  /** Copies each subscriber has had. */
  copies: Map<string, number>
}

/**
 * Tells messages apart by topic and payload where nothing better is to be had (an external broker, and messages that
 * do not say which one they are): the n-th copy of a content at a subscriber counts as the n-th message of that
 * content, so among messages of equal content a duplicate can hide a loss.
 */
export class ContentOrder {
  private readonly contents = new Map<string, Content>()

  offered(topic: string, payload: Buffer, identity: MessageIdentity): void {
    const key = keyOf(topic, payload)
    let content = this.contents.get(key)
    if (!content) {
      if (this.contents.size >= MAX_CONTENTS)
        this.contents.delete(this.contents.keys().next().value as string)
      content = { messages: [], copies: new Map() }
      this.contents.set(key, content)
    }
    if (content.messages.length < MAX_EACH) content.messages.push(identity)
  }

  received(topic: string, payload: Buffer, subscriber: string): MessageIdentity | null {
    const content = this.contents.get(keyOf(topic, payload))
    if (!content) return null
    const nth = content.copies.get(subscriber) ?? 0
    content.copies.set(subscriber, nth + 1)
    return content.messages[nth] ?? content.messages.at(-1) ?? null
  }
}

const keyOf = (topic: string, payload: Buffer): string =>
  payload.length <= 64
    ? `${topic}\n${payload.toString('latin1')}`
    : `${topic}\n${payload.length}:${hashText(payload.toString('latin1'))}`
