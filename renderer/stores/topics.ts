import type { TopicView } from '@contract/api'
import type { TopicPage } from '@contract/model'
import { isValidFilter, sharedFilter } from '@contract/topics'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useLink } from '../api'
import { findFirstMatch, Unfolding } from './topic-match'
import { useLog } from './log'
import { createTurns } from './turns'

const FIRST_VIEW: TopicView = { open: [], search: '', filter: '', offset: 0, limit: 60 }

/** What stands in the wildcard tester. */
function createTester() {
  /** Its text, which may not be a filter yet. */
  const filterText = ref('')
  const shared = computed(() => sharedFilter(filterText.value))
  /** What is matched: of a shared subscription the filter behind its group. */
  const filter = computed(() => shared.value?.filter ?? filterText.value)
  const filterValid = computed(() => filter.value === '' || isValidFilter(filter.value))
  return { filterText, shared, filter, filterValid }
}

/** The window of the topic tree that is on the screen. */
export const useTopics = defineStore('topics', () => {
  const link = useLink()
  const log = useLog()
  const page = shallowRef<TopicPage | null>(null)
  const view = shallowRef<TopicView>(FIRST_VIEW)
  const tester = createTester()
  let watching = false
  const unfolding = new Unfolding()
  const turns = createTurns()
  async function ask(): Promise<void> {
    const asked = view.value
    const fresh = await link.api.watchTopics(asked)
    if (asked === view.value) take(fresh)
  }

  /** Asks for the view as it is now. */
  const refresh = (): Promise<void> => (watching ? log.attempt(() => turns.latest(ask)) : Promise.resolve())
  function take(fresh: TopicPage): void {
    page.value = fresh
    const wanted = unfolding.wanted(fresh, view.value)
    if (wanted.length > 0) change({ open: [...view.value.open, ...wanted] })
  }
  function change(part: Partial<TopicView>): void {
    view.value = { ...view.value, ...part }
    void refresh()
  }

  link.on('topics', (p) => {
    if (watching && p.offset === view.value.offset) take(p)
  })
  link.onReady(() => void refresh())

  function watch(): () => void {
    watching = true
    void refresh()
    return () => {
      watching = false
      link.api.unwatchTopics({}).catch(() => undefined)
    }
  }
  const setOpen = (path: string, value: boolean): void => change(unfolding.byUser(view.value, path, value))
  const setWindow = (offset: number, limit: number): void => {
    if (offset !== view.value.offset || limit !== view.value.limit) change({ offset, limit })
  }
  function setFilter(text: string): void {
    tester.filterText.value = text
    if (tester.filterValid.value) change(unfolding.byFilter(view.value, tester.filter.value))
  }

  return {
    page,
    view,
    ...tester,
    watch,
    refresh,
    setOpen,
    setWindow,
    setFilter,
    setSearch: (search: string) => change({ search, offset: 0 }),
    firstMatch: () => findFirstMatch(link.api, () => view.value),
  }
})
