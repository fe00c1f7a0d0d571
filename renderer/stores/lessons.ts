import type { Lesson, LessonVariant, ScriptedLesson } from '@contract/lesson'
import type { LessonOutcome } from '@contract/lesson-run'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { useLink } from '../api'
import { useClassView } from './class-view'
import { useConnection } from './connection'
import { useLog } from './log'
import { SIDE_BY_SIDE, useAddress } from './lesson-address'
import { useCatalog } from './lesson-catalog'
import { useProgress } from './lesson-progress'
import { useSandboxes } from './sandboxes'

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
  /** The answer that the class chose in a vote, where the prediction was taken from that; else null. */
  const ofClass = ref<string | null>(null)
  const outcome = shallowRef<LessonOutcome | null>(null)
  /** The replay has been seen to its end: the verdict may be read. */
  const judged = ref(false)
  /** Shows a run that was made elsewhere; null for none. */
  function take(made: LessonOutcome | null): void {
    judged.value = false
    outcome.value = made
  }
  function reset(): void {
    prediction.value = ofClass.value = null
    take(null)
  }
  return { prediction, ofClass, outcome, judged, take, reset }
}

/** Who runs: the teacher for all, a pupil who looks around alone. */
function useRunner() {
  const link = useLink()
  const connection = useConnection()
  const view = useClassView()
  const sandboxes = useSandboxes()
  const forAll = computed(() => connection.may('runLesson'))
  const alone = computed(() => sandboxes.offered && !view.following)
  return {
    mayRun: computed(() => forAll.value || alone.value),
    /** A pupil who follows the teacher could look around and run it. */
    mayTry: computed(() => sandboxes.offered && view.following),
    lookAround: (): void => void (view.wanted = false),
    run: (which: { id: string; variant: string }): Promise<LessonOutcome> =>
      forAll.value ? link.api.runLesson(which) : link.api.tryLesson(which),
  }
}

/** The run of the open lesson's variant, which may not be open any more when it is done. */
function useRunning(
  of: Pick<ReturnType<typeof useChoice>, 'script' | 'variant' | 'key'> &
    Pick<ReturnType<typeof useOutcome>, 'outcome' | 'take'>,
  runner: ReturnType<typeof useRunner>,
) {
  const log = useLog()
  const running = ref(false)
  async function run(): Promise<void> {
    const [l, v, key] = [of.script.value, of.variant.value, of.key.value]
    if (!l || !v || running.value) return
    running.value = true
    of.take(null)
    await log.attempt(async () => {
      const result = await runner.run({ id: l.id, variant: v.id })
      if (of.key.value === key) of.outcome.value = result
    })
    running.value = false
  }
  /** Leaves the teacher's run, and begins at the question. */
  function tryAlone(): void {
    runner.lookAround()
    of.take(null)
  }
  return { running, run, tryAlone }
}

/** The lessons, the one that is open, the student's prediction and the run's outcome. */
export const useLessons = defineStore('lessons', () => {
  const log = useLog()
  const { lessons, loaded, need, add } = useCatalog()
  const progress = useProgress()
  const { isDone, markDone } = progress
  const { address, lesson, script, variant, comparing, key } = useChoice(lessons, isDone)
  const { prediction, ofClass, outcome, judged, take, reset } = useOutcome()
  const runner = useRunner()
  const { running, run, tryAlone } = useRunning({ script, variant, key, outcome, take }, runner)
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
  const { mayRun, mayTry } = runner
  const own = {
    prediction,
    ofClass,
    /** The prediction is the class's. */
    byClass: computed(() => prediction.value !== null && prediction.value === ofClass.value),
    outcome,
    judged,
    running,
    mayRun,
    mayTry,
    tryAlone,
    make: runner.run,
    run,
    take,
    judge,
  }
  return { ...choice, ...progress, finished, ...own }
})
