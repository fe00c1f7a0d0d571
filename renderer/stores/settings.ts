import { htmlLang, languageFor, type Language } from '@contract/languages'
import { DEFAULT_SETTINGS, settingsSchema, type Settings } from '@contract/workspace'
import { useLocalStorage, usePreferredDark, useWindowSize } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, shallowRef, watch, watchEffect, type WritableComputedRef } from 'vue'
import { i18n } from '../i18n'
import { loadLanguage } from '../i18n/load'
import { useLog } from './log'

type Theme = 'dark' | 'light'

const preferredLanguage = (): Language => languageFor(navigator.languages)

/** As in the tokens. */
const TYPE_PX: Record<Settings['textSize'], number> = { normal: 16, large: 18, largest: 20 }

/** Least type of pictures and sentences in projector mode, px: 20 in a window of 1366 x 768, 24 at 1920 x 1080. Pure. */
export const projectorPx = (width: number, height: number): number =>
  Math.max(15, Math.min(20 + (width - 1366) / 138.5, 20 + (height - 768) / 78))

/** The smallest type in a picture, px at a scale of 1. */
const SMALLEST_PX = 11

/** Container queries in rem are re-evaluated only when the container changes: a new type size alone does not. */
function measureAnew(): void {
  const app = document.getElementById('app')
  if (!app) return
  app.style.containerType = 'normal'
  app.getBoundingClientRect()
  app.style.containerType = ''
}

/** What the user chose, kept in the browser so that the page is drawn right from its first frame. */
function useChosen() {
  const language = useLocalStorage<Language | ''>('fleetlab.language', '')
  const theme = useLocalStorage<Theme | ''>('fleetlab.theme', '')
  const projector = useLocalStorage('fleetlab.projector', false)
  const textSize = useLocalStorage<Settings['textSize']>('fleetlab.textSize', DEFAULT_SETTINGS.textSize)
  const profile = useLocalStorage<Settings['profile']>('fleetlab.profile', DEFAULT_SETTINGS.profile)
  return computed({
    get: (): Settings => ({
      language: language.value === '' ? 'system' : language.value,
      theme: theme.value === '' ? 'system' : theme.value,
      projector: projector.value,
      textSize: textSize.value,
      profile: profile.value,
    }),
    set: (s: Settings) => {
      language.value = s.language === 'system' ? '' : s.language
      theme.value = s.theme === 'system' ? '' : s.theme
      projector.value = s.projector
      textSize.value = s.textSize
      profile.value = s.profile
    },
  })
}

/** The page speaks the language as soon as it has its texts. */
function useSpeech(language: WritableComputedRef<Language>) {
  let other = languageFor([...navigator.languages, 'ko'])
  const speak = (l: Language): void => {
    if (l !== language.value) return
    document.documentElement.lang = htmlLang(l)
    i18n.global.locale.value = l
  }
  /** The page goes on in the language that it had until the other one is there, and when that cannot be read. */
  const spoken = shallowRef<Promise<void> | null>(null)
  watch(
    language,
    (l) => {
      spoken.value =
        loadLanguage(l)?.then(
          () => speak(l),
          (thrown: unknown) => useLog().fail(thrown),
        ) ?? null
      if (spoken.value === null) speak(l)
    },
    { immediate: true, flush: 'sync' },
  )
  function toggle(): void {
    if (language.value !== 'en') other = language.value
    language.value = language.value === 'en' ? other : 'en'
  }
  return { spoken, toggle }
}

/** Language, theme and projector mode: put on the root element, switched without a reload. */
export const useSettings = defineStore('settings', () => {
  const prefersDark = usePreferredDark()
  const chosen = useChosen()
  const language = computed({
    get: (): Language => (chosen.value.language === 'system' ? preferredLanguage() : chosen.value.language),
    set: (l: Language) => (chosen.value = { ...chosen.value, language: l }),
  })
  const theme = computed({
    get: (): Theme =>
      chosen.value.theme === 'system' ? (prefersDark.value ? 'dark' : 'light') : chosen.value.theme,
    set: (t: Theme) => (chosen.value = { ...chosen.value, theme: t }),
  })
  const projector = computed({
    get: () => chosen.value.projector,
    set: (on: boolean) => (chosen.value = { ...chosen.value, projector: on }),
  })

  const { width, height } = useWindowSize()
  /** Null outside of projector mode. */
  const readablePx = computed(() => (projector.value ? projectorPx(width.value, height.value) : null))
  watchEffect(() => {
    const { style } = document.documentElement
    if (readablePx.value === null) style.removeProperty('--projector-px')
    else style.setProperty('--projector-px', `${readablePx.value.toFixed(2)}px`)
  })
  const textSize = computed(() => chosen.value.textSize)
  watch(
    [projector, textSize],
    ([on, size]) => {
      const { dataset } = document.documentElement
      dataset['projector'] = on ? 'on' : 'off'
      dataset['text'] = size
      measureAnew()
    },
    { immediate: true },
  )
  watchEffect(() => {
    document.documentElement.dataset['theme'] = theme.value
  })
  const { spoken, toggle } = useSpeech(language)

  return {
    chosen,
    language,
    theme,
    projector,
    /** Size of the page's type: 1 at 16 px. */
    typeScale: computed(() => (projector.value ? 21 : TYPE_PX[textSize.value]) / 16),
    /** Size of the type in pictures, which are read from the back row in projector mode: 1 at 16 px. */
    pictureScale: computed(() =>
      readablePx.value === null ? TYPE_PX[textSize.value] / 16 : readablePx.value / SMALLEST_PX,
    ),
    profile: computed(() => chosen.value.profile),
    choose: (patch: Partial<Settings>) => (chosen.value = { ...chosen.value, ...patch }),
    /** Until the page has the texts of its language; null when it has them. */
    spoken,
    /** Between English and the other language: the one before, else the browser's, else Korean. */
    toggleLanguage: toggle,
    toggleTheme: () => (theme.value = theme.value === 'dark' ? 'light' : 'dark'),
    toggleProjector: () => (projector.value = !projector.value),
  }
})

/** What of `now` differs from `before`; null when nothing does. */
export function changedSettings(before: Settings, now: Settings): Partial<Settings> | null {
  const patch = Object.fromEntries(
    Object.entries(now).filter(([key, value]) => value !== before[key as keyof Settings]),
  )
  return Object.keys(patch).length === 0 ? null : settingsSchema.partial().parse(patch)
}
