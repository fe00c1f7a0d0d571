import type { Shown } from '@contract/shown'
import { useThrottleFn } from '@vueuse/core'
import { computed, watch } from 'vue'
import { useLink } from '../../api'
import { useClassView, whileFollowing } from '../../stores/class-view'
import { useComparison } from '../../stores/comparison'
import { useFocus } from '../../stores/focus'
import { lessonHash, SIDE_BY_SIDE } from '../../stores/lesson-address'
import { useLessons } from '../../stores/lessons'
import { useLog } from '../../stores/log'
import { usePackets } from '../../stores/packets'
import { useSharing } from '../../stores/sharing'
import { navigate, route } from '../router'
import { useClassMessage } from './use-class-message'

/** At most so often does the teacher's page say what it shows, ms. */
const EVERY_MS = 200

/** What this page shows, as it is told to the class. */
function useOwnView() {
  const view = useClassView()
  const lessons = useLessons()
  const comparison = useComparison()
  const packets = usePackets()
  const focus = useFocus()
  const message = useClassMessage()
  const lesson = computed((): Shown['lesson'] => {
    if (lessons.comparing)
      return { id: SIDE_BY_SIDE, variant: comparison.loss, ran: comparison.result !== null }
    const { lesson, variant, outcome } = lessons
    return lesson && { id: lesson.id, variant: variant?.id ?? null, ran: outcome !== null }
  })
  const place = computed((): Shown['packets'] => ({
    one: focus.on,
    focus: message.value,
    filter: packets.filter,
    live: packets.live,
    at: packets.live ? null : (packets.reached?.seq ?? packets.rows.at(-1)?.seq ?? null),
    selected: packets.selected,
  }))
  return computed((): Shown => {
    const { screen } = route.value
    return {
      screen,
      lesson: screen === 'lessons' ? lesson.value : null,
      packets: place.value,
      moment: view.moment,
    }
  })
}

/** The teacher's page says what it shows whenever that changes. */
function useSending(): void {
  const view = useClassView()
  const sharing = useSharing()
  const own = useOwnView()
  const send = useThrottleFn(() => void view.show(own.value), EVERY_MS, true, true)
  watch(
    () => (sharing.state.on ? JSON.stringify(own.value) : null),
    (now) => now !== null && void send(),
    { immediate: true },
  )
}

/** A pupil's page goes where the teacher's is, and shows what was run there. */
function useFollowing(): void {
  const view = useClassView()
  const lessons = useLessons()
  const comparison = useComparison()
  const link = useLink()
  const log = useLog()

  whileFollowing(
    ({ screen, lesson }) => ({ screen, id: lesson?.id ?? null, variant: lesson?.variant ?? null }),
    ({ screen, id, variant }) => {
      if (screen !== 'lessons' || id === null) navigate(screen)
      else if (id === SIDE_BY_SIDE || variant === null) location.hash = lessonHash(id)
      else location.hash = lessonHash(id, variant)
    },
  )
  /** Who goes somewhere else looks around. */
  watch(route, ({ screen, params }) => {
    const there = view.shown
    if (!view.following || there === null) return
    const elsewhere = screen === 'lessons' && there.lesson !== null && params['id'] !== there.lesson.id
    if (screen !== there.screen || elsewhere) view.wanted = false
  })

  /** The run that the teacher looks at, once its lesson is open here too. */
  const run = computed((): string | null => {
    const there = view.following ? (view.shown?.lesson ?? null) : null
    const open = lessons.comparing ? SIDE_BY_SIDE : lessons.lesson?.id
    if (there === null || there.id !== open) return null
    if (!lessons.comparing && (lessons.variant?.id ?? null) !== there.variant) return null
    return JSON.stringify(there)
  })
  watch(
    run,
    async (now) => {
      if (now === null) return
      const { id, variant, ran } = JSON.parse(now) as NonNullable<Shown['lesson']>
      await log.attempt(async () => {
        const last = ran ? await link.api.getLessonRun({}) : null
        if (run.value !== now) return
        const { outcome = null, comparison: result = null } = last ?? {}
        if (id === SIDE_BY_SIDE) comparison.take(result?.loss === variant ? result : null)
        else lessons.take(outcome?.lesson === id && outcome.variant === variant ? outcome : null)
      })
    },
    { immediate: true, flush: 'post' },
  )
}

/** The class sees what the teacher sees: the one page says it, the others follow. */
export function useSharedView(): void {
  useSending()
  useFollowing()
}
