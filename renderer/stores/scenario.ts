import type { LinkConfig } from '@contract/link-config'
import type { GroupConfig, Scenario } from '@contract/scenario'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useLink } from '../api'
import { useConnection } from './connection'
import { useHistory } from './history'
import { createEdits } from './scenario-edits'

/** The scenario as the engine runs it. The store shows what the engine answers, never what was hoped for. */
export const useScenario = defineStore('scenario', () => {
  const link = useLink()
  const history = useHistory()
  const connection = useConnection()
  const scenario = shallowRef<Scenario | null>(null)
  const revision = ref(0)
  const savedRevision = ref(0)

  link.onReady((w) => {
    const fresh = scenario.value === null
    scenario.value = w.scenario
    revision.value = w.status.scenario.revision
    if (fresh) savedRevision.value = revision.value
  })
  link.on('scenario', (e) => {
    scenario.value = e.scenario
    revision.value = e.revision
  })
  async function refresh(): Promise<void> {
    const now = await link.api.getScenario({})
    scenario.value = now.scenario
    revision.value = now.revision
  }

  const group = (name: string): GroupConfig | undefined => scenario.value?.groups.find((g) => g.name === name)
  const linkOf = (name: string): LinkConfig | null => group(name)?.link ?? scenario.value?.link ?? null

  /** @throws ApiError `bad-scenario` with one detail a wrong field */
  async function openBy(command: () => Promise<Scenario>): Promise<void> {
    scenario.value = await command()
    history.clear()
    await refresh()
    savedRevision.value = revision.value
  }
  const open = (text: string, name: string): Promise<void> =>
    openBy(() => link.api.openScenario({ text, name }))
  /** Opens what a crash left, as unsaved as it was. */
  async function restore(changed: boolean): Promise<void> {
    await link.api.settleRecovery({ action: 'restore' })
    history.clear()
    await refresh()
    savedRevision.value = changed ? -1 : revision.value
  }
  /** Saves by the host's own dialog; true unless the user chose no file. */
  async function save(as: boolean, format: 'yaml' | 'json'): Promise<boolean> {
    const at = revision.value
    const saved = await link.api.saveScenario({ as, format })
    if (saved) savedRevision.value = at
    return saved !== null
  }
  async function text(format: 'yaml' | 'json'): Promise<string> {
    const at = revision.value
    const { text: out } = await link.api.scenarioText({ format })
    savedRevision.value = at
    return out
  }

  return {
    scenario,
    revision,
    /** Changed since it was opened or saved. What a viewer sees is the host's to save. */
    dirty: computed(() => connection.viewer === null && revision.value !== savedRevision.value),
    group,
    linkOf,
    ...createEdits({ api: link.api, record: (e) => history.record(e), now: () => scenario.value, refresh }),
    open,
    openBy,
    restore,
    save,
    refresh,
    text,
    undo: () => history.undo(),
    redo: () => history.redo(),
  }
})
