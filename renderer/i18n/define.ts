export type Language = 'en' | 'ko'

/** Nested texts; a leaf is a vue-i18n message, where { } @ and | mean something. */
export interface Texts {
  [key: string]: string | Texts
}

type SameKeys<T> = { [K in keyof T]: T[K] extends string ? string : SameKeys<T[K]> }

/** Texts of one feature in both languages; the compiler refuses a key that one of them lacks. */
export const defineMessages = <const T extends Texts>(en: T, ko: SameKeys<T>): { en: Texts; ko: Texts } => ({
  en,
  ko: ko,
})
