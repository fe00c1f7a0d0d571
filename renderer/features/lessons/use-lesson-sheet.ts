import { textIn } from '@contract/languages'
import { useI18n } from 'vue-i18n'
import { useLanguage } from '../../i18n/language'
import { useFormat } from '../../i18n/format'
import { useLessons } from '../../stores/lessons'
import type { Sheet } from '../print/sheet'
import { COUNTS } from './verdict-text'

/** What is printed of the open lesson: the run that is shown, or else one that is made for it. */
export function useLessonSheet(): () => Promise<Sheet | null> {
  const { t } = useI18n()
  const language = useLanguage()
  const { format } = useFormat()
  const lessons = useLessons()
  return async () => {
    const { script, variant } = lessons
    if (!script || !variant) return null
    const run = lessons.outcome ?? (await lessons.make({ id: script.id, variant: variant.id }))
    const lang = language.value
    const name = textIn(variant.name, lang)
    return {
      title: textIn(script.title, lang),
      note: [...(name === undefined ? [] : [name]), t('print.seed', { n: script.seed })].join(', '),
      text: textIn(script.text, lang),
      question: {
        text: textIn(script.question, lang),
        options: script.options.map((o) => ({ text: textIn(o.text, lang), right: o.id === run.answer })),
      },
      recording: run,
      counts: COUNTS.map((c) => ({ label: t(`lessons.stat.${c}`), value: format.value.int(run.totals[c]) })),
      why: textIn(variant.why, lang),
    }
  }
}
