import type { IPublishPacket } from 'mqtt-packet'
import type { MessageProperties } from '../../contract/desk'

/** Properties of a message as mqtt.js and mqtt-packet take them. A name that comes twice keeps both values, in order. */
export function mqttProperties(p: MessageProperties): NonNullable<IPublishPacket['properties']> {
  const user: Record<string, string[]> = {}
  for (const { name, value } of p.userProperties ?? []) (user[name] ??= []).push(value)
  return {
    ...(p.contentType !== undefined && { contentType: p.contentType }),
    ...(p.responseTopic !== undefined && { responseTopic: p.responseTopic }),
    ...(p.correlationData !== undefined && { correlationData: Buffer.from(p.correlationData) }),
    ...(p.messageExpiry !== undefined && { messageExpiryInterval: p.messageExpiry }),
    ...(Object.keys(user).length > 0 && { userProperties: user }),
  }
}
