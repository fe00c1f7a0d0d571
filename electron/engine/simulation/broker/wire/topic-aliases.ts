import { typeOf } from '../../../mqtt/first-byte'
import { Packet, Type, type Frame } from '../../../mqtt/packet'
import { Prop } from '../../../mqtt/properties'
import { readVarint, varint, varintBytes, varintValue } from '../../../mqtt/varint'

/** Aliases of one connection at most, and characters of a topic that gets one: each keeps its topic. */
const MOST = 32
const LONGEST = 128

/** The aliases under which one MQTT 5 client gets topic names, in the order of their first use (5.0 section 3.3.2.3.4). */
export class TopicAliases {
  private readonly known = new Map<string, number>()
  private readonly most: number

  /** @param maximum Topic Alias Maximum of the client [MQTT-3.1.2-26] */
  constructor(maximum: number) {
    this.most = Math.min(maximum, MOST)
  }

  /** The PUBLISH with an alias, where there is one left and it fits; any other frame as it is. */
  shorten(frame: Frame, maximumPacket: number): Frame {
    if (typeOf(frame[0] as number) !== Type.PUBLISH) return frame
    const packet = new Packet(frame, 5)
    const { topic } = packet
    const before = this.known.get(topic)
    if (before !== undefined) return withAlias(packet, before, '')
    if (this.known.size >= this.most || topic.length > LONGEST) return frame
    const alias = this.known.size + 1
    const first = withAlias(packet, alias, topic)
    if (first.length > maximumPacket) return frame
    this.known.set(topic, alias)
    return first
  }
}

function withAlias(
  { frame, topicEnd, propertiesAt, payloadAt }: Packet,
  alias: number,
  topic: string,
): Frame {
  const name = Buffer.from(topic, 'utf8')
  const length = readVarint(frame, propertiesAt, payloadAt)
  const properties = frame.subarray(propertiesAt + varintBytes(length), payloadAt)
  const body = Buffer.concat([
    Buffer.from([name.length >> 8, name.length & 255]),
    name,
    frame.subarray(topicEnd, propertiesAt),
    varint(varintValue(length) + 3),
    Buffer.from([Prop.TOPIC_ALIAS, alias >> 8, alias & 255]),
    properties,
    frame.subarray(payloadAt),
  ])
  return Buffer.concat([frame.subarray(0, 1), varint(body.length), body])
}
