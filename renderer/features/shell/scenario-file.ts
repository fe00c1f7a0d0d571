import { ApiError } from '@contract/errors'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { fileName, saveFile } from '../../api/file'
import { useLog } from '../../stores/log'
import { useScenario } from '../../stores/scenario'

const MAX_BYTES = 4_194_304

/** Opening and saving scenario files: the dialog, the drop and the guard of unsaved changes all go through here. */
export const useScenarioFile = defineStore('scenario-file', () => {
  const scenario = useScenario()
  const log = useLog()
  /** A file that waits for the user to give up unsaved changes. */
  const waiting = shallowRef<File | null>(null)
  /** Why the last file was not opened. */
  const failure = shallowRef<ApiError | null>(null)
  const tooLarge = ref(false)

  function choose(): void {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = '.yaml,.yml,.json'
    input.onchange = () => offer(input.files?.[0])
    input.click()
  }
  function offer(file: File | undefined): void {
    if (!file) return
    if (scenario.dirty) waiting.value = file
    else void open(file)
  }
  async function open(file: File): Promise<void> {
    waiting.value = null
    tooLarge.value = file.size > MAX_BYTES
    failure.value = null
    if (tooLarge.value) return
    try {
      await scenario.open(await file.text(), file.name)
    } catch (thrown) {
      if (thrown instanceof ApiError) failure.value = thrown
      else log.fail(thrown)
    }
  }
  const save = (format: 'yaml' | 'json'): Promise<void> =>
    log.attempt(async () => {
      const name = fileName(scenario.scenario?.name ?? 'scenario', format)
      saveFile(name, await scenario.text(format), format === 'yaml' ? 'application/yaml' : 'application/json')
    })

  return {
    waiting,
    failure,
    tooLarge,
    choose,
    offer,
    open,
    save,
    undo: () => log.attempt(() => scenario.undo()),
    redo: () => log.attempt(() => scenario.redo()),
  }
})
