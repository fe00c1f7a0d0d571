import type { Language } from '@contract/languages'
import { english } from './en'
import { korean } from './ko'
import { refusalOf, type Teller } from './teller'

const TELLERS: Partial<Record<Language, Teller>> = { en: english, ko: korean }

/** Adds a language that is loaded when it is wanted. */
export const addTeller = (language: Language, teller: Teller): void => {
  TELLERS[language] = teller
}

/** English until the language is loaded. */
export const tellerIn = (language: Language): Teller => TELLERS[language] ?? english

/** Why a message or a connection was refused. @param reason 0x80 or more */
export const refusalText = (reason: number, language: Language): string =>
  refusalOf(tellerIn(language), reason)
