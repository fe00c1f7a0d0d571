import { usePreferredReducedMotion, useRafFn } from '@vueuse/core'
import { computed, ref, watch, type Ref } from 'vue'
import type { TimeScale } from '../../canvas/sequence/time-scale'

/** Pixels a second at 16 px type: slow enough to read a label as its arrow grows. */
const PACE = 62
const AFTER = 16

export const SPEEDS = [0.5, 1, 2] as const
export type ReplaySpeed = (typeof SPEEDS)[number]

/** Heights at which something happens. */
function stopsOf(scale: TimeScale | null, end: number): number[] {
  const heights = scale?.instants.flatMap((i) => [i.y0, i.y1]) ?? []
  return [...new Set([...heights, end])].sort((a, b) => a - b)
}

/**
 * Plays a picture from top to bottom. The pen moves evenly over the picture, not over time: folded time passes as
 * quickly as its band is high.
 */
export function useReplay(scale: Ref<TimeScale | null>, k: Ref<number>, onEnd: () => void) {
  const y = ref(0)
  const playing = ref(false)
  const speed = ref<ReplaySpeed>(1)
  const motion = usePreferredReducedMotion()
  const end = computed(() => (scale.value ? scale.value.height + AFTER * k.value : 0))
  const atEnd = computed(() => end.value > 0 && y.value >= end.value)
  const timeMs = computed(() => scale.value?.time(Math.min(y.value, end.value - AFTER * k.value)) ?? 0)
  const stops = (): number[] => stopsOf(scale.value, end.value)

  const raf = useRafFn(
    ({ delta }) => {
      if (!playing.value) return
      seek(y.value + (Math.min(delta, 100) / 1000) * PACE * k.value * speed.value)
    },
    { immediate: false },
  )
  watch(playing, (on) => (on ? raf.resume() : raf.pause()))
  /** Another language or width draws another picture: the pen keeps its share of it. */
  watch(end, (now, before) => void (y.value = before > 0 ? (y.value / before) * now : 0))

  function seek(to: number): void {
    y.value = Math.min(end.value, Math.max(0, to))
    if (!atEnd.value) return
    playing.value = false
    onEnd()
  }
  const pause = (): void => void (playing.value = false)
  function play(): void {
    if (motion.value === 'reduce') {
      seek(end.value)
      return
    }
    if (atEnd.value) y.value = 0
    playing.value = true
  }
  return {
    y,
    end,
    atEnd,
    timeMs,
    playing,
    speed,
    seek,
    play,
    pause,
    toggle: (): void => (playing.value ? pause : play)(),
    setSpeed: (to: ReplaySpeed): void => void (speed.value = to),
    next: (): void => {
      pause()
      seek(stops().find((s) => s > y.value + 0.5) ?? end.value)
    },
    previous: (): void => {
      pause()
      seek(stops().findLast((s) => s < y.value - 0.5) ?? 0)
    },
    rewind: (): void => {
      pause()
      y.value = 0
    },
  }
}
export type Replay = ReturnType<typeof useReplay>
