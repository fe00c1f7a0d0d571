import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { JOIN_CODE_LENGTH } from '../../contract/share'

/** Where codes and tokens come from; tests give their own. */
export interface Secrets {
  code(): string
  token(): string
}

/** Digits alone: they are typed alike on every keyboard and in every language. */
export const systemSecrets: Secrets = {
  code: () => String(randomInt(0, 10 ** JOIN_CODE_LENGTH)).padStart(JOIN_CODE_LENGTH, '0'),
  token: () => randomBytes(32).toString('base64url'),
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The key a token is kept under: a look-up by it tells nothing, by its time, of the token itself. */
export const tokenKey = (token: string): string => hash(token).toString('base64url')

/** The digits of a code as typed: spaces and hyphens between them do not matter. */
export const codeDigits = (typed: string): string => typed.replace(/[\s-]/g, '')

/** Compares in constant time, whatever the lengths. */
export const sameCode = (a: string, b: string): boolean => timingSafeEqual(hash(a), hash(b))
