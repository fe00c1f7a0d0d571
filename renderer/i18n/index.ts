import { createI18n } from 'vue-i18n'
import type { Language, Texts } from './define'
import { messages } from './messages'

export type { Language } from './define'

const korean: Texts = messages.ko
const english: Texts = messages.en

/** All texts of the page; the settings store sets the language. */
export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en: english, ko: korean } as Record<Language, never>,
})
