import type { Lesson } from '@contract/lesson'
import { useLocalStorage } from '@vueuse/core'
import { ref, shallowRef } from 'vue'
import { useLink } from '../api'
import { useLog } from './log'

/** Lesson files that are offered to the engine again after a restart. */
const MAX_KEPT_FILES = 20

interface KeptFile {
  id: string
  name: string
  text: string
}

/** The engine's lessons, and the files opened in this browser, which the engine forgets when it ends. */
export function useCatalog() {
  const link = useLink()
  const log = useLog()
  const lessons = shallowRef<readonly Lesson[]>([])
  const loaded = ref(false)
  const files = useLocalStorage<KeptFile[]>('fleetlab.lessons.files', [])

  const offer = (f: Pick<KeptFile, 'name' | 'text'>): Promise<Lesson> =>
    link.api.openLesson({ text: f.text, name: f.name })
  const load = (): Promise<void> =>
    log.attempt(async () => {
      const known = (await link.api.listLessons({})).lessons
      const missing = files.value.filter((f) => !known.some((l) => l.id === f.id))
      for (const f of missing) {
        // A file the engine no longer takes, e.g. after an update, is not offered again.
        await offer(f).catch(() => (files.value = files.value.filter((k) => k.id !== f.id)))
      }
      lessons.value = missing.length === 0 ? known : (await link.api.listLessons({})).lessons
      loaded.value = true
    })
  let needed = false
  /** Reads them, now and after each reconnection. A page that shows no lesson does not wait for them. */
  function need(): void {
    if (needed) return
    needed = true
    link.onReady(() => void load())
  }

  /** @throws ApiError when the file is not a lesson */
  async function add(file: File): Promise<Lesson> {
    const text = await file.text()
    const opened = await offer({ text, name: file.name })
    const others = files.value.filter((f) => f.id !== opened.id)
    files.value = [...others, { id: opened.id, name: file.name, text }].slice(-MAX_KEPT_FILES)
    await load()
    return opened
  }
  return { lessons, loaded, need, add }
}
