/** Nested texts; a leaf is a vue-i18n message, where { } @ and | mean something. */
export interface Texts {
  [key: string]: string | Texts
}

/** The keys of `T`, each with a text of another language. */
export type SameKeys<T> = { [K in keyof T]: T[K] extends string ? string : SameKeys<T[K]> }

/** What a further language must have of a feature's texts: the same keys, no more, no fewer. */
export type TextsOf<M extends { en: unknown }> = SameKeys<M['en']>

/** Texts of one feature in both languages that the page starts with; the compiler refuses a key that one of them lacks. */
export const defineMessages = <const T extends Texts>(
  en: T,
  ko: SameKeys<T>,
): { en: T; ko: SameKeys<T> } => ({
  en,
  ko,
})
