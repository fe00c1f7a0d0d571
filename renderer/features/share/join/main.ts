import { createApp } from 'vue'
import { createI18n } from 'vue-i18n'
import '../../../ui/main.css'
import { joinMessages } from './messages'
import JoinPage from './JoinPage.vue'

/** The join page: small, since a class loads it all at once; of the application only its look and its texts. */
const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: joinMessages as unknown as Record<'en' | 'ko', never>,
})
createApp(JoinPage).use(i18n).mount('#app')
