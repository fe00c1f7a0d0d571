import { useI18n } from 'vue-i18n'
import { useFormat } from '../../i18n/format'
import { useLessons } from '../../stores/lessons'
import type { Sheet } from '../print/sheet'
import { COUNTS } from './verdict-text'

/** What is printed of the open lesson: the run that is shown, or else one that is made for it. */
export function useLessonSheet(): () => Promise<Sheet | null> {
  const { t, locale } = useI18n()
  const { format } = useFormat()
  const lessons = useLessons()
  return async () => {
    const { script, variant } = lessons
    if (!script || !variant) return null
    const run = lessons.outcome ?? (await lessons.make({ id: script.id, variant: variant.id }))
    const lang = locale.value === 'ko' ? 'ko' : 'en'
    const name = variant.name?.[lang]
    return {
      title: script.title[lang],
      note: [...(name === undefined ? [] : [name]), t('print.seed', { n: script.seed })].join(', '),
      text: script.text[lang],
      question: {
        text: script.question[lang],
        options: script.options.map((o) => ({ text: o.text[lang], right: o.id === run.answer })),
      },
      recording: run,
      counts: COUNTS.map((c) => ({ label: t(`lessons.stat.${c}`), value: format.value.int(run.totals[c]) })),
      why: variant.why[lang],
    }
  }
}
