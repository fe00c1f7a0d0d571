import { useLocalStorage } from '@vueuse/core'

/** What has been brought to its verdict, kept in the browser: variants by lesson. */
export function useProgress() {
  const done = useLocalStorage<Record<string, string[]>>('fleetlab.lessons.done', {})
  return {
    done,
    isDone: (id: string): boolean => (done.value[id]?.length ?? 0) > 0,
    markDone: (id: string, what: string): void => {
      const before = done.value[id] ?? []
      if (!before.includes(what)) done.value = { ...done.value, [id]: [...before, what] }
    },
  }
}
