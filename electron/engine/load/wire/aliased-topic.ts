import type { PublishWriter } from './client-types'

/**
 * A publisher's messages on one topic by its alias (MQTT 5.0 section 3.3.2.3.4): on each connection the first has the topic
 * name and the alias, the others the alias alone.
 */
export class AliasedTopic implements PublishWriter {
  readonly qos
  readonly length: number
  private usable = false
  private announced = false

  /** @param as the same messages without an alias, with topic name and alias, and with the alias alone */
  constructor(
    private readonly alias: number,
    private readonly as: Record<'plain' | 'both' | 'short', PublishWriter>,
  ) {
    this.qos = as.plain.qos
    this.length = as.both.length
  }

  get removal(): Buffer | null {
    return this.as.plain.removal
  }

  begin(topicAliasMaximum: number): void {
    this.usable = this.alias <= topicAliasMaximum
    this.announced = false
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
    const { plain, both, short } = this.as
    const writer = !this.usable ? plain : this.announced ? short : both
    this.announced = true
    return writer.write(into, at, dup, id, sequence, timeMs, delayMs)
  }
}
