/**
 * Keyed fates. A packet's fate is not the next number of a sequence but a function of what the packet is:
 * seed, link, direction, type, message, attempt, and what is asked about it. So one packet more or less,
 * or a resend that overtakes a fresh PUBLISH by a millisecond, changes no other packet's fate.
 */

/** What a number is drawn for. Different draws for one packet are independent of each other. */
export const Draw = {
  LOSS: 1,
  POINT: 2,
  DELAY: 3,
  DELAY_2: 4,
  CHAIN: 5,
  DUPLICATE: 6,
  CORRUPT: 7,
  BIT: 8,
  REORDER: 9,
  ANSWER: 10,
} as const
export type Draw = (typeof Draw)[keyof typeof Draw]

/** 64 bits of hash that name a link, a direction or a message. */
export interface FateKey {
  readonly a: number
  readonly b: number
}

/** The finaliser of MurmurHash3: every input bit changes every output bit with chance one half. */
function avalanche(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Key of a whole simulation. Seeds may be any safe integer. */
export function seedKey(seed: number): FateKey {
  const low = seed | 0
  const high = Math.floor(seed / 0x1_0000_0000) | 0
  return { a: avalanche(low ^ 0x9e3779b9), b: avalanche(high ^ Math.imul(low, 0x27d4eb2f) ^ 0x7f4a7c15) }
}

/** Key of something named `text` within `parent`. */
export function textKey(parent: FateKey, text: string): FateKey {
  let a = parent.a
  let b = parent.b
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    a = Math.imul(a ^ c, 0x9e3779b1)
    b = Math.imul(b ^ c, 0x5f356495)
    a = (a << 13) | (a >>> 19)
  }
  return finish(a, b, text.length)
}

function finish(a: number, b: number, length: number): FateKey {
  const high = avalanche(a ^ length)
  const low = avalanche(b ^ (high << 7) ^ (high >>> 11))
  return { a: high ^ low, b: low }
}

/** The same key as `textKey` of the text that stands in these bytes as UTF-8, mostly without making a text of it. */
export function bytesKey(parent: FateKey, bytes: Buffer, from: number, to: number): FateKey {
  let a = parent.a
  let b = parent.b
  for (let i = from; i < to; i++) {
    const c = bytes[i] as number
    if (c > 0x7f) return textKey(parent, bytes.toString('utf8', from, to))
    a = Math.imul(a ^ c, 0x9e3779b1)
    b = Math.imul(b ^ c, 0x5f356495)
    a = (a << 13) | (a >>> 19)
  }
  return finish(a, b, to - from)
}

/**
 * A number in [0, 1) for one question about one packet, with 53 random bits.
 * @param type packet type number
 * @param attempt which packet of the type it is for this message, from 1
 * @param nth for questions asked several times, such as once a segment
 */
export function uniform(key: FateKey, type: number, attempt: number, draw: Draw, nth = 0): number {
  let a = avalanche(key.a ^ Math.imul(attempt, 0x9e3779b1) ^ (type << 24) ^ (draw << 16))
  let b = avalanche(key.b ^ Math.imul(nth + 1, 0x85ebca77) ^ (draw << 8) ^ type)
  a = avalanche(a ^ Math.imul(b, 0xcc9e2d51))
  b = avalanche(b ^ Math.imul(a, 0x1b873593))
  return ((a >>> 5) * 0x4000000 + (b >>> 6)) / 0x20000000000000
}
