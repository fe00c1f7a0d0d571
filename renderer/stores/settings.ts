import { useLocalStorage, usePreferredDark } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, watch, watchEffect } from 'vue'
import { i18n, type Language } from '../i18n'

type Theme = 'dark' | 'light'

const preferredLanguage = (): Language =>
  navigator.languages.some((l) => l.toLowerCase().startsWith('ko')) ? 'ko' : 'en'

/** Container queries in rem are evaluated anew only when the container changes: a new type size alone does not. */
function measureAnew(): void {
  const app = document.getElementById('app')
  if (!app) return
  app.style.containerType = 'normal'
  app.getBoundingClientRect()
  app.style.containerType = ''
}

/** Language, theme and projector mode: kept in the browser, put on the root element, switched without a reload. */
export const useSettings = defineStore('settings', () => {
  const prefersDark = usePreferredDark()
  const language = useLocalStorage<Language>('fleetlab.language', preferredLanguage())
  const chosenTheme = useLocalStorage<Theme | ''>('fleetlab.theme', '')
  const projector = useLocalStorage('fleetlab.projector', false)
  const theme = computed<Theme>({
    get: () => (chosenTheme.value === '' ? (prefersDark.value ? 'dark' : 'light') : chosenTheme.value),
    set: (t) => (chosenTheme.value = t),
  })

  watch(
    projector,
    (on) => {
      document.documentElement.dataset['projector'] = on ? 'on' : 'off'
      measureAnew()
    },
    { immediate: true },
  )
  watchEffect(() => {
    const root = document.documentElement
    root.lang = language.value
    root.dataset['theme'] = theme.value
    i18n.global.locale.value = language.value
  })

  return {
    language,
    theme,
    projector,
    toggleLanguage: () => (language.value = language.value === 'ko' ? 'en' : 'ko'),
    toggleTheme: () => (theme.value = theme.value === 'dark' ? 'light' : 'dark'),
    toggleProjector: () => (projector.value = !projector.value),
  }
})
