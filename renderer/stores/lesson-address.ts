import { useEventListener } from '@vueuse/core'
import { computed, ref } from 'vue'

/*
 * What is open stands in the address, so that it survives a reload. The page's router knows all screens, this one
 * included, so a screen cannot import it; it reads its own parameters from the same hash.
 */
const PREFIX = '#/lessons'

const paramsOf = (hash: string): URLSearchParams | null => {
  const [path, query = ''] = hash.split('?')
  return path === PREFIX ? new URLSearchParams(query) : null
}

/** Stands in the place of a lesson's identifier for one message at QoS 0, 1 and 2. */
export const SIDE_BY_SIDE = 'qos-side-by-side'

/** The link to a lesson, or to one of its variants. */
export function lessonHash(id: string, variant?: string): string {
  return `${PREFIX}?${new URLSearchParams(variant === undefined ? { id } : { id, variant }).toString()}`
}

/** The lesson and variant the address named last: they stay while another screen is shown. */
export function useAddress() {
  const named = ref(paramsOf(location.hash))
  const read = (): void => {
    const params = paramsOf(location.hash)
    if (params?.has('id')) named.value = params
  }
  useEventListener(window, 'hashchange', read)
  return {
    id: computed(() => named.value?.get('id') ?? null),
    variant: computed(() => named.value?.get('variant') ?? null),
    go: (id: string, variant?: string): void => {
      location.hash = lessonHash(id, variant)
      read()
    },
    /** Names the lesson in the address if this screen is shown. */
    settle: (id: string): void => {
      if (paramsOf(location.hash)) location.replace(lessonHash(id))
      named.value = new URLSearchParams({ id })
    },
  }
}
