import type { SandboxState } from '@contract/sandboxes'
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { useLink } from '../api'
import { useConnection } from './connection'
import { useLog } from './log'

/** Lessons that pupils run alone: how many may, and whether this page's pupil may. */
export const useSandboxes = defineStore('sandboxes', () => {
  const link = useLink()
  const log = useLog()
  const connection = useConnection()
  const state = shallowRef<SandboxState>({ most: 0, running: 0, waiting: 0 })
  const take = (s: SandboxState): void => void (state.value = s)
  link.on('sandboxes', take)
  return {
    state,
    /** This is a pupil's page, and the teacher lets pupils run lessons. */
    offered: computed(() => connection.viewer !== null && !connection.ended && state.value.most > 0),
    set: (most: number): Promise<void> =>
      log.attempt(async () => take(await link.api.setSandboxes({ most }))),
  }
})
