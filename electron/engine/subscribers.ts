import type { QoS } from '../contract/packet'
import { topicMatches } from '../contract/topics'
import type { Fleet } from './fleet/fleet'

/** The fleet's subscribers of one topic. */
export interface Audience {
  subscribers: number
  /** Longest time one of them may still get the message after it was published, by its granted QoS. */
  settleMs: number
}

/** Topics whose audience is remembered. */
const MAX_TOPICS = 100_000

/** Who of the fleet gets a message on a topic; remembered until a subscription changes. */
export class Subscribers {
  private readonly known = new Map<string, Audience>()

  constructor(
    private readonly fleet: Fleet,
    private readonly settleTime: (clientId: string, qos: QoS) => number,
  ) {}

  changed(): void {
    this.known.clear()
  }

  audience(topic: string, qos: QoS): Audience {
    const key = `${qos}${topic}`
    let audience = this.known.get(key)
    if (!audience) {
      audience = this.find(topic, qos)
      if (this.known.size >= MAX_TOPICS) this.known.clear()
      this.known.set(key, audience)
    }
    return audience
  }

  private find(topic: string, qos: QoS): Audience {
    const audience: Audience = { subscribers: 0, settleMs: 0 }
    for (const device of this.fleet.devices()) {
      let granted = -1
      for (const [filter, q] of device.subscriptions) {
        if (q > granted && topicMatches(filter, topic)) granted = q
      }
      if (granted < 0) continue
      audience.subscribers++
      const settle = this.settleTime(device.clientId, Math.min(granted, qos) as QoS)
      audience.settleMs = Math.max(audience.settleMs, settle)
    }
    return audience
  }
}
