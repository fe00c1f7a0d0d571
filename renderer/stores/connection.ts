import type { EngineApi, HostInfo } from '@contract/api'
import { mayGive, roleOf } from '@contract/roles'
import { useIntervalFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useLink, type LinkPhase } from '../api'

/** Seconds without a word from an engine that says its status four times a second, after which it is called busy. */
const BUSY_AFTER_S = 5

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
  link.on('host', (e) => {
    host.value = e
    // there is nothing to come back to
    if (e.ended) link.stop()
  })
  /** A recorded capture is shown: there is no run that could be changed. */
  const recorded = ref(false)
  link.onReady((w) => (recorded.value = w.status.recording !== null))
  link.on('status', (s) => (recorded.value = s.recording !== null))

  /** Seconds of the page's own life since the engine was last heard of: a page that was asleep has not waited. */
  const silentS = ref(0)
  const heard = (): void => void (silentS.value = 0)
  link.on('status', heard)
  link.onPhase(heard)
  useIntervalFn(() => (silentS.value += 1), 1000)

  const role = computed(() => (host.value ? roleOf(host.value) : 'host'))
  return {
    state,
    everReady,
    host,
    version,
    /** The host has stopped sharing: the class is over. */
    ended: computed(() => host.value?.ended ?? false),
    ready: computed(() => state.value.phase === 'ready'),
    /** The connection stands, but the engine has said nothing for seconds. */
    engineBusy: computed(() => state.value.phase === 'ready' && silentS.value > BUSY_AFTER_S),
    /** A viewer may look but not change anything. */
    readOnly: computed(() => recorded.value || (host.value?.readOnly ?? false)),
    /** host, or one of a class: viewer, or driver while the controls are theirs. */
    role,
    /** A pupil's page without the controls: what it cannot do is not shown. */
    watching: computed(() => role.value === 'viewer'),
    /** The name this page joined under; null on the host's own. */
    viewer: computed(() => host.value?.viewer ?? null),
    /** Whether this page may give a command at all. */
    may: (command: keyof EngineApi): boolean => mayGive(role.value, command),
  }
})
