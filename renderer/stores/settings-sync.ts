import { DEFAULT_SETTINGS, settingsSchema, type Settings } from '@contract/workspace'
import { useLocalStorage } from '@vueuse/core'
import { watch } from 'vue'
import { changedSettings, useSettings } from './settings'
import { useWorkspace } from './workspace'

/**
 * Keeps the page's settings and the host's the same. What was changed here since the two last agreed, while there was
 * no connection or before the first one, goes to the host; all else comes from it.
 */
export function useSettingsSync(): void {
  const settings = useSettings()
  const workspace = useWorkspace()
  const kept = useLocalStorage<Settings>('fleetlab.agreed', DEFAULT_SETTINGS)
  const agreed = (): Settings => {
    const parsed = settingsSchema.safeParse(kept.value)
    return parsed.success ? parsed.data : DEFAULT_SETTINGS
  }
  const push = (): void => {
    const patch = changedSettings(agreed(), settings.chosen)
    if (!workspace.state || !patch) return
    kept.value = settings.chosen
    void workspace.setSettings(patch)
  }

  watch(
    () => workspace.state?.settings,
    (theirs) => {
      if (!theirs) return
      const mine = changedSettings(agreed(), settings.chosen)
      const next = { ...theirs, ...mine }
      kept.value = next
      settings.chosen = next
      if (mine) void workspace.setSettings(mine)
    },
    { immediate: true },
  )
  watch(() => settings.chosen, push)
}
