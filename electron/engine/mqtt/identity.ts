import type { Packet } from './packet'
import { readVarint, varintBytes } from './varint'

/** Identity of one application message: who published it and as which one of its messages, counted from 1. */
export interface MessageIdentity {
  readonly publisher: string
  readonly sequence: number
}

/** Name of the JSON member, and of the MQTT 5 user property, that carry an identity. */
export const IDENTITY_MEMBER = '_id'

const MARK = Buffer.from(`"${IDENTITY_MEMBER}":"`)
const FIRST = MARK[0] as number
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
  const from = memberAt(bytes, start)
  return from < 0 ? null : bytes.toString('utf8', from, quoteAt(bytes, from))
}

/** Where the identity text begins in the bytes from `start` on, or -1. It ends in front of the next quote. */
function memberAt(bytes: Buffer, start: number): number {
  const last = bytes.length - MARK.length
  for (let at = Math.max(start, bytes.length - TAIL); at <= last; at++) {
    // A loop over so few bytes costs less than a call to search them.
    if (bytes[at] !== FIRST || !isMark(bytes, at)) continue
    const from = at + MARK.length
    return quoteAt(bytes, from) > from ? from : -1
  }
  return -1
}

function isMark(bytes: Buffer, at: number): boolean {
  for (let i = 1; i < MARK.length; i++) if (bytes[at + i] !== MARK[i]) return false
  return true
}

/** Where the next quote is, or -1. */
function quoteAt(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) if (bytes[at] === QUOTE) return at
  return -1
}

/** A stretch of bytes; `from` is -1 where there is none. */
export interface Span {
  from: number
  to: number
}

/** Where in its frame a PUBLISH carries its identity text, in its payload or a user property; written to `into`. */
export function identitySpan(p: Packet, into: Span): boolean {
  into.from = memberAt(p.frame, p.payloadAt)
  if (into.from >= 0) into.to = quoteAt(p.frame, into.from)
  else if (p.level === 5) userPropertySpan(p, into)
  return into.from >= 0
}

const span: Span = { from: -1, to: -1 }

/** The identity text a PUBLISH carries in its payload or user property, or null. */
export const carriedIdentity = (p: Packet): string | null =>
  identitySpan(p, span) ? p.frame.toString('utf8', span.from, span.to) : null

const PROPERTY = Buffer.from([USER_PROPERTY, 0, IDENTITY_MEMBER.length, ...Buffer.from(IDENTITY_MEMBER)])

function userPropertySpan(p: Packet, into: Span): void {
  const { frame } = p
  if (!p.complete || frame[p.propertiesAt] === 0) return
  const block = p.propertiesAt + varintBytes(readVarint(frame, p.propertiesAt, frame.length))
  const found = frame.indexOf(PROPERTY, block)
  const from = found + PROPERTY.length + 2
  if (found < 0 || from > p.payloadAt) return
  into.to = from + frame.readUInt16BE(from - 2)
  into.from = into.to > p.payloadAt ? -1 : from
}

/**
 * The name under which one application message is known on a leg: its carried identity, else its content.
 * Two different messages with equal topic and payload and no identity share a key.
 */
export const messageKey = (p: Packet): string => carriedIdentity(p) ?? contentKey(p)

/** A name made of topic and payload; begins with `#`, which no identity does. */
export const contentKey = (p: Packet): string =>
  `#${fnv1a(p.frame, p.bodyAt, p.topicEnd)}-${fnv1a(p.frame, p.payloadAt, p.frame.length)}`

function fnv1a(b: Buffer, from: number, to: number): string {
  let h = 0x811c9dc5
  for (let i = from; i < to; i++) h = Math.imul(h ^ (b[i] as number), 0x01000193)
  return (h >>> 0).toString(36)
}
