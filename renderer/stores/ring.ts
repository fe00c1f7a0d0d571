import type { RingSummary } from '@contract/ring'
import { useIntervalFn } from '@vueuse/core'
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { useLink } from '../api'

const EVERY_MS = 1000

/** The engine's ring at a glance, asked for again every second for as long as the component lives; null before the first answer. */
export function useRing(parts: Ref<number>) {
  const link = useLink()
  const ring = shallowRef<RingSummary | null>(null)
  let asking = false
  let gone = false

  async function load(): Promise<void> {
    if (asking || parts.value < 1 || document.hidden) return
    asking = true
    try {
      const now = await link.api.getRing({ parts: parts.value })
      if (!gone) ring.value = now
    } catch {
      // a lost connection is said elsewhere; the picture stays as it was
    } finally {
      asking = false
    }
  }
  watch(parts, load, { immediate: true })
  useIntervalFn(() => void load(), EVERY_MS)
  onScopeDispose(() => (gone = true))
  return ring
}
