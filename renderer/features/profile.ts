import { computed, watchEffect, type ComputedRef } from 'vue'
import { useSettings } from '../stores/settings'
import { screens } from './registry'
import { navigate, route } from './router'
import type { Screen } from './screen'

/** Screens that a class does without. */
const NOT_IN_CLASS: readonly string[] = ['experiments', 'load']

/** The screens of the rail in the profile that is chosen. */
export function useScreens(): ComputedRef<readonly Screen[]> {
  const settings = useSettings()
  return computed(() =>
    settings.profile === 'class' ? screens.filter((s) => !NOT_IN_CLASS.includes(s.id)) : screens,
  )
}

/** A page that stands at a screen when its profile comes to do without it goes to the first. */
export function useProfile(): void {
  const shown = useScreens()
  watchEffect(() => {
    if (!shown.value.some((s) => s.id === route.value.screen)) navigate('lab')
  })
}
