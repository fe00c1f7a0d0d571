import type { Language } from '@contract/languages'
import type { Texts } from './define'
import { i18n } from './index'

/** Languages that are loaded when they are wanted. */
const LATER: Partial<Record<Language, () => Promise<{ texts: Texts }>>> = {
  ja: () => import('./languages/ja'),
  zh: () => import('./languages/zh'),
}
const loaded = new Set<Language>()

/** Null when the language is there already. Rejects when its file cannot be read. */
export function loadLanguage(language: Language): Promise<void> | null {
  const load = LATER[language]
  if (load === undefined || loaded.has(language)) return null
  return load().then(({ texts }) => {
    i18n.global.setLocaleMessage(language, texts as never)
    loaded.add(language)
  })
}

/** Some of the texts of a language that was loaded, by their first key; null of one that every page has. */
export function loadedTexts(language: Language, keys: readonly string[]): Texts | null {
  if (!loaded.has(language)) return null
  const all: Texts = i18n.global.getLocaleMessage(language)
  return Object.fromEntries(keys.map((k) => [k, all[k] ?? {}]))
}
