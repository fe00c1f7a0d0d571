import { useLanguage } from '../../i18n/language'
import { useLog } from '../../stores/log'
import { useScenarioFile } from '../../stores/scenario-file'
import { navigate } from '../router'
import { readExample, type ExampleId } from './examples'

/** Opens an example in the Lab, with its names in the page's language; asks first when the open scenario has unsaved changes. */
export function useExample(): (id: ExampleId) => Promise<void> {
  const file = useScenarioFile()
  const log = useLog()
  const language = useLanguage()
  return (id) =>
    log.attempt(async () => {
      const { scenario } = await readExample(id, language.value)
      file.openText(JSON.stringify(scenario), `${id}.yaml`, () => navigate('lab'))
    })
}
