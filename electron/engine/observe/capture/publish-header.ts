import type { Frame } from '../../mqtt/frame'
import { readTopicAlias } from './connect'

/**
 * Header of a PUBLISH read without trust in its bytes: `ok` is false when they end before the payload begins.
 * One object is read into again and again, so that nothing is made per packet.
 */
export class PublishHeader {
  ok = false
  topicFrom = 0
  topicTo = 0
  packetId = 0
  /** Topic alias of MQTT 5; 0 for none. */
  alias = 0

  read(f: Frame, level: number): void {
    this.ok = false
    this.alias = this.packetId = this.topicFrom = this.topicTo = 0
    let at = 1
    while (at < 5 && ((f[at] ?? 0) & 0x80) !== 0) at++
    at += 3
    if (at > f.length) return
    const end = at + (((f[at - 2] as number) << 8) | (f[at - 1] as number))
    if (end > f.length) return
    this.topicFrom = at
    this.topicTo = end
    at = end
    const qos = ((f[0] as number) >> 1) & 3
    if (qos > 0) {
      if (at + 2 > f.length) return
      this.packetId = ((f[at] as number) << 8) | (f[at + 1] as number)
      at += 2
    }
    this.ok = qos < 3 && (qos === 0 || this.packetId !== 0) && (level !== 5 || this.readProperties(f, at))
  }

  private readProperties(f: Frame, at: number): boolean {
    let length = 0
    let i = at
    for (let shift = 0; shift < 28; shift += 7, i++) {
      const byte = f[i]
      if (byte === undefined) return false
      length |= (byte & 0x7f) << shift
      if ((byte & 0x80) === 0) {
        if (i + 1 + length > f.length) return false
        if (length > 0) this.alias = readTopicAlias(f, at)
        return true
      }
    }
    return false
  }
}
