import type { EngineApi } from '@contract/api'
import type { Scenario } from '@contract/scenario'

export interface FileContext {
  api: EngineApi
  /** Takes over what was opened, or what the engine has now. */
  take: (opened: Scenario | null) => Promise<void>
  revision: () => number
  /** The scenario as of this revision lies in a file; -1 for none. */
  saved: (revision: number) => void
}

/** Opening and saving the scenario. */
export function createFiles({ api, take, revision, saved }: FileContext) {
  /** @throws ApiError `bad-scenario` with one detail a wrong field */
  async function openBy(command: () => Promise<Scenario>): Promise<void> {
    await take(await command())
    saved(revision())
  }
  return {
    openBy,
    open: (text: string, name: string): Promise<void> => openBy(() => api.openScenario({ text, name })),

    /** Opens what a crash left, as unsaved as it was. */
    async restore(changed: boolean): Promise<void> {
      await api.settleRecovery({ action: 'restore' })
      await take(null)
      saved(changed ? -1 : revision())
    },

    /** Saves by the host's own dialog; true unless the user chose no file. */
    async save(as: boolean, format: 'yaml' | 'json'): Promise<boolean> {
      const at = revision()
      const done = await api.saveScenario({ as, format })
      if (done) saved(at)
      return done !== null
    },

    async text(format: 'yaml' | 'json'): Promise<string> {
      const at = revision()
      const { text } = await api.scenarioText({ format })
      saved(at)
      return text
    },
  }
}
