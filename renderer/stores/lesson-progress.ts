import { useLocalStorage } from '@vueuse/core'
import { computed, watch } from 'vue'
import { useWorkspace } from './workspace'

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
    isDone: (id: string): boolean => (done.value[id]?.length ?? 0) > 0,
    markDone: (id: string, what: string): void => {
      const before = done.value[id] ?? []
      if (before.includes(what)) return
      if (workspace.state) void workspace.markLesson(id, what)
      else local.value = { ...local.value, [id]: [...before, what] }
    },
  }
}
