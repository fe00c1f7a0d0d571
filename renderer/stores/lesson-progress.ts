import { useLocalStorage } from '@vueuse/core'
import type { Lesson } from '@contract/lesson'
import { computed, watch } from 'vue'
import { useWorkspace } from './workspace'

/** What can be done of a lesson: its variants, or the one thing of a live one. */
export const variantsOf = (l: Lesson): string[] =>
  l.kind === 'script' ? l.variants.map((v) => v.id) : [LIVE]
/** Stands for the one run of a live lesson. */
export const LIVE = 'live'

/** How many of them are done. */
export const variantsDone = (l: Lesson, done: Readonly<Record<string, readonly string[]>>): number =>
  variantsOf(l).filter((v) => done[l.id]?.includes(v)).length

/** What has been brought to its verdict, variants by lesson: kept by the host, or in the browser of a viewer. */
export function useProgress() {
  const workspace = useWorkspace()
  const local = useLocalStorage<Record<string, string[]>>('fleetlab.lessons.done', {})
  const done = computed(() => workspace.state?.progress ?? local.value)

  // What the browser had before the host kept it moves over.
  watch(
    () => workspace.state !== null,
    (there) => {
      if (!there) return
      const before = local.value
      local.value = {}
      for (const [lesson, variants] of Object.entries(before))
        for (const variant of variants) void workspace.markLesson(lesson, variant)
    },
    { immediate: true },
  )
  return {
    done,
    /** Each of its variants was brought to its verdict. */
    isDone: (l: Lesson): boolean => variantsDone(l, done.value) === variantsOf(l).length,
    /** Forgets all of it, for the next class. */
    clearProgress: (): void => {
      if (workspace.state) void workspace.clearProgress()
      else local.value = {}
    },
    markDone: (id: string, what: string): void => {
      const before = done.value[id] ?? []
      if (before.includes(what)) return
      if (workspace.state) void workspace.markLesson(id, what)
      else local.value = { ...local.value, [id]: [...before, what] }
    },
  }
}
