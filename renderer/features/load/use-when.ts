import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

/** A wall time, Unix ms, as date and time of day in the user's language. */
export function useWhen(): (ms: number) => string {
  const { locale } = useI18n()
  const form = computed(
    () =>
      new Intl.DateTimeFormat(locale.value, {
        month: 'short',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      }),
  )
  return (ms) => form.value.format(ms)
}
