import type { Language } from '@contract/languages'
import type { Teller } from '../../canvas/sequence/narration/teller'
import { addTeller } from '../../canvas/sequence/narration/tellers'
import { addFieldNames } from '../../features/handshakes/field-names'
import type { Texts } from '../define'

/** All that a language has which the page does not start with. */
interface LanguagePack {
  /** Texts of the page, joined from those of the features. */
  texts: Texts
  /** Sentences of the narration. */
  teller: Teller
  /** Names of decoded fields; see `fieldName`. */
  fieldNames: Record<string, string>
}

/** Hands sentences and names to those who use them. @returns the texts of the page, for vue-i18n */
export function languagePack(language: Language, pack: LanguagePack): Texts {
  addTeller(language, pack.teller)
  addFieldNames(language, pack.fieldNames)
  return pack.texts
}
