import { SCREEN_IDS, type ScreenId } from '@contract/shown'
import { computed, readonly, ref } from 'vue'

export interface Route {
  screen: ScreenId
  params: Readonly<Record<string, string>>
}

/** Reads `#/traffic?topic=home%2Fhall`; anything else is the first screen. */
export function parseHash(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const found = SCREEN_IDS.find((id) => id === path)
  const params = Object.fromEntries(new URLSearchParams(query))
  return { screen: found ?? 'lab', params }
}

export function hashOf(screen: ScreenId, params: Record<string, string> = {}): string {
  const query = new URLSearchParams(params).toString()
  return `#/${screen}${query === '' ? '' : `?${query}`}`
}

const hash = ref(typeof location === 'undefined' ? '' : location.hash)
if (typeof window !== 'undefined') window.addEventListener('hashchange', () => (hash.value = location.hash))

/** Where the page is now. */
export const route = readonly(computed(() => parseHash(hash.value)))

/** Goes to a screen; what it should show stands in the address, so that it survives a reload. */
export function navigate(screen: ScreenId, params: Record<string, string> = {}): void {
  location.hash = hashOf(screen, params)
}
