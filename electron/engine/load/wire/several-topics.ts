import type { PublishWriter } from './client-types'

/** A publisher's messages on several topics, one after the other. */
export class SeveralTopics implements PublishWriter {
  readonly qos
  readonly length: number

  /** @param topics the writer of each topic, at least one, all of the same QoS */
  constructor(private readonly topics: readonly [PublishWriter, ...PublishWriter[]]) {
    this.qos = topics[0].qos
    this.length = Math.max(...topics.map((t) => t.length))
  }

  get removal(): Buffer | null {
    const each = this.topics.flatMap((t) => t.removal ?? [])
    return each.length > 0 ? Buffer.concat(each) : null
  }

  begin(topicAliasMaximum: number): void {
    for (const t of this.topics) t.begin?.(topicAliasMaximum)
  }

  write(
    into: Buffer,
    at: number,
    dup: boolean,
    id: number,
    sequence: number,
    timeMs: number,
    delayMs: number,
  ): number {
    const topic = this.topics[sequence % this.topics.length] as PublishWriter
    return topic.write(into, at, dup, id, sequence, timeMs, delayMs)
  }
}
