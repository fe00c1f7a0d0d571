import { ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Hints } from '../../ui/schema/blank'
import { provideNotes } from '../../ui/schema/notes'
import { fieldRefusals, refusal } from './group-edit'

/** A refusal that names what was found and what was expected. */
function useFound() {
  const { t } = useI18n()
  return (what: string, expected: string): string => t('common.found', { found: what, expected })
}

/**
 * What is wrong with the settings of a form, in one line and at its fields.
 * @param hints see `provideNotes`
 * @param under the way to the fields within the form, such as `link.`
 */
export function useRefusals(hints: Readonly<Ref<Hints>>, under = '') {
  const found = useFound()
  const error = ref<string | null>(null)
  const errors = ref<Record<string, string>>({})
  provideNotes({ errors, hints })
  return {
    error,
    /** A command was refused. */
    refused(thrown: unknown): void {
      error.value = refusal(thrown, found)
      const fields = Object.entries(fieldRefusals(thrown, found))
      errors.value = Object.fromEntries(fields.map(([path, why]) => [under + path, why]))
    },
    fine(): void {
      error.value = null
      errors.value = {}
    },
  }
}

/** What is wrong with the last of several controls that were each set by themselves: in one line, and which it was. */
export function useAttempts() {
  const found = useFound()
  const error = ref<string | null>(null)
  const at = ref<string | null>(null)
  function invalid(name: string, message: string | null): void {
    error.value = message
    at.value = message === null ? null : name
  }
  return {
    error,
    errorOf: (name: string): string | null => (at.value === name ? error.value : null),
    /** What a control found wrong itself; null where it is right again. */
    invalid,
    /** Runs the command of a control. */
    async attempt(name: string, run: () => Promise<unknown>): Promise<void> {
      try {
        await run()
        invalid(name, null)
      } catch (thrown) {
        invalid(name, refusal(thrown, found))
      }
    },
  }
}
