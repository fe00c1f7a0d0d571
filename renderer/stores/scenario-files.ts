import type { EngineApi } from '@contract/api'
import type { Scenario } from '@contract/scenario'

export interface FileContext {
  api: EngineApi
  /** Takes over what was opened, or what the engine has now. */
  take: (opened: Scenario | null) => Promise<void>
  revision: () => number
  /** While another scenario is being opened there is nothing unsaved: it is not known yet which revision is its first. */
  opening: (on: boolean) => void
  /** The scenario as of this revision lies in a file; -1 for none. */
  saved: (revision: number) => void
}

/** Opening and saving the scenario. */
export function createFiles({ api, take, opening, revision, saved }: FileContext) {
  async function opened(command: () => Promise<Scenario | null>, isSaved: boolean): Promise<void> {
    opening(true)
    try {
      await take(await command())
      saved(isSaved ? revision() : -1)
    } finally {
      opening(false)
    }
  }
  /** @throws ApiError `bad-scenario` with one detail a wrong field */
  const openBy = (command: () => Promise<Scenario>): Promise<void> => opened(command, true)

  return {
    openBy,
    open: (text: string, name: string): Promise<void> => openBy(() => api.openScenario({ text, name })),

    /** Opens what a crash left, as unsaved as it was. */
    restore: (changed: boolean): Promise<void> =>
      opened(async () => {
        await api.settleRecovery({ action: 'restore' })
        return null
      }, !changed),

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
