import { MalformedPacketError, readVarint } from '../../mqtt/frame'

/** Where the parts of a PUBLISH lie. One object is used again and again: read it before the next packet. */
export interface PublishHead {
  qos: number
  /** Packet identifier, 0 at QoS 0. */
  id: number
  payloadAt: number
}

const head: PublishHead = { qos: 0, id: 0, payloadAt: 0 }

/** @throws MalformedPacketError, RangeError */
export function readPublish(b: Buffer, start: number, body: number, end: number, level: number): PublishHead {
  const qos = ((b[start] as number) >> 1) & 3
  if (qos === 3) throw new MalformedPacketError('PUBLISH with QoS 3')
  let at = body + 2 + b.readUInt16BE(body)
  head.id = 0
  if (qos > 0) {
    head.id = b.readUInt16BE(at)
    at += 2
  }
  if (level === 5) {
    const block = readVarint(b, at)
    at = block.next + block.value
  }
  if (at > end) throw new MalformedPacketError('PUBLISH longer than its remaining length')
  head.qos = qos
  head.payloadAt = at
  return head
}

/** Reason codes of a SUBACK, one a filter. */
export function readSuback(b: Buffer, body: number, end: number, level: number): number[] {
  let at = body + 2
  if (level === 5) {
    const block = readVarint(b, at)
    at = block.next + block.value
  }
  return [...b.subarray(at, end)]
}
