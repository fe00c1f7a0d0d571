import type { Lesson, LessonVariant, ScriptedLesson } from '@contract/lesson'
import type { LessonOutcome } from '@contract/lesson-run'
import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { useLink } from '../../api'
import { useLog } from '../../stores/log'
import { navigate, route } from '../router'

/** Lesson files that are offered to the engine again after a restart. */
const MAX_KEPT_FILES = 20

interface KeptFile {
  id: string
  name: string
  text: string
}

/** The lessons, the one that is open, the pupil's prediction and the run's outcome; progress is kept in the browser. */
export const useLessons = defineStore('lessons', () => {
  const link = useLink()
  const log = useLog()
  const lessons = shallowRef<readonly Lesson[]>([])
  const loaded = ref(false)
  /** Variants brought to their verdict, by lesson. */
  const done = useLocalStorage<Record<string, string[]>>('fleetlab.lessons.done', {})
  const files = useLocalStorage<KeptFile[]>('fleetlab.lessons.files', [])
  const prediction = ref<string | null>(null)
  const outcome = shallowRef<LessonOutcome | null>(null)
  /** The replay has been seen to its end: the verdict may be read. */
  const judged = ref(false)
  const running = ref(false)

  const lesson = computed((): Lesson | null => {
    const wanted = lessons.value.find((l) => l.id === route.value.params['id'])
    return wanted ?? lessons.value.find((l) => !isDone(l.id)) ?? lessons.value[0] ?? null
  })
  const script = computed((): ScriptedLesson | null =>
    lesson.value?.kind === 'script' ? lesson.value : null,
  )
  const variant = computed((): LessonVariant | null => {
    const all = script.value?.variants ?? []
    return all.find((v) => v.id === route.value.params['variant']) ?? all[0] ?? null
  })
  const at = computed(() => lessons.value.findIndex((l) => l.id === lesson.value?.id))

  function isDone(id: string): boolean {
    return (done.value[id]?.length ?? 0) > 0
  }
  function markDone(id: string, what: string): void {
    const before = done.value[id] ?? []
    if (!before.includes(what)) done.value = { ...done.value, [id]: [...before, what] }
  }
  function reset(): void {
    prediction.value = null
    outcome.value = null
    judged.value = false
  }
  // The address decides what is open; without one a finished lesson must not jump to the next by itself.
  watch([() => lesson.value?.id, () => variant.value?.id], (now, before) => {
    if (now.join('/') !== before.join('/')) reset()
    if (lesson.value && route.value.screen === 'lessons' && route.value.params['id'] === undefined)
      open(lesson.value.id)
  })

  async function load(): Promise<void> {
    await log.attempt(async () => {
      const known = await link.api.listLessons({})
      const missing = files.value.filter((f) => !known.lessons.some((l) => l.id === f.id))
      for (const f of missing) await offer(f.text, f.name).catch(() => forget(f.id))
      lessons.value = missing.length === 0 ? known.lessons : (await link.api.listLessons({})).lessons
      loaded.value = true
    })
  }
  link.onReady(() => void load())

  const offer = (text: string, name: string): Promise<Lesson> => link.api.openLesson({ text, name })
  function forget(id: string): void {
    files.value = files.value.filter((f) => f.id !== id)
  }
  function open(id: string, variantId?: string): void {
    navigate('lessons', variantId === undefined ? { id } : { id, variant: variantId })
  }
  const openFile = (file: File): Promise<void> =>
    log.attempt(async () => {
      const text = await file.text()
      const opened = await offer(text, file.name)
      files.value = [
        ...files.value.filter((f) => f.id !== opened.id),
        { id: opened.id, name: file.name, text },
      ].slice(-MAX_KEPT_FILES)
      reset()
      await load()
      open(opened.id)
    })
  /** Runs the variant that is open; true when there is an outcome. */
  async function run(): Promise<boolean> {
    const [l, v] = [script.value, variant.value]
    if (!l || !v || running.value) return false
    running.value = true
    judged.value = false
    outcome.value = null
    await log.attempt(async () => {
      const result = await link.api.runLesson({ id: l.id, variant: v.id })
      if (lesson.value?.id === l.id && variant.value?.id === v.id) outcome.value = result
    })
    running.value = false
    return outcome.value !== null
  }
  function judge(): void {
    const o = outcome.value
    if (!o || judged.value) return
    judged.value = true
    markDone(o.lesson, o.variant)
  }

  return {
    lessons,
    loaded,
    lesson,
    script,
    variant,
    at,
    prediction,
    outcome,
    judged,
    running,
    done,
    finished: computed(() => lessons.value.filter((l) => isDone(l.id)).length),
    next: computed(() => lessons.value[at.value + 1] ?? null),
    isDone,
    markDone,
    open,
    openFile,
    run,
    judge,
  }
})
