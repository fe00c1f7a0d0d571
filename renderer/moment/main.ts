import type { Language } from '@contract/languages'
import { createApp } from 'vue'
import { createI18n } from 'vue-i18n'
import { japanese } from '../canvas/sequence/narration/ja'
import { addTeller } from '../canvas/sequence/narration/tellers'
import { chinese } from '../canvas/sequence/narration/zh'
import { handshakesMessages } from '../features/handshakes/messages'
import { en } from '../i18n/en'
import { ko } from '../i18n/ko'
import '../ui/main.css'
import type { Moment } from './moment'
import MomentPage from './MomentPage.vue'

const text = document.getElementById('moment')?.textContent ?? 'null'
const moment = JSON.parse(text) as Moment | null

// The texts of a further language come with the moment; its sentences are made here.
addTeller('ja', japanese)
addTeller('zh', chinese)

if (moment !== null) {
  document.documentElement.dataset['theme'] = moment.theme
  const messages: Partial<Record<Language, object>> = {
    en: { ...en, ...handshakesMessages.en },
    ko: { ...ko, ...handshakesMessages.ko },
  }
  if (moment.texts !== null) messages[moment.lang] = moment.texts
  const i18n = createI18n({
    legacy: false,
    locale: moment.lang,
    fallbackLocale: 'en',
    messages: messages as unknown as Record<Language, never>,
  })
  createApp(MomentPage, { moment }).use(i18n).mount('#app')
}
