import { useI18n } from 'vue-i18n'
import { useLog } from '../../stores/log'
import { useScenarioFile } from '../../stores/scenario-file'
import { navigate } from '../router'
import { readExample, renamed, type ExampleId } from './examples'

/** Opens an example in the Lab, by its name in the page's language; asks first when the open scenario has unsaved changes. */
export function useExample(): (id: ExampleId) => Promise<void> {
  const file = useScenarioFile()
  const log = useLog()
  const { t, locale } = useI18n()
  return (id) =>
    log.attempt(async () => {
      const { text } = await readExample(id)
      const [name, shows] = [t(`gallery.example.${id}.name`), t(`gallery.example.${id}.shows`)]
      file.openText(locale.value === 'en' ? text : renamed(text, name, shows), `${id}.yaml`, () =>
        navigate('lab'),
      )
    })
}
