import { LANGUAGES, type Language } from '@contract/languages'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'

/** The language in which the page is now, for texts that are not the page's own. */
export function useLanguage(): ComputedRef<Language> {
  const { locale } = useI18n()
  return computed(() => LANGUAGES.find((l) => l === locale.value) ?? 'en')
}
