import type { Lesson, LessonVariant, ScriptedLesson } from '@contract/lesson'
import type { LessonOutcome } from '@contract/lesson-run'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { useLink } from '../api'
import { useLog } from './log'
import { SIDE_BY_SIDE, useAddress } from './lesson-address'
import { useCatalog } from './lesson-catalog'
import { useProgress } from './lesson-progress'

/** What the address says is open; without a word there, the first lesson that is not done. */
function useChoice(lessons: Ref<readonly Lesson[]>, isDone: (l: Lesson) => boolean) {
  const address = useAddress()
  const lesson = computed((): Lesson | null => {
    const wanted = lessons.value.find((l) => l.id === address.id.value)
    return wanted ?? lessons.value.find((l) => !isDone(l)) ?? lessons.value[0] ?? null
  })
  const script = computed((): ScriptedLesson | null =>
    lesson.value?.kind === 'script' ? lesson.value : null,
  )
  const variant = computed((): LessonVariant | null => {
    const all = script.value?.variants ?? []
    return all.find((v) => v.id === address.variant.value) ?? all[0] ?? null
  })
  /** Instead of a lesson, one message at each QoS is shown. */
  const comparing = computed(() => address.id.value === SIDE_BY_SIDE)
  const key = computed(() => `${lesson.value?.id}/${variant.value?.id}`)
  return { address, lesson, script, variant, comparing, key }
}

/** The student's prediction, and what the run came to. */
function useOutcome() {
  const prediction = ref<string | null>(null)
  const outcome = shallowRef<LessonOutcome | null>(null)
  /** The replay has been seen to its end: the verdict may be read. */
  const judged = ref(false)
  /** Shows a run that was made elsewhere; null for none. */
  function take(made: LessonOutcome | null): void {
    judged.value = false
    outcome.value = made
  }
  function reset(): void {
    prediction.value = null
    take(null)
  }
  return { prediction, outcome, judged, take, reset }
}

/** The lessons, the one that is open, the student's prediction and the run's outcome. */
export const useLessons = defineStore('lessons', () => {
  const link = useLink()
  const log = useLog()
  const { lessons, loaded, need, add } = useCatalog()
  const progress = useProgress()
  const { isDone, markDone } = progress
  const { address, lesson, script, variant, comparing, key } = useChoice(lessons, isDone)
  const { prediction, outcome, judged, take, reset } = useOutcome()
  const running = ref(false)
  const at = computed(() => lessons.value.findIndex((l) => l.id === lesson.value?.id))

  watch(key, () => {
    reset()
    // Named in the address, a lesson that is done does not give way to the next by itself.
    if (lesson.value && address.id.value === null) address.settle(lesson.value.id)
  })
  const openFile = (file: File): Promise<void> =>
    log.attempt(async () => {
      const { id } = await add(file)
      reset()
      address.go(id)
    })
  async function run(): Promise<void> {
    const [l, v, of] = [script.value, variant.value, key.value]
    if (!l || !v || running.value) return
    running.value = true
    take(null)
    await log.attempt(async () => {
      const result = await link.api.runLesson({ id: l.id, variant: v.id })
      if (key.value === of) outcome.value = result
    })
    running.value = false
  }
  function judge(): void {
    if (!outcome.value || judged.value) return
    judged.value = true
    markDone(outcome.value.lesson, outcome.value.variant)
  }
  const finished = computed(() => lessons.value.filter((l) => isDone(l)).length)
  const next = computed(() => lessons.value[at.value + 1] ?? null)
  const choice = {
    lessons,
    loaded,
    need,
    lesson,
    script,
    variant,
    comparing,
    at,
    next,
    open: address.go,
    openFile,
  }
  return { ...choice, ...progress, finished, prediction, outcome, judged, running, run, take, judge }
})
