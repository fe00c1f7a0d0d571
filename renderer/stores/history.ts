import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'

/** One edit that can be taken back. Edits with the same `key` in quick succession, as a slider makes, count as one. */
export interface Edit {
  key: string
  undo: () => Promise<unknown>
  redo: () => Promise<unknown>
}

const MERGE_MS = 1200
const MAX_EDITS = 200

/** Undo and redo of every edit of the scenario. */
export const useHistory = defineStore('history', () => {
  const done = shallowRef<readonly Edit[]>([])
  const undone = shallowRef<readonly Edit[]>([])
  const busy = shallowRef(false)
  let lastAt = -Infinity

  const record = (edit: Edit, now = performance.now()): void => {
    const last = done.value.at(-1)
    const merges = last?.key === edit.key && now - lastAt < MERGE_MS
    const next = merges ? { ...edit, undo: last.undo } : edit
    done.value = [...(merges ? done.value.slice(0, -1) : done.value), next].slice(-MAX_EDITS)
    undone.value = []
    lastAt = now
  }

  const step = async (from: typeof done, to: typeof done, way: 'undo' | 'redo'): Promise<void> => {
    const edit = from.value.at(-1)
    if (!edit || busy.value) return
    busy.value = true
    try {
      await edit[way]()
      from.value = from.value.slice(0, -1)
      to.value = [...to.value, edit]
      lastAt = -Infinity
    } finally {
      busy.value = false
    }
  }

  return {
    record,
    /** @throws ApiError when the engine refuses; the edit then stays done */
    undo: () => step(done, undone, 'undo'),
    redo: () => step(undone, done, 'redo'),
    clear: () => {
      done.value = []
      undone.value = []
    },
    canUndo: computed(() => done.value.length > 0),
    canRedo: computed(() => undone.value.length > 0),
  }
})
