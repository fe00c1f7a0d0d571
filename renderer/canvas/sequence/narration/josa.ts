/** Korean particles that depend on whether the word before them ends in a consonant. */
const PAIRS = {
  '은/는': ['은', '는'],
  '이/가': ['이', '가'],
  '을/를': ['을', '를'],
  '과/와': ['과', '와'],
  '으로/로': ['으로', '로'],
  '이라/라': ['이라', '라'],
} as const
export type Josa = keyof typeof PAIRS

/** Final sound of a word: none, the liquid l (which takes 로), or another consonant. */
export type FinalSound = 'none' | 'liquid' | 'consonant'

/** 영 일 이 삼 사 오 육 칠 팔 구; a number that ends in 0 ends in 영, 십, 백, 천 or 만, all with a consonant. */
const DIGITS: Record<string, FinalSound> = {
  '0': 'consonant',
  '1': 'liquid',
  '2': 'none',
  '3': 'consonant',
  '4': 'none',
  '5': 'none',
  '6': 'consonant',
  '7': 'liquid',
  '8': 'liquid',
  '9': 'none',
}

const HANGUL_FIRST = 0xac00
const HANGUL_LAST = 0xd7a3
const FINALS = 28
const FINAL_RIEUL = 8

/** How packet names are read aloud in Korean courses: 퍼블리시, 펍액, 펍렉, 펍렐, 펍콤프. */
const READ_AS: Record<string, FinalSound> = {
  PUBLISH: 'none',
  PUBACK: 'consonant',
  PUBREC: 'consonant',
  PUBREL: 'liquid',
  PUBCOMP: 'none',
  DUP: 'consonant',
  CONNECT: 'none',
}

/** English words as Korean spells them: l is ㄹ, m, n and ng are closed, p, t, k and c are closed after one short vowel. */
function latinFinal(word: string): FinalSound {
  const w = word.toLowerCase()
  if (w.endsWith('l') || w.endsWith('le')) return 'liquid'
  if (/([mn]|ng|me|ne)$/.test(w)) return 'consonant'
  return /(^|[^aeiou])[aeiou](p|t|k|ck|c)$/.test(w) ? 'consonant' : 'none'
}

/** Final sound of the last letter or digit of `text`; marks and brackets at the end are passed over. */
function finalSound(text: string): FinalSound {
  const word = text.replace(/[^0-9A-Za-z\uac00-\ud7a3]+$/, '')
  const last = word.at(-1)
  if (last === undefined) return 'none'
  const digit = DIGITS[last]
  if (digit !== undefined) return digit
  const code = last.charCodeAt(0)
  if (code >= HANGUL_FIRST && code <= HANGUL_LAST) {
    const final = (code - HANGUL_FIRST) % FINALS
    return final === 0 ? 'none' : final === FINAL_RIEUL ? 'liquid' : 'consonant'
  }
  const latin = /[A-Za-z]+$/.exec(word)?.[0] ?? ''
  return READ_AS[latin] ?? latinFinal(latin)
}

/** The word with its particle: `josa('7', '이/가')` is 7이, `josa('dashboard', '은/는')` is dashboard는. */
export function josa(word: string, particle: Josa): string {
  const [closed, open] = PAIRS[particle]
  const sound = finalSound(word)
  const usesOpen = sound === 'none' || (particle === '으로/로' && sound === 'liquid')
  return word + (usesOpen ? open : closed)
}
