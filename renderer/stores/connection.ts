import type { EngineApi, HostInfo } from '@contract/api'
import { mayGive, roleOf } from '@contract/roles'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useLink, type LinkPhase } from '../api'

/** Whether the page has its engine, what its host can do, and what this page may do. */
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
  link.on('host', (e) => (host.value = e))

  const role = computed(() => (host.value ? roleOf(host.value) : 'host'))
  return {
    state,
    everReady,
    host,
    version,
    ready: computed(() => state.value.phase === 'ready'),
    /** A viewer may look but not change anything. */
    readOnly: computed(() => host.value?.readOnly ?? false),
    /** host, or one of a class: viewer, or driver while the controls are theirs. */
    role,
    /** The name this page joined under; null on the host's own. */
    viewer: computed(() => host.value?.viewer ?? null),
    /** Whether this page may give a command at all. */
    may: (command: keyof EngineApi): boolean => mayGive(role.value, command),
  }
})
