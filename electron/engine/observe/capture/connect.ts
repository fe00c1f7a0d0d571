import { decodePacket } from './decode/decode'
import { PROPERTIES } from './decode/names'
import { fixedHeaderLength, readVarint, Type, type Frame } from '../../mqtt/frame'

const SESSION_EXPIRY = 0x11
const TOPIC_ALIAS = 0x23

/** Where the value of a property begins in the block at `at`, or -1; never throws on broken bytes. */
function findProperty(f: Frame, at: number, wanted: number): number {
  if (at >= f.length) return -1
  let block
  try {
    block = readVarint(f, at)
  } catch {
    // a block cut short holds no property; the endpoint itself refuses such a packet
    return -1
  }
  let i = block.next
  const end = Math.min(f.length, block.next + block.value)
  while (i < end) {
    const id = f[i] as number
    if (id === wanted) return i + 1
    const next = skipProperty(f, i + 1, id)
    if (next < 0) return -1
    i = next
  }
  return -1
}

function skipProperty(f: Frame, at: number, id: number): number {
  const kind = PROPERTIES[id]?.kind
  switch (kind) {
    case undefined:
      return -1
    case 'byte':
      return at + 1
    case 'two':
      return at + 2
    case 'four':
      return at + 4
    case 'varint': {
      let i = at
      while (i < at + 4 && ((f[i] ?? 0) & 0x80) !== 0) i++
      return i + 1
    }
    case 'string':
    case 'binary':
      return skipPrefixed(f, at)
    case 'pair': {
      const value = skipPrefixed(f, at)
      return value < 0 ? -1 : skipPrefixed(f, value)
    }
  }
}

const skipPrefixed = (f: Frame, at: number): number => (at + 2 > f.length ? -1 : at + 2 + f.readUInt16BE(at))

const number = (f: Frame, at: number, size: 2 | 4): number =>
  at >= 0 && at + size <= f.length ? f.readUIntBE(at, size) : 0

/** What a CONNECT says of the session: whether it begins anew, and whether it ends with the connection. */
export function readConnect(f: Frame): { cleanStart: boolean; endsWithConnection: boolean } {
  const at = fixedHeaderLength(f)
  const level = at + 2 + (at + 2 <= f.length ? f.readUInt16BE(at) : 0)
  const cleanStart = ((f[level + 1] ?? 0) & 0x02) !== 0
  if (f[level] !== 5) return { cleanStart, endsWithConnection: cleanStart }
  const expiry = findProperty(f, level + 4, SESSION_EXPIRY)
  return { cleanStart, endsWithConnection: number(f, expiry, 4) === 0 }
}

/**
 * Puts stars for the password of a kept CONNECT: captures are shown to a class and written to files, and a fleet may
 * use the real password of a real broker.
 */
export function hidePassword(kept: Frame): void {
  const at = fixedHeaderLength(kept)
  const flags = at + 2 <= kept.length ? (kept[at + 3 + kept.readUInt16BE(at)] ?? 0) : 0
  if ((flags & 0x40) === 0) return
  const level = kept[at + 2 + kept.readUInt16BE(at)] ?? 0
  const password = decodePacket(kept, level).find((f) => f.key === 'password')
  if (password) kept.fill('*', password.start, password.end)
}

/** Session present flag and reason code of a CONNACK. */
export function readConnack(f: Frame): { sessionPresent: boolean; code: number } {
  const at = fixedHeaderLength(f)
  return { sessionPresent: ((f[at] ?? 0) & 1) !== 0, code: f[at + 1] ?? 0 }
}

/** Session expiry that a DISCONNECT of MQTT 5 sets in place of CONNECT's; null when it says nothing. */
export function readDisconnectExpiry(f: Frame): number | null {
  const at = findProperty(f, fixedHeaderLength(f) + 1, SESSION_EXPIRY)
  return at < 0 ? null : number(f, at, 4)
}

/** Topic alias of a PUBLISH whose property block begins at `at`; 0 for none. */
export const readTopicAlias = (f: Frame, at: number): number => number(f, findProperty(f, at, TOPIC_ALIAS), 2)

/** A request and the type of its answer, for packets that are not part of a PUBLISH handshake. */
export const REPLY_TO: Partial<Record<number, number>> = {
  [Type.CONNACK]: Type.CONNECT,
  [Type.SUBACK]: Type.SUBSCRIBE,
  [Type.UNSUBACK]: Type.UNSUBSCRIBE,
  [Type.PINGRESP]: Type.PINGREQ,
}
