import { useI18n } from 'vue-i18n'
import { copyText } from '../../api/file'
import { useLog } from '../../stores/log'

/** Copies a text and says so; where the browser does not allow it, shows the text. */
export function useCopy(): (text: string) => Promise<void> {
  const { t } = useI18n()
  const log = useLog()
  return async (text) => {
    const done = await copyText(text)
    log.push({
      level: done ? 'info' : 'warn',
      text: done ? t('common.copied') : text,
      note: null,
      details: [],
    })
  }
}
