import { counted } from '../../../contract/counted'
import type { LoadConfig } from '../../../contract/load-config'

/** How far a client that tries a broker out had come. */
export interface Reached {
  /** CONNACK accepted it. */
  connected: boolean
  /** It had sent a message like those of the run. */
  published: boolean
}

const CLOSED = /closed|reset/

/** What MQTT 3.1.1 has no reason codes for: a broker that does not take it can only close the connection. */
function silentEnd(config: LoadConfig, { connected, published }: Reached): string {
  if (!connected) {
    if (config.protocol === 5) return '; if it does not speak MQTT 5.0, use --protocol 3.1.1'
    const { willTopic, willQos } = config
    return willTopic === undefined
      ? ''
      : `; it may not take wills at QoS ${willQos}: try --will-qos 0, or without --will-topic`
  }
  const kinds = [
    ...(config.qos > 0 ? [{ what: `QoS ${config.qos}`, instead: `--qos ${config.qos - 1}` }] : []),
    ...(config.retain ? [{ what: 'retained messages', instead: 'without --retain' }] : []),
  ]
  if (!published) return ''
  const templated = config.payload !== undefined || config.payloadFile !== undefined
  if (kinds.length === 0 && templated) return ' at the first message'
  if (kinds.length === 0)
    return ` at the first message; it may not take a payload of ${counted(config.size, 'byte')}: try a smaller --size`
  return ` at the first message; it may not let this client publish there, or not take ${kinds.map((k) => k.what).join(' or ')}: try ${kinds.map((k) => k.instead).join(' or ')}`
}

/** What a broker says that takes no more clients, for now or at all. */
const FULL = /CONNACK 0x\w+ (quota exceeded|connection rate exceeded)/

/** What one says that may be full or not at work: MQTT 3.1.1 has one return code for both, MQTT 5.0 codes that do not tell. */
const FULL_OR_DOWN = /CONNACK 0x\w+ server (unavailable|busy)/

/** Whether the broker refused this one client or its subscription; other causes are the broker's, or the network's. */
export const isRefusal = (cause: string): boolean => /^(CONN|SUB)ACK 0x/.test(cause)

/** Which client the broker refused, why, and how to fix it. */
export const refusedText = (
  clientId: string,
  cause: string,
  config: LoadConfig,
  reached: Reached = { connected: false, published: false },
): string => `client ${clientId}: ${cause}${refusalHint(cause, config, reached)}`

/** Why a client does not get on with the broker and how to fix it; where the broker refused it, also which client it is. */
export const troubleText = (clientId: string, cause: string, config: LoadConfig, reached: Reached): string =>
  isRefusal(cause)
    ? refusedText(clientId, cause, config, reached)
    : cause + refusalHint(cause, config, reached)

/** How to fix a refusal, to be added to its cause; empty where nothing is known of it. */
export function refusalHint(cause: string, config: LoadConfig, reached: Reached): string {
  if (/password|authorized/.test(cause)) return '; check --username and --password-env'
  if (FULL.test(cause))
    return '; it takes no more clients now: use fewer clients or a longer --ramp, or raise its limit of connections'
  if (FULL_OR_DOWN.test(cause))
    return '; it may take no more clients, or its service is down: check the broker and its limit of connections, or use fewer clients or a longer --ramp'
  if (/CONNACK 0x\w+ client identifier/.test(cause)) return '; check --client-id'
  if (/CONNACK 0x\w+ (use another server|server moved)/.test(cause)) return '; check --url'
  if (/protocol version/.test(cause)) return '; try --protocol 3.1.1 or 5.0'
  if (/wrong kind: type 4 at QoS 2/.test(cause)) return '; it lowers QoS 2 to QoS 1: use --qos 1'
  if (/QoS not supported/.test(cause) && !reached.connected && config.willQos > 0) return '; try --will-qos 0'
  return CLOSED.test(cause) ? silentEnd(config, reached) : ''
}
