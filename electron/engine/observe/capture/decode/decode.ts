import type { PacketField } from '../../../../contract/model'
import { PACKET_TYPES } from '../../../../contract/packet'
import { typeOf } from '../../../mqtt/first-byte'
import { Type } from '../../../mqtt/packet'
import { readBody } from './packets'
import { FieldReader, Unreadable } from './reader'

/**
 * The fields of one packet in the order of its bytes, headings before what they span. The fields that are not
 * headings cover every byte once; bits of a byte are fields of their own. What cannot be read is one field:
 * `malformed` (with the reason), `notCaptured` where only the beginning of the packet was kept, `unexpected` for
 * bytes after the end of the last field.
 * @param fullBytes size on the wire, more than `bytes` when the end was not kept
 */
export function decodePacket(bytes: Uint8Array, level: number, fullBytes = bytes.length): PacketField[] {
  const r = new FieldReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), bytes.length)
  try {
    const flags = fixedHeader(r, level)
    readBody(r, typeOf(bytes[0] ?? 0), level, flags)
    if (r.left > 0) leftover(r, 'unexpected', `${r.left} bytes`)
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    r.end = bytes.length
    if (fullBytes > bytes.length) leftover(r, 'notCaptured', `${fullBytes - bytes.length} bytes`)
    else leftover(r, 'malformed', error.message)
  }
  return r.fields
}

function fixedHeader(r: FieldReader, level: number): number {
  let flags = 0
  r.group('fixedHeader', () => {
    const type = r.bits('packetType', 7, 4, 0, (n) => `${n} ${PACKET_TYPES[n] ?? ''}`)
    flags = (r.bytes[0] ?? 0) & 0x0f
    headerFlags(r, type, level)
    r.pos = 1
    r.varint('remainingLength')
    return PACKET_TYPES[type]
  })
  return flags
}

function headerFlags(r: FieldReader, type: number, level: number): void {
  // 3.1 section 2.1 gave DUP and QoS to PUBREL, SUBSCRIBE and UNSUBSCRIBE too.
  const old = level === 3 && (type === Type.PUBREL || type === Type.SUBSCRIBE || type === Type.UNSUBSCRIBE)
  if (type !== Type.PUBLISH && !old) {
    r.bits('reserved', 3, 0, 0)
    return
  }
  r.bits('dup', 3, 3, 0, (n) => (n === 1 ? 'true' : 'false'))
  r.bits('qos', 2, 1, 0)
  if (old) r.bits('reserved', 0, 0, 0)
  else r.bits('retain', 0, 0, 0, (n) => (n === 1 ? 'true' : 'false'))
}

function leftover(r: FieldReader, key: string, value: string): void {
  r.depth = 0
  if (r.pos < r.end || key !== 'unexpected') r.add(key, value, r.pos, r.end)
  r.pos = r.end
}
