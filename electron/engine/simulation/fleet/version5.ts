import type { IClientOptions, IClientPublishOptions, IClientSubscribeOptions } from 'mqtt'
import type { GroupConfig, PublishProperties, SubscribeConfig } from '../../../contract/scenario'
import { fillTemplate } from './fill-template'
import type { DeviceSpec } from './types'

type Properties<T> = Exclude<T, undefined>

/** A session expiry that never comes (5.0 section 3.1.2.11.2). */
const NEVER = 0xffffffff

/** Properties count whole seconds; a shorter life is rounded up to one. */
const seconds = (ms: number): number => Math.min(Math.ceil(ms / 1000), NEVER - 1)

/** What the CONNECT of a group's devices says in MQTT 5 (5.0 section 3.1.2.11); nothing in 3.1.1. */
export function connectProperties(group: GroupConfig): Pick<IClientOptions, 'properties'> {
  if (group.protocol !== 5) return {}
  const { clean, sessionExpiry, receiveMaximum, topicAliasMaximum } = group
  const expiry = sessionExpiry === undefined ? (clean ? undefined : NEVER) : seconds(sessionExpiry)
  return {
    properties: {
      ...(expiry !== undefined && { sessionExpiryInterval: expiry }),
      ...(receiveMaximum !== undefined && { receiveMaximum }),
      ...(topicAliasMaximum !== undefined && { topicAliasMaximum }),
    },
  }
}

/** The will of a device with its placeholders filled in. */
export function willOf({ will }: GroupConfig, spec: DeviceSpec): Pick<IClientOptions, 'will'> {
  if (!will) return {}
  const { topic, payload, qos, retain, delay } = will
  return {
    will: {
      topic: fillTemplate(topic, spec),
      payload: Buffer.from(payload),
      qos,
      retain,
      ...(delay !== undefined && { properties: { willDelayInterval: seconds(delay) } }),
    },
  }
}

/** A subscription as mqtt.js takes it, with the options of 5.0 section 3.8.3.1. */
export const subscribeOptions = (
  s: SubscribeConfig,
): Pick<IClientSubscribeOptions, 'qos' | 'nl' | 'rap' | 'rh'> => ({
  qos: s.qos,
  ...(s.noLocal !== undefined && { nl: s.noLocal }),
  ...(s.retainAsPublished !== undefined && { rap: s.retainAsPublished }),
  ...(s.retainHandling !== undefined && { rh: s.retainHandling }),
})

/** The properties of one PUBLISH; `sequence` is the number of the message among the device's. */
export function publishProperties(
  p: PublishProperties,
  spec: DeviceSpec,
  sequence: number,
): Properties<IClientPublishOptions['properties']> {
  const { messageExpiry, contentType, responseTopic, correlationData, userProperties } = p
  return {
    ...(messageExpiry !== undefined && { messageExpiryInterval: seconds(messageExpiry) }),
    ...(contentType !== undefined && { contentType }),
    ...(responseTopic !== undefined && { responseTopic: fillTemplate(responseTopic, spec) }),
    ...(correlationData !== undefined && {
      correlationData: Buffer.from(fillTemplate(correlationData.replaceAll('{seq}', String(sequence)), spec)),
    }),
    ...(userProperties !== undefined && { userProperties: { ...userProperties } }),
  }
}
