import { fixedHeaderLength, frameQos, payloadOffset, readVarint, type Frame } from './frame'

/** Identity of one application message: who published it and as which one of its messages, counted from 1. */
export interface MessageIdentity {
  readonly publisher: string
  readonly sequence: number
}

/** Name of the JSON member, and of the MQTT 5 user property, that carry an identity. */
export const IDENTITY_MEMBER = '_id'

const MARK = Buffer.from(`"${IDENTITY_MEMBER}":"`)
const QUOTE = 0x22
const USER_PROPERTY = 0x26
/** Bytes at the end of a payload in which the member is looked for: a client identifier of 256 bytes fits. */
const TAIL = 320

/** The text form of an identity, `publisher:sequence`. */
export const identityText = (id: MessageIdentity): string => `${id.publisher}:${id.sequence}`

/** Parses `publisher:sequence`; null for anything else. */
export function parseIdentity(text: string): MessageIdentity | null {
  const at = text.lastIndexOf(':')
  const sequence = Number(text.slice(at + 1))
  if (at < 1 || !Number.isSafeInteger(sequence) || sequence < 1) return null
  return { publisher: text.slice(0, at), sequence }
}

/** The identity text in the bytes from `start` on, or null. */
export function payloadIdentity(bytes: Buffer, start = 0): string | null {
  const found = bytes.indexOf(MARK, Math.max(start, bytes.length - TAIL))
  if (found < 0) return null
  const from = found + MARK.length
  const to = bytes.indexOf(QUOTE, from)
  return to > from ? bytes.toString('utf8', from, to) : null
}

/** The identity text a PUBLISH carries in its payload or user property, or null. */
export function carriedIdentity(frame: Frame, level: number): string | null {
  return payloadIdentity(frame, payloadOffset(frame, level)) ?? (level === 5 ? fromUserProperty(frame) : null)
}

function fromUserProperty(frame: Frame): string | null {
  let at = fixedHeaderLength(frame)
  at += 2 + frame.readUInt16BE(at) + (frameQos(frame) > 0 ? 2 : 0)
  const block = readVarint(frame, at)
  const end = block.next + block.value
  const key = Buffer.from([USER_PROPERTY, 0, IDENTITY_MEMBER.length, ...Buffer.from(IDENTITY_MEMBER)])
  const found = frame.indexOf(key, block.next)
  if (found < 0 || found + key.length + 2 > end) return null
  const from = found + key.length + 2
  return frame.toString('utf8', from, from + frame.readUInt16BE(from - 2))
}

/**
 * The name under which one application message is known on a leg: its carried identity, else its content.
 * Two different messages with equal topic and payload and no identity share a key.
 */
export function messageKey(frame: Frame, level: number): string {
  const id = carriedIdentity(frame, level)
  if (id !== null) return id
  const at = fixedHeaderLength(frame)
  const topicEnd = at + 2 + frame.readUInt16BE(at)
  return `#${fnv1a(frame, at, topicEnd, 0x811c9dc5)}-${fnv1a(frame, payloadOffset(frame, level), frame.length, 0x811c9dc5)}`
}

function fnv1a(b: Buffer, from: number, to: number, seed: number): string {
  let h = seed
  for (let i = from; i < to; i++) h = Math.imul(h ^ (b[i] as number), 0x01000193)
  return (h >>> 0).toString(36)
}
