import { useEventListener } from '@vueuse/core'
import type { Ref } from 'vue'

/** A scroll event so long after the wheel or a key still comes from it, ms. */
const LASTING_MS = 500

/**
 * Tells scrolling that the user does from scrolling that the page does, which the event itself does not say: a picture
 * that follows live scrolls by itself, and must not stop because of it.
 */
export function useUserScroll(el: Ref<HTMLElement | null>) {
  let until = 0
  let held = false
  const note = (): void => void (until = performance.now() + LASTING_MS)
  useEventListener(el, ['wheel', 'touchmove', 'keydown'], note, { passive: true })
  useEventListener(el, 'pointerdown', () => (held = true))
  useEventListener(window, ['pointerup', 'pointercancel'], () => {
    if (held) note()
    held = false
  })
  return {
    byUser: (): boolean => held || performance.now() < until,
    /** The next scrolling is what the user asked for by other means. */
    note,
    /** What follows is the page's doing, whatever the user pressed last. */
    forget: (): void => void (until = 0),
  }
}
