import type { IClientSubscribeOptions } from 'mqtt'
import { subscriptionsOf } from '../../../contract/answers'
import type { SubscribeConfig } from '../../../contract/scenario'
import { fillTemplate } from './fill-template'
import type { DeviceSpec } from './types'
import { subscribeOptions } from './version5'

/** One SUBSCRIBE, as mqtt.js takes it. */
export interface Wanted {
  filters: Record<string, ReturnType<typeof subscribeOptions>>
  options: Pick<IClientSubscribeOptions, 'properties'>
}

/**
 * What a device subscribes to: one SUBSCRIBE, and one more for each subscription identifier, which is the packet's and not
 * the filter's (5.0 section 3.8.2.1.2). A filter that comes twice is asked for once, at the higher QoS.
 */
export function wantedOf(spec: DeviceSpec): Wanted[] {
  const subscriptions: readonly SubscribeConfig[] = subscriptionsOf(spec.group)
  const packets = new Map<number | undefined, Wanted>()
  const all = new Map<string, ReturnType<typeof subscribeOptions>>()
  for (const s of subscriptions) {
    const filter = fillTemplate(s.filter, spec)
    const before = all.get(filter)
    if (before) {
      if (before.qos < s.qos) before.qos = s.qos
      continue
    }
    const options = subscribeOptions(s)
    all.set(filter, options)
    const { identifier } = s
    const packet: Wanted = packets.get(identifier) ?? {
      filters: {},
      options: identifier === undefined ? {} : { properties: { subscriptionIdentifier: identifier } },
    }
    packet.filters[filter] = options
    packets.set(identifier, packet)
  }
  return [...packets.values()]
}
