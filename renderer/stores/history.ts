import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'

/** One edit that can be taken back. Edits with the same `key` in quick succession, as a slider makes, count as one. */
export interface Edit {
  key: string
  undo: () => Promise<unknown>
  redo: () => Promise<unknown>
}

const inOrder = async (acts: readonly (() => Promise<unknown>)[]): Promise<void> => {
  for (const act of acts) await act()
}
const joined = (key: string, parts: readonly Edit[]): Edit => ({
  key: `${key}:${parts.map((p) => p.key).join()}`,
  redo: () => inOrder(parts.map((p) => p.redo)),
  undo: () => inOrder(parts.map((p) => p.undo).reverse()),
})

const MERGE_MS = 1200
const MAX_EDITS = 200

/** Undo and redo of every edit of the scenario. */
export const useHistory = defineStore('history', () => {
  const done = shallowRef<readonly Edit[]>([])
  const undone = shallowRef<readonly Edit[]>([])
  let steps: Promise<unknown> = Promise.resolve()
  let lastAt = -Infinity
  let collecting: Edit[] | null = null

  const record = (edit: Edit, now = performance.now()): void => {
    if (collecting) {
      collecting.push(edit)
      return
    }
    const last = done.value.at(-1)
    const merges = last?.key === edit.key && now - lastAt < MERGE_MS
    const next = merges ? { ...edit, undo: last.undo } : edit
    done.value = [...(merges ? done.value.slice(0, -1) : done.value), next].slice(-MAX_EDITS)
    undone.value = []
    lastAt = now
  }

  /** Makes all edits of `run` one that is taken back at once; what was done before a failure stays one edit too. */
  async function asOne(key: string, run: () => Promise<unknown>): Promise<void> {
    const parts: Edit[] = []
    collecting = parts
    try {
      await run()
    } finally {
      collecting = null
      if (parts.length > 0) record(joined(key, parts))
    }
  }

  async function take(from: typeof done, to: typeof done, way: 'undo' | 'redo'): Promise<void> {
    const edit = from.value.at(-1)
    if (!edit) return
    await edit[way]()
    from.value = from.value.filter((e) => e !== edit)
    to.value = [...to.value, edit]
    lastAt = -Infinity
  }

  // one after the other: a key pressed while a step is under way counts too
  const step = (way: 'undo' | 'redo', after: Promise<unknown> = Promise.resolve()): Promise<void> => {
    const turn = Promise.all([steps, after]).then(() =>
      way === 'undo' ? take(done, undone, way) : take(undone, done, way),
    )
    steps = turn.catch(() => undefined)
    return turn
  }

  return {
    record,
    asOne,
    /**
     * `after`: what has to be over before the step is taken.
     * @throws ApiError when the engine refuses; the edit then stays done
     */
    undo: (after?: Promise<unknown>) => step('undo', after),
    redo: (after?: Promise<unknown>) => step('redo', after),
    /** Resolves when no undo or redo is under way. */
    idle: () => steps,
    clear: () => {
      done.value = []
      undone.value = []
    },
    canUndo: computed(() => done.value.length > 0),
    canRedo: computed(() => undone.value.length > 0),
  }
})
