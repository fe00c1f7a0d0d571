import type { LinkConfig } from '@contract/link-config'
import type { GroupConfig, Scenario } from '@contract/scenario'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useLink } from '../api'
import { useConnection } from './connection'
import { useHistory } from './history'
import { createEdits } from './scenario-edits'
import { createFiles } from './scenario-files'

/** The scenario as the engine runs it. The store shows what the engine answers, never what was hoped for. */
export const useScenario = defineStore('scenario', () => {
  const link = useLink()
  const history = useHistory()
  const connection = useConnection()
  const scenario = shallowRef<Scenario | null>(null)
  const revision = ref(0)
  const savedRevision = ref(0)
  const opening = ref(false)

  link.onReady((w) => {
    const fresh = scenario.value === null
    scenario.value = w.scenario
    revision.value = w.status.scenario.revision
    if (fresh) savedRevision.value = w.changed ? -1 : revision.value
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

  const files = createFiles({
    api: link.api,
    take: async (opened) => {
      if (opened) scenario.value = opened
      history.clear()
      await refresh()
    },
    opening: (on) => (opening.value = on),
    revision: () => revision.value,
    saved: (at) => (savedRevision.value = at),
  })

  const edits = createEdits({
    api: link.api,
    record: (e) => history.record(e),
    now: () => scenario.value,
    refresh,
    idle: () => history.idle(),
  })
  return {
    scenario,
    revision,
    /** Changed since it was opened or saved. What a viewer sees is the host's to save. */
    dirty: computed(
      () => connection.viewer === null && !opening.value && revision.value !== savedRevision.value,
    ),
    group,
    linkOf,
    ...edits,
    ...files,
    refresh,
    undo: () => history.undo(edits.settled()),
    redo: () => history.redo(edits.settled()),
  }
})
