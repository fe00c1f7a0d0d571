import { useLocalStorage, usePreferredDark } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, watchEffect } from 'vue'
import { i18n, type Language } from '../i18n'

type Theme = 'dark' | 'light'

const preferredLanguage = (): Language =>
  navigator.languages.some((l) => l.toLowerCase().startsWith('ko')) ? 'ko' : 'en'

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

  watchEffect(() => {
    const root = document.documentElement
    root.lang = language.value
    root.dataset['theme'] = theme.value
    root.dataset['projector'] = projector.value ? 'on' : 'off'
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
