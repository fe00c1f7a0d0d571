import { useMediaQuery } from '@vueuse/core'
import { computed, watchEffect, type ComputedRef } from 'vue'
import { useConnection } from '../../stores/connection'

/** Narrower screens show the host's page as a small desktop, to be enlarged with two fingers: its panes need the width. */
const NARROW_PX = 700
const PAGE_PX = 1024
const OWN_WIDTH = 'width=device-width, initial-scale=1'

/** The viewport a screen of this width should lay the page out in. */
export const viewportFor = (screenWidth: number): string =>
  screenWidth < NARROW_PX ? `width=${PAGE_PX}` : OWN_WIDTH

const setViewport = (content: string): void =>
  document.querySelector('meta[name="viewport"]')?.setAttribute('content', content)

/** Sets the page's viewport by the screen it is on. */
export const fitScreen = (screenWidth: number): void => setViewport(viewportFor(screenWidth))

/** Whether this is a pupil's page on a phone, which has a layout of its own and so the width of the screen. */
export function usePupilPhone(): ComputedRef<boolean> {
  const connection = useConnection()
  const narrow = useMediaQuery(`(max-width: ${NARROW_PX - 1}px)`)
  watchEffect(() => {
    if (connection.watching) setViewport(OWN_WIDTH)
    else if (connection.role === 'driver') fitScreen(screen.width)
  })
  return computed(() => connection.watching && narrow.value)
}
