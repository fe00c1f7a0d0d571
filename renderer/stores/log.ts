import { ApiError, type ErrorDetail } from '@contract/errors'
import type { LogLine, Note } from '@contract/model'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { useLink } from '../api'

/** Something the user has to know, until it is dismissed. */
export interface Notice {
  id: number
  level: 'info' | 'warn' | 'error'
  /** A note of the engine, or the line of a failed command. */
  text: string | null
  note: Note | null
  details: readonly ErrorDetail[]
}

const MAX_LINES = 200
const MAX_NOTICES = 4

/** A computer that has slept again says so once, with the latest time. */
const saysTheSame = (a: Note | null, b: Note | null): boolean =>
  a?.text === b?.text || (a?.key === 'slept' && b?.key === 'slept')

/** What the engine logs, and what went wrong with the page's own commands. */
export const useLog = defineStore('log', () => {
  const link = useLink()
  const lines = shallowRef<readonly LogLine[]>([])
  const notices = ref<Notice[]>([])
  let nextId = 1

  const push = (notice: Omit<Notice, 'id'>): void => {
    const same = notices.value.find((n) => n.text === notice.text && saysTheSame(n.note, notice.note))
    if (same) dismiss(same.id)
    notices.value = [...notices.value, { ...notice, id: nextId++ }].slice(-MAX_NOTICES)
  }
  const dismiss = (id: number): void => {
    notices.value = notices.value.filter((n) => n.id !== id)
  }
  const fail = (thrown: unknown): void => {
    const text = thrown instanceof Error ? thrown.message : String(thrown)
    const { details = [], note = null } = thrown instanceof ApiError ? thrown : {}
    // of several faults the first; the details have them all
    const [first = ''] = details.length > 0 ? text.split('\n') : [text]
    push({ level: 'error', text: first, note, details })
  }
  /** Runs a command and shows its failure as a notice. */
  const attempt = async (run: () => Promise<unknown>): Promise<void> => {
    try {
      await run()
    } catch (thrown) {
      fail(thrown)
    }
  }

  link.on('log', (line) => {
    lines.value = [...lines.value, line].slice(-MAX_LINES)
    if (line.level !== 'info') push({ level: line.level, text: null, note: line.note, details: [] })
  })

  return { lines, notices, push, dismiss, fail, attempt }
})
