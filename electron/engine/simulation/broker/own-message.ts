import mqttPacket from 'mqtt-packet'
import type { MessageProperties } from '../../../contract/desk'
import type { QoS } from '../../../contract/packet'
import { Packet } from '../../mqtt/packet'
import { mqttProperties } from '../../mqtt/message-properties'
import { readPublish, type Publish } from './wire/publish'

export interface OwnMessage {
  topic: string
  payload: Buffer
  qos: QoS
  retain: boolean
  properties?: MessageProperties | undefined
}

/** The broker's own message as if it had come in as a PUBLISH of MQTT 5, so that it is read and checked as any other. */
export function ownMessage({ properties, ...message }: OwnMessage): Publish {
  const frame = mqttPacket.generate(
    {
      cmd: 'publish',
      dup: false,
      ...message,
      ...(message.qos > 0 && { messageId: 1 }),
      ...(properties && { properties: mqttProperties(properties) }),
    },
    { protocolVersion: 5 },
  )
  return readPublish(new Packet(frame, 5))
}
