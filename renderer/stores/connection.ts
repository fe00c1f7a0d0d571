import type { HostInfo } from '@contract/api'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useLink, type LinkPhase } from '../api'

/** Whether the page has its engine, and what its host can do. */
export const useConnection = defineStore('connection', () => {
  const link = useLink()
  const state = shallowRef<LinkPhase>({ phase: 'connecting' })
  const everReady = ref(false)
  const host = shallowRef<HostInfo | null>(null)
  const version = ref('')

  link.onPhase((p) => {
    state.value = p
    if (p.phase === 'ready') everReady.value = true
  })
  link.onReady((w) => {
    host.value = w.host
    version.value = w.version
    everReady.value = true
    state.value = { phase: 'ready' }
  })

  return {
    state,
    everReady,
    host,
    version,
    ready: computed(() => state.value.phase === 'ready'),
    /** A viewer may look but not change anything. */
    readOnly: computed(() => host.value?.readOnly ?? false),
  }
})
