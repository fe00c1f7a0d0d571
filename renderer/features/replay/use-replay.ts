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

interface Pen {
  y: Ref<number>
  end: Ref<number>
  playing: Ref<boolean>
  /** 1: down the picture, -1: up. */
  direction: Ref<1 | -1>
  seek: (to: number) => void
}

/** Ways to set the pen going. For those who want no motion it is at once where it would end. */
function createPlaying({ y, end, playing, direction, seek }: Pen) {
  const motion = usePreferredReducedMotion()
  function go(way: 1 | -1): void {
    const [from, to] = way > 0 ? [0, end.value] : [end.value, 0]
    direction.value = way
    if (motion.value === 'reduce') {
      seek(to)
      return
    }
    if (y.value === to) y.value = from
    playing.value = true
  }
  return {
    play: (): void => go(1),
    /** From the end, or from where the pen stands, up to the beginning. */
    playBack: (): void => go(-1),
    pause: (): void => void (playing.value = false),
  }
}

/**
 * Plays a picture from top to bottom. The pen moves evenly over the picture, not over time: folded time passes as
 * quickly as its band is high.
 */
export function useReplay(scale: Ref<TimeScale | null>, k: Ref<number>, onEnd: () => void) {
  const y = ref(0)
  const playing = ref(false)
  const speed = ref<ReplaySpeed>(1)
  const direction = ref<1 | -1>(1)
  const end = computed(() => (scale.value ? scale.value.height + AFTER * k.value : 0))
  const atEnd = computed(() => end.value > 0 && y.value >= end.value)
  const timeMs = computed(() => scale.value?.time(Math.min(y.value, end.value - AFTER * k.value)) ?? 0)
  const stops = (): number[] => stopsOf(scale.value, end.value)

  const raf = useRafFn(
    ({ delta }) => {
      if (!playing.value) return
      seek(y.value + (Math.min(delta, 100) / 1000) * PACE * k.value * speed.value * direction.value)
    },
    { immediate: false },
  )
  watch(playing, (on) => (on ? raf.resume() : raf.pause()))
  /** Another language or width draws another picture: the pen keeps its share of it. */
  watch(end, (now, before) => void (y.value = before > 0 ? (y.value / before) * now : 0))

  function seek(to: number): void {
    y.value = Math.min(end.value, Math.max(0, to))
    const upwards = playing.value && direction.value < 0
    if (upwards && y.value === 0) playing.value = false
    // the first frame of playing backwards is still at the end
    if (upwards || !atEnd.value) return
    playing.value = false
    onEnd()
  }
  const { play, playBack, pause } = createPlaying({ y, end, playing, direction, seek })
  return {
    y,
    end,
    atEnd,
    timeMs,
    playing,
    /** Whether it plays from the end to the beginning. */
    backwards: computed(() => playing.value && direction.value < 0),
    speed,
    seek,
    /** Height of a time in the picture; null: the end. */
    heightOf: (ms: number | null): number => (ms === null ? end.value : (scale.value?.y(ms) ?? 0)),
    play,
    playBack,
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
