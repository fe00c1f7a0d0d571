import { useElementSize, useScroll } from '@vueuse/core'
import { computed, ref, type Ref } from 'vue'

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

/**
 * Where to scroll so that the row of this index is fully in sight, or null when it is. `head` is the height of a sticky
 * head that stands above the rows. Pure.
 */
export function scrollTopFor(
  index: number,
  {
    scrollTop,
    height,
    rowHeight,
    head,
  }: { scrollTop: number; height: number; rowHeight: number; head: number },
): number | null {
  const top = index * rowHeight
  const body = height - head
  if (top < scrollTop) return top
  return top + rowHeight > scrollTop + body ? top + rowHeight - body : null
}

/** Follows a scrolling element of equal rows; `head` is the height of a sticky head inside it. */
export function useVirtualWindow(
  element: Readonly<Ref<HTMLElement | null>>,
  rowHeight: Readonly<Ref<number>>,
  total: Readonly<Ref<number>>,
  head: Readonly<Ref<number>> = ref(0),
) {
  const { y } = useScroll(element)
  const { height } = useElementSize(element)
  const range = computed(() => rowsInSight(y.value, height.value, rowHeight.value, total.value))
  /** Scrolls just far enough for a row to be fully in sight. */
  function reveal(index: number): void {
    const to = scrollTopFor(index, {
      scrollTop: y.value,
      height: height.value,
      rowHeight: rowHeight.value,
      head: head.value,
    })
    if (to !== null) y.value = to
  }
  return {
    range,
    reveal,
    /** Scrolls until this row is the first one in sight. */
    scrollToTop: (index: number): void => void (y.value = index * rowHeight.value),
    /** Scrolls to the last row. Where it is there already nothing is asked of the page, which would lay it all out. */
    scrollToEnd(): void {
      const end = Math.max(0, head.value + total.value * rowHeight.value - height.value)
      if (Math.abs(y.value - end) >= 1) y.value = element.value?.scrollHeight ?? 0
    },
    rowsPerPage: computed(() => Math.max(1, Math.floor(height.value / rowHeight.value))),
  }
}
