import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { EngineLink, installLink } from './api'
import { retryPause } from './api/retry-pause'
import { chooseTransport, openChannel } from './api/transport'
import App from './App.vue'
import { i18n } from './i18n'
import { fitScreen } from './features/share/phone'
import NoTransport from './features/shell/NoTransport.vue'
import { useLog } from './stores/log'
import { useSettings } from './stores/settings'
import './ui/main.css'

fitScreen(screen.width)
const transport = chooseTransport(window, location)
const pinia = createPinia()

/** The first frame is in the page's language. */
function mount(app: ReturnType<typeof createApp>): void {
  const { spoken } = useSettings(pinia)
  if (spoken === null) app.mount('#app')
  else void spoken.then(() => app.mount('#app'))
}

if (transport.kind === 'none') {
  const app = createApp(NoTransport).use(pinia).use(i18n)
  mount(app)
} else {
  const link = new EngineLink({
    open: () => openChannel(transport),
    wait: retryPause.wait,
    onFault: (thrown) => useLog(pinia).fail(thrown),
    language: () => useSettings(pinia).language,
  })
  installLink(link)
  const app = createApp(App).use(pinia).use(i18n)
  app.config.errorHandler = (thrown) => useLog(pinia).fail(thrown)
  mount(app)
  void link.start()
}
