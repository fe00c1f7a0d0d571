import {
  IDENTITY_BYTES,
  SHORT_IDENTITY_BYTES,
  keepsTopicName,
  type LoadConfig,
} from '../../../contract/load-config'

/** The 12 bytes as a level of the topic name, or as the value of a user property, in hexadecimal digits. */
export const TOPIC_IDENTITY_LENGTH = 2 * SHORT_IDENTITY_BYTES

/** How a payload begins that is a JSON object and has the identity in a member: 24 digits, and 8 that say how late it was sent. */
export const MEMBER_START = '{"fleetlab":"'
export const MEMBER_DIGITS = TOPIC_IDENTITY_LENGTH + 8

/**
 * Where a message carries what it is: the first 20 bytes of its payload, the first 12, the first member of the JSON object
 * that it is, the last level of its topic name, a user property, or nowhere, where nobody receives it.
 */
export type IdentityPlace = 'payload' | 'short' | 'member' | 'topic' | 'property' | 'none'

type Carrier = Pick<LoadConfig, 'subscribers' | 'protocol' | 'topic' | 'retain' | 'topicAliases'>

/**
 * Where messages carry it whose payload has no room for it: in the topic name, which subscribers of all versions get, or,
 * where that must be the same for all, in a user property. Before 5.0 there are none, and such a run is refused.
 */
export function placeBesidePayload(c: Carrier): Extract<IdentityPlace, 'topic' | 'property' | 'none'> {
  if (c.subscribers === 0) return 'none'
  return c.protocol === 5 && keepsTopicName(c) ? 'property' : 'topic'
}

/** Where messages carry it whose payload is filler of `size` bytes. */
export function identityPlace(c: Carrier & Pick<LoadConfig, 'size'>): IdentityPlace {
  if (c.size >= IDENTITY_BYTES) return 'payload'
  return c.size >= SHORT_IDENTITY_BYTES ? 'short' : placeBesidePayload(c)
}

/** What a message says that it is. One object is used again and again: read it before the next message. */
export interface MessageIdentity {
  publisher: number
  sequence: number
  /** Intended send time, Unix ms with fractions. */
  timeMs: number
}

/** A publisher's number as the 12 bytes have it, and back: with the tag of the run, so that no other run's message is taken for one of it. */
export const tagged = (publisher: number, runTag: number): number => (publisher ^ runTag) >>> 0

const HEX = Buffer.from('0123456789abcdef')
const MICROS_MODULUS = 4_294_967_296

/** Writes how late a message is sent, µs, as 8 digits. */
export const writeDelayDigits = (b: Buffer, at: number, delayMs: number): void =>
  putHex(b, at, Math.min(0xffffffff, Math.round(delayMs * 1000)))

/** Reads it, ms. */
export const readDelayDigits = (b: Buffer, at: number): number => readNumber(b, at, true) / 1000

/** Microseconds modulo 2^32, rounded up, so that no message seems to have been due before it was. */
const micros = (timeMs: number): number => Math.ceil(timeMs * 1000) % MICROS_MODULUS

function putUint32(b: Buffer, at: number, value: number): void {
  b[at] = value >>> 24
  b[at + 1] = value >>> 16
  b[at + 2] = value >>> 8
  b[at + 3] = value
}

function putHex(b: Buffer, at: number, value: number): void {
  for (let i = 0; i < 8; i++) b[at + i] = HEX[(value >>> (28 - 4 * i)) & 15] as number
}

/** Writes the identity at `at`, as bytes or (`hex`) as digits. */
export function writeShortIdentity(b: Buffer, at: number, hex: boolean, m: MessageIdentity): void {
  const put = hex ? putHex : putUint32
  const step = hex ? 8 : 4
  put(b, at, m.publisher)
  put(b, at + step, m.sequence)
  put(b, at + 2 * step, micros(m.timeMs))
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : NaN
}

function readNumber(b: Buffer, at: number, hex: boolean): number {
  if (!hex) return b.readUInt32BE(at)
  let value = 0
  for (let i = 0; i < 8; i++) value = value * 16 + hexDigit(b[at + i] as number)
  return value
}

/**
 * Reads what `writeShortIdentity` wrote: 12 bytes or 24 digits. The time is the one nearest to `nowMs`: a message may be
 * up to 35 minutes old.
 * @returns false where there are no such digits
 */
export function readShortIdentity(
  b: Buffer,
  at: number,
  hex: boolean,
  nowMs: number,
  into: MessageIdentity,
): boolean {
  const step = hex ? 8 : 4
  into.publisher = readNumber(b, at, hex)
  into.sequence = readNumber(b, at + step, hex)
  const sent = readNumber(b, at + 2 * step, hex)
  const ageMicros = (Math.floor(nowMs * 1000) - sent) | 0
  into.timeMs = Math.floor(nowMs * 1000) / 1000 - ageMicros / 1000
  return !Number.isNaN(into.publisher + into.sequence + sent)
}
