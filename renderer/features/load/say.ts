import { useI18n } from 'vue-i18n'
import { readLine } from './engine-lines'
import type { Problem } from '../../stores/load-field-errors'

/** What the engine and the schema say, in the language of the page. */
export function useSay() {
  const { t } = useI18n()
  /** A line of the engine; one that is not known stays as it came. */
  function line(text: string): string {
    const said = readLine(text)
    if (!said) return text
    return t(`load.said.${said.key}`, { ...said.values, why: said.inner === null ? '' : line(said.inner) })
  }
  function problem(p: Problem): string {
    if (p.key === null) return p.line
    if (p.key !== 'refused') return t(`load.wrong.${p.key}`, p.values)
    const { found, expected } = p.values
    return t('common.found', { found, expected: line(String(expected)) })
  }
  return { line, problem }
}
