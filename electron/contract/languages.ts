/** Languages that have texts; to add one, see CONTRIBUTING. */
export const LANGUAGES = ['en', 'ko', 'ja', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** Those whose texts are complete: only they can be chosen. In the order in which they are offered. */
export const OFFERED_LANGUAGES: readonly Language[] = ['ko', 'en', 'ja', 'zh']

/** Each in its own words, for who cannot read the present one. */
export const LANGUAGE_NAMES: Record<Language, string> = {
  en: 'English',
  ko: '한국어',
  ja: '日本語',
  zh: '简体中文',
}

/** The value of an element's `lang` (BCP 47). */
export const htmlLang = (language: Language): string => (language === 'zh' ? 'zh-Hans' : language)

/** A text by language; where one of the later languages is missing, the reader gets English. */
export type InLanguages<T> = { en: T; ko: T; ja?: T | undefined; zh?: T | undefined }

export function textIn<T>(texts: InLanguages<T>, language: Language): T
export function textIn<T>(texts: InLanguages<T> | undefined, language: Language): T | undefined
export function textIn<T>(texts: InLanguages<T> | undefined, language: Language): T | undefined {
  return texts?.[language] ?? texts?.en
}

/** The language chosen, or the system's where it is one of ours. */
export const chosenLanguage = (chosen: 'system' | Language, systemLocale: string): Language =>
  chosen === 'system' ? languageFor([systemLocale]) : chosen

/** Readers of traditional characters are not given simplified ones unasked. */
const TRADITIONAL = /^zh-(hant|tw|hk|mo)/i

/** @param locales as a browser or system lists them (BCP 47); the first offered one that is not English, else English */
export function languageFor(locales: readonly string[]): Language {
  const own = locales
    .filter((l) => !TRADITIONAL.test(l))
    .map((l) => l.slice(0, 2).toLowerCase())
    .map((code) => OFFERED_LANGUAGES.find((l) => l === code && l !== 'en'))
  return own.find((l) => l !== undefined) ?? 'en'
}
