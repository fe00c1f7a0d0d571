import type { QoS } from '../../../contract/packet'
import { sharedFilter, topicMatches } from '../../../contract/topics'
import type { Device } from '../../simulation/fleet/device'
import type { Fleet } from '../../simulation/fleet/fleet'

/** The fleet's subscribers of one topic. */
export interface Audience {
  subscribers: number
  /** Longest time one of them may still get the message after it was published, by its granted QoS. */
  settleMs: number
}

const NOBODY: Audience = { subscribers: 0, settleMs: 0 }

type Known = Map<string, Audience>

/** Topics whose audience is remembered, for each QoS. */
const MAX_TOPICS = 100_000

/** Who of the fleet gets a message on a topic; remembered until a subscription changes. */
export class Subscribers {
  /** By QoS of the message. */
  private readonly known = [0, 1, 2].map(() => new Map<string, Audience>()) as [Known, Known, Known]

  /** Devices with a subscription; null until somebody asks again. */
  private subscribed: readonly Device[] | null = null

  constructor(
    private readonly fleet: Fleet,
    private readonly settleTime: (clientId: string, qos: QoS) => number,
  ) {}

  changed(): void {
    this.subscribed = null
    for (const k of this.known) k.clear()
  }

  audience(topic: string, qos: QoS): Audience {
    this.subscribed ??= [...this.fleet.devices()].filter((d) => d.subscriptions.size > 0)
    if (this.subscribed.length === 0) return NOBODY
    const known = this.known[qos]
    let audience = known.get(topic)
    if (!audience) {
      audience = this.find(topic, qos)
      if (known.size >= MAX_TOPICS) known.clear()
      known.set(topic, audience)
    }
    return audience
  }

  private find(topic: string, qos: QoS): Audience {
    const audience: Audience = { subscribers: 0, settleMs: 0 }
    const groups = new Set<string>()
    for (const device of this.subscribed ?? []) {
      let granted = -1
      let own = false
      const version5 = device.spec.group.protocol === 5
      for (const [filter, q] of device.subscriptions) {
        const shared = version5 ? sharedFilter(filter) : undefined
        if (!topicMatches(shared?.filter ?? filter, topic)) continue
        granted = Math.max(granted, q)
        if (shared) groups.add(filter)
        else own = true
      }
      if (granted < 0) continue
      if (own) audience.subscribers++
      const settle = this.settleTime(device.clientId, Math.min(granted, qos) as QoS)
      audience.settleMs = Math.max(audience.settleMs, settle)
    }
    // 5.0 section 4.8.2: one copy for each group and filter, whoever gets it
    audience.subscribers += groups.size
    return audience
  }
}
