import type { Moment, Shown } from '@contract/shown'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { useLink } from '../api'
import { useConnection } from './connection'
import { useLog } from './log'

/** What the teacher's page shows the class: sent from there, and followed on the pages of pupils. */
export const useClassView = defineStore('class-view', () => {
  const link = useLink()
  const log = useLog()
  const connection = useConnection()
  /** On a pupil's page: what the teacher shows; null while nothing came. */
  const shown = shallowRef<Shown | null>(null)
  /** The pupil did not choose to look around. */
  const wanted = ref(true)
  /** Where the recording on this page's own screen stands; null where there is none. */
  const moment = shallowRef<Moment | null>(null)
  link.on('shown', (s) => void (shown.value = s))

  const mayFollow = computed(() => connection.role === 'viewer' && shown.value !== null && !connection.ended)
  const following = computed(() => mayFollow.value && wanted.value)
  return {
    shown,
    wanted,
    moment,
    mayFollow,
    following,
    show: (now: Shown): Promise<void> => log.attempt(() => link.api.showClass(now)),
  }
})

/** Does on a page that follows what a part of the teacher's page does, whenever that part changes. */
export function whileFollowing<T>(part: (s: Shown) => T, apply: (now: T) => void): void {
  const view = useClassView()
  watch(
    () => (view.following && view.shown ? JSON.stringify(part(view.shown)) : null),
    (now) => now !== null && apply(JSON.parse(now) as T),
    { immediate: true, flush: 'post' },
  )
}
