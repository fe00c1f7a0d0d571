import type { Language } from '@contract/languages'
import { createI18n } from 'vue-i18n'
import type { Texts } from './define'
import { messages } from './messages'

const korean: Texts = messages.ko
const english: Texts = messages.en

/** All texts of the page; the settings store sets the language. English and Korean are there from the start. */
export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en: english, ko: korean } as Record<Language, never>,
})
