import { packetSize } from '../../mqtt/splitter'
import { Packet, Type } from '../../mqtt/packet'

/** Flags of each packet type but PUBLISH (MQTT 3.1.1 table 2.2). */
const FLAGS: Partial<Record<number, number>> = {
  [Type.PUBREL]: 2,
  [Type.SUBSCRIBE]: 2,
  [Type.UNSUBSCRIBE]: 2,
}
/** MQTT 3.1 gives DUP and QoS to these too (3.1 section 2.1). */
const OLD_FLAGS = 0x0e

/** Fewest and, where it is fixed for all levels, most bytes behind the fixed header, by type. */
const LENGTHS: Partial<Record<number, readonly [least: number, most: number]>> = {
  [Type.CONNECT]: [10, Infinity],
  [Type.CONNACK]: [2, Infinity],
  [Type.PUBLISH]: [2, Infinity],
  [Type.PUBACK]: [2, Infinity],
  [Type.PUBREC]: [2, Infinity],
  [Type.PUBREL]: [2, Infinity],
  [Type.PUBCOMP]: [2, Infinity],
  [Type.SUBSCRIBE]: [5, Infinity],
  [Type.SUBACK]: [2, Infinity],
  [Type.UNSUBSCRIBE]: [4, Infinity],
  [Type.UNSUBACK]: [2, Infinity],
  [Type.PINGREQ]: [0, 0],
  [Type.PINGRESP]: [0, 0],
  [Type.DISCONNECT]: [0, Infinity],
  [Type.AUTH]: [0, Infinity],
}

/**
 * Why a frame cannot be a packet, or null: type, flags, length, and what a PUBLISH and an acknowledgement must have.
 * @param level 3 to 5
 * @param size bytes on the wire, of which the frame has the first
 */
export function faultOf(packet: Packet, level: number, size: number): string | null {
  const { type, frame, bodyAt } = packet
  const lengths = LENGTHS[type]
  if (!lengths || (type === Type.AUTH && level < 5)) return `packet type ${type}`
  const body = size - bodyAt
  if (body < lengths[0] || body > lengths[1]) return `remaining length ${body}`
  const flags = (frame[0] as number) & 0x0f
  if (type === Type.PUBLISH) return publishFault(packet, size)
  const expected = FLAGS[type] ?? 0
  const old = level === 3 && expected !== 0
  if (old ? (flags & ~OLD_FLAGS) !== 0 : flags !== expected) return `flags ${flags}`
  return hasIdentifier(type) && packet.complete && packet.packetId === 0 ? 'packet identifier 0' : null
}

const hasIdentifier = (type: number): boolean => type >= Type.PUBACK && type <= Type.UNSUBACK

function publishFault(packet: Packet, size: number): string | null {
  if (packet.qos > 2) return 'QoS 3'
  if (!packet.complete) return size > packet.frame.length ? null : 'its end is missing'
  if (packet.qos > 0 && packet.packetId === 0) return 'packet identifier 0'
  return packet.topicEnd === packet.topicAt && packet.level < 5 ? 'no topic name' : null
}

/** No topic has these: the wildcards, and characters that only binary data has. */

const NOT_A_TOPIC = /[\0-\x1f+#\ufffd]/

/**
 * True where a segment reads as whole packets from its first byte to its last, of which only a PUBLISH at the end may go on
 * in the next one: there a stream is taken up again behind bytes that are missing.
 */
export function readsAsPackets(b: Buffer, level: number): boolean {
  let at = 0
  while (at < b.length) {
    let size: number
    try {
      size = packetSize(b, at, b.length)
    } catch {
      return false
    }
    if (size === 0) return false
    const end = Math.min(b.length, at + size)
    const packet = new Packet(b.subarray(at, end), level)
    if (faultOf(packet, level, size) !== null) return false
    if (packet.type === Type.PUBLISH && (!packet.complete || NOT_A_TOPIC.test(packet.topic))) return false
    if (at + size > b.length && packet.type !== Type.PUBLISH) return false
    at = end
  }
  return true
}
