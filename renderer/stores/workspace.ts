import type { SavedMessage } from '@contract/desk'
import type { MenuCommand, Settings, WorkspaceEvent, WorkspaceState } from '@contract/workspace'
import { ApiError } from '@contract/errors'
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { useLink } from '../api'
import { saveThrough } from '../api/file'
import { useLog } from './log'

type Offer = Extract<WorkspaceEvent, { kind: 'offer' }>

/** What the host keeps for its user. A viewer, and a host that keeps nothing, leave it null: the browser keeps it then. */
export const useWorkspace = defineStore('workspace', () => {
  const link = useLink()
  const log = useLog()
  const state = shallowRef<WorkspaceState | null>(null)
  const offerListeners = new Set<(o: Offer) => void>()
  const commandListeners = new Set<(c: MenuCommand) => void>()

  const take = (s: WorkspaceState | null): void => {
    state.value = s
    saveThrough(s?.files === 'native' ? saveNatively : null)
  }
  function saveNatively(name: string, bytes: Uint8Array): void {
    void log.attempt(() => link.api.saveFile({ name, bytes }))
  }

  link.onReady((w) => {
    if (w.host.readOnly || w.host.viewer !== undefined) {
      take(null)
      return
    }
    void link.api.getWorkspace({}).then(take, (thrown: unknown) => {
      take(null)
      const expected = thrown instanceof ApiError && ['unavailable', 'forbidden'].includes(thrown.code)
      if (!expected) log.fail(thrown)
    })
  })
  link.on('workspace', (e) => {
    if (e.kind === 'state') take(e.state)
    else if (e.kind === 'notice') log.push({ level: e.level, text: null, note: e.note, details: [] })
    else if (e.kind === 'offer') for (const f of offerListeners) f(e)
    else for (const f of commandListeners) f(e.command)
  })

  return {
    state,
    welcome: computed(() => state.value?.welcome ?? false),
    native: computed(() => state.value?.files === 'native'),
    setSettings: (patch: Partial<Settings>): Promise<void> =>
      log.attempt(() => link.api.setSettings({ patch })),
    markLesson: (lesson: string, variant: string): Promise<void> =>
      log.attempt(() => link.api.markLesson({ lesson, variant })),
    saveMessages: (messages: SavedMessage[]): Promise<void> =>
      log.attempt(() => link.api.saveMessages({ messages })),
    endWelcome: (): Promise<void> => log.attempt(() => link.api.endWelcome({})),
    clearProgress: (): Promise<void> => log.attempt(() => link.api.clearProgress({})),
    chooseUpdates: (on: boolean): Promise<void> => log.attempt(() => link.api.chooseUpdates({ on })),
    openNewer: (): Promise<void> => log.attempt(() => link.api.openNewer({})),
    clearRecent: (): Promise<void> => log.attempt(() => link.api.clearRecent({})),
    onOffer: (f: (o: Offer) => void): (() => void) => {
      offerListeners.add(f)
      return () => void offerListeners.delete(f)
    },
    onCommand: (f: (c: MenuCommand) => void): (() => void) => {
      commandListeners.add(f)
      return () => void commandListeners.delete(f)
    },
  }
})
