import { useElementSize, useScroll } from '@vueuse/core'
import { computed, type Ref } from 'vue'

export interface RowWindow {
  offset: number
  limit: number
}

/** Rows to fetch for what is in sight, in steps so that a small scroll fetches nothing. Pure. */
export function rowsInSight(
  scrollTop: number,
  height: number,
  rowHeight: number,
  total: number,
  margin = 20,
): RowWindow {
  const first = Math.floor(scrollTop / rowHeight)
  const visible = Math.ceil(height / rowHeight) + 1
  const offset = Math.max(0, Math.floor((first - margin) / margin) * margin)
  const limit = Math.min(500, Math.ceil((visible + margin * 3) / margin) * margin)
  return { offset: total === 0 ? 0 : Math.min(offset, Math.max(0, total - 1)), limit }
}

/** Follows a scrolling element of equal rows. */
export function useVirtualWindow(
  element: Readonly<Ref<HTMLElement | null>>,
  rowHeight: Readonly<Ref<number>>,
  total: Readonly<Ref<number>>,
) {
  const { y } = useScroll(element)
  const { height } = useElementSize(element)
  const range = computed(() => rowsInSight(y.value, height.value, rowHeight.value, total.value))
  /** Scrolls so far that a row is whole in sight. */
  function reveal(index: number): void {
    const top = index * rowHeight.value
    if (top < y.value) y.value = top
    else if (top + rowHeight.value > y.value + height.value) y.value = top + rowHeight.value - height.value
  }
  return {
    range,
    reveal,
    rowsPerPage: computed(() => Math.max(1, Math.floor(height.value / rowHeight.value))),
  }
}
