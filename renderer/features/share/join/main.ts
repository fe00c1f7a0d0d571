import type { Language } from '@contract/languages'
import { createApp } from 'vue'
import { createI18n } from 'vue-i18n'
import type { Texts } from '../../../i18n/define'
import '../../../ui/main.css'
import { joinMessages } from './messages'
import JoinPage from './JoinPage.vue'

/** Texts that are loaded when they are wanted. */
const LATER: Partial<Record<Language, () => Promise<Texts>>> = {
  ja: async () => (await import('./texts.ja')).joinJa,
  zh: async () => (await import('./texts.zh')).joinZh,
}

/** The join page: small, since a class loads it all at once; of the application only its look and its texts. */
const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: joinMessages as unknown as Record<Language, never>,
})
async function setTexts(language: Language): Promise<boolean> {
  try {
    const texts = await LATER[language]?.()
    if (texts) i18n.global.setLocaleMessage(language, texts as never)
    return true
  } catch {
    return false
  }
}
createApp(JoinPage, { setTexts }).use(i18n).mount('#app')
