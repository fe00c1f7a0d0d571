import { ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Hints } from '../../ui/schema/blank'
import { provideNotes } from '../../ui/schema/notes'
import { fieldRefusals, refusal } from './group-edit'

/** What is wrong with the settings of a form, in one line and at its fields. @param hints see `provideNotes` */
export function useRefusals(hints: Readonly<Ref<Hints>>) {
  const { t } = useI18n()
  const error = ref<string | null>(null)
  const errors = ref<Record<string, string>>({})
  provideNotes({ errors, hints })
  const found = (what: string, expected: string): string => t('common.found', { found: what, expected })
  return {
    error,
    /** A command was refused. */
    refused(thrown: unknown): void {
      error.value = refusal(thrown, found)
      errors.value = fieldRefusals(thrown, found)
    },
    fine(): void {
      error.value = null
      errors.value = {}
    },
  }
}
