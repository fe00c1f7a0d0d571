import type { Moment } from '@contract/shown'
import { usePreferredReducedMotion } from '@vueuse/core'
import { onScopeDispose, watch } from 'vue'
import { useClassView } from '../../stores/class-view'
import type { Replay } from './use-replay'

/** A pupil's pen that is so many heights of a line away from the teacher's is put there. */
const APART_PX = 60

/** Tells the class where this recording stands, or stands where the teacher's does. */
export function useSharedMoment(replay: Replay): void {
  const view = useClassView()
  const motion = usePreferredReducedMotion()
  let mine: Moment | null = null

  watch(
    [replay.timeMs, replay.atEnd, replay.playing, replay.backwards, replay.speed],
    ([ms, atEnd, playing, backwards, speed]) => {
      mine = { ms: atEnd ? null : Math.max(0, ms), playing: !playing ? 0 : backwards ? -1 : 1, speed }
      view.moment = mine
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    // the next screen may have said its own already
    if (view.moment === mine) view.moment = null
  })

  function stand({ ms, playing, speed }: Moment): void {
    const to = replay.heightOf(ms)
    replay.setSpeed(speed)
    if (playing === 0 || motion.value === 'reduce') {
      replay.pause()
      replay.seek(to)
      return
    }
    if (Math.abs(to - replay.y.value) > APART_PX) replay.seek(to)
    const arrived = playing > 0 ? replay.atEnd.value : replay.y.value === 0
    if (!arrived) (playing > 0 ? replay.play : replay.playBack)()
  }
  watch(
    [() => (view.following ? (view.shown?.moment ?? null) : null), () => replay.end.value > 0],
    ([moment, there]) => moment && there && stand(moment),
    { immediate: true, flush: 'post' },
  )
}
