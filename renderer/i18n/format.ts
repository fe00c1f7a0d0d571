import { LEAST_SECOND } from '@contract/duration'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

/** Plain forms of numbers and times, for any locale; pure, so that canvases and tests can use them. */
export function createFormat(locale: string) {
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
  const one = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
  const few = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 })
  const upTo2 = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  const pad = (n: number, digits: number): string => String(n).padStart(digits, '0')

  /** 42318 is 00:42.318; hours only when there are some. */
  function clock(ms: number): string {
    const t = Math.max(0, Math.floor(ms))
    const tail = `${pad(Math.floor(t / 60_000) % 60, 2)}:${pad(Math.floor(t / 1000) % 60, 2)}.${pad(t % 1000, 3)}`
    return t >= 3_600_000 ? `${Math.floor(t / 3_600_000)}:${tail}` : tail
  }
  return {
    int: (n: number) => whole.format(n),
    /** A rate: one decimal under 1,000. */
    rate: (n: number) => (n >= 1000 ? whole.format(n) : n > 0 && n < 0.05 ? few.format(n) : one.format(n)),
    number: (n: number) => upTo2.format(n),
    /** Milliseconds: whole ones from 10 on. */
    ms: (ms: number) => (ms < 10 ? upTo2 : whole).format(ms),
    significant: (n: number) => few.format(n),
    percent: (p: number) => percent.format(p),
    clock,
    /** Seconds with three decimals, as a packet list counts. */
    seconds: (ms: number) => (ms / 1000).toFixed(3),
  }
}
export type Format = ReturnType<typeof createFormat>

/** Numbers and times in the user's language. */
export function useFormat() {
  const { t, locale } = useI18n()
  const format = computed(() => createFormat(locale.value))
  /** 41 ms, 1.24 s, 3 min. */
  const duration = (ms: number): string => {
    if (ms < LEAST_SECOND) return t('common.ms', { n: format.value.significant(ms) })
    if (ms < 120_000) return t('common.seconds', { n: format.value.number(ms / 1000) })
    return t('common.minutes', { n: format.value.number(ms / 60_000) })
  }
  /** 1,478 ms, 2.53 ms: as a time axis counts. */
  const spanMs = (ms: number): string => t('common.ms', { n: format.value.ms(ms) })
  const bytes = (n: number): string => {
    if (n < 1000) return t('common.bytes', { n: format.value.int(n) })
    if (n < 1_000_000) return t('common.kilobytes', { n: format.value.significant(n / 1000) })
    return t('common.megabytes', { n: format.value.significant(n / 1_000_000) })
  }
  return { format, duration, spanMs, bytes }
}
