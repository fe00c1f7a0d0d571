import { computed, ref, watch, type Ref } from 'vue'
import { suggestPxPerMs } from '../../canvas/sequence/time-scale'
import type { SequenceInput } from '../../canvas/sequence/types'

/** Slant of a typical packet, px at 16 px type. */
const SLANT = 28
const STEP = 1.5
const LEAST = 1 / 40
const MOST = 40
/** The scale stays until a better one differs by this factor: a picture that breathes cannot be read. */
const PATIENCE = 2.4

/** Scale of the time axis: suggested by the latencies seen, times the user's zoom. */
export function useTimeZoom(input: Ref<SequenceInput>) {
  const zoom = ref(1)
  const suggested = ref(1)
  watch(
    input,
    (now, before) => {
      const ideal = suggestPxPerMs(now.packets, SLANT)
      const first = now.packets.length > 0 && (before?.packets.length ?? 0) === 0
      if (first || ideal > suggested.value * PATIENCE || ideal < suggested.value / PATIENCE)
        suggested.value = ideal
    },
    { immediate: true },
  )
  const by = (factor: number): void =>
    void (zoom.value = Math.min(MOST, Math.max(LEAST, zoom.value * factor)))
  return {
    pxPerMs: computed(() => suggested.value * zoom.value),
    zoomIn: () => by(STEP),
    zoomOut: () => by(1 / STEP),
    zoomReset: (): void => void (zoom.value = 1),
    zoomBy: by,
  }
}
