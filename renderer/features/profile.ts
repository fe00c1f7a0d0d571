import { computed, watchEffect, type ComputedRef } from 'vue'
import { useClassView } from '../stores/class-view'
import { useConnection } from '../stores/connection'
import { useSettings } from '../stores/settings'
import { screens } from './registry'
import { navigate, route } from './router'
import type { Screen } from './screen'

/** Screens that a class does without. */
const NOT_IN_CLASS: readonly string[] = ['experiments', 'load']

/** The page is for a class: by its profile, or because a pupil looks at it. */
export function useForClass(): ComputedRef<boolean> {
  const settings = useSettings()
  const connection = useConnection()
  return computed(() => settings.profile === 'class' || connection.watching)
}

/** The screens of the rail in the profile that is chosen. */
export function useScreens(): ComputedRef<readonly Screen[]> {
  const forClass = useForClass()
  return computed(() => (forClass.value ? screens.filter((s) => !NOT_IN_CLASS.includes(s.id)) : screens))
}

/** A page that stands at a screen it does without goes to the first, but for a pupil whose teacher shows that screen. */
export function useProfile(): void {
  const shown = useScreens()
  const view = useClassView()
  watchEffect(() => {
    if (!view.following && !shown.value.some((s) => s.id === route.value.screen)) navigate('lab')
  })
}
