import { computed, ref, type Ref } from 'vue'
import { usePackets } from '../../stores/packets'
import { brushRange, slotsOf, RATE_SECONDS } from './rate-series'

/**
 * A stretch of time chosen on the rate charts, by drawing or by keys. It is kept as clock time in the packet filter, so the
 * Handshakes screen shows it, and moves left with the charts.
 */
export function useBrush(endMs: Ref<number>) {
  const packets = usePackets()
  /** Second of clock time the keys are at; null until one is pressed. */
  const cursor = ref<number | null>(null)
  const anchor = ref<number | null>(null)
  const lastSecond = computed(() => Math.floor(endMs.value / 1000))

  const band = computed(() => (packets.range ? slotsOf(packets.range, endMs.value) : null))
  const select = (from: number, to: number): void => packets.setRange(brushRange(from, to, endMs.value))

  /** Moves the keys' second; with `extend` the time from where it began to here is chosen. */
  function move(by: number, extend: boolean): void {
    const first = Math.max(0, lastSecond.value - RATE_SECONDS)
    const before = Math.max(first, cursor.value ?? lastSecond.value)
    if (!extend) anchor.value = null
    else anchor.value ??= before
    cursor.value = Math.min(lastSecond.value, Math.max(first, cursor.value === null ? before : before + by))
    if (anchor.value === null) return
    const [a, b] = [Math.min(anchor.value, cursor.value), Math.max(anchor.value, cursor.value)]
    packets.setRange({ fromMs: a * 1000, toMs: (b + 1) * 1000 })
  }
  function clear(): void {
    anchor.value = null
    packets.setRange(null)
  }
  return {
    band,
    range: computed(() => packets.range),
    select,
    move,
    clear,
    /** Slot of the keys' second. */
    cursorSlot: computed(() =>
      cursor.value === null ? null : Math.max(0, RATE_SECONDS - (lastSecond.value - cursor.value)),
    ),
    leave: (): void => void (cursor.value = null),
  }
}
