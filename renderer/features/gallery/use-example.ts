import { useLog } from '../../stores/log'
import { useScenarioFile } from '../../stores/scenario-file'
import { navigate } from '../router'
import { readExample, type ExampleId } from './examples'

/** Opens an example in the Lab; asks first when the open scenario has unsaved changes. */
export function useExample(): (id: ExampleId) => Promise<void> {
  const file = useScenarioFile()
  const log = useLog()
  return (id) =>
    log.attempt(async () => {
      const { text } = await readExample(id)
      file.openText(text, `${id}.yaml`, () => navigate('lab'))
    })
}
