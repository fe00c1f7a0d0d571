import type { FocusSubject } from '@contract/shown'
import { useIntervalFn, useThrottleFn } from '@vueuse/core'
import { computed, shallowRef, watch, type ComputedRef } from 'vue'
import { subjectOf, useFocus } from '../../stores/focus'
import { useGate } from '../../stores/gate'
import { usePackets } from '../../stores/packets'
import { useSharing } from '../../stores/sharing'
import { route } from '../router'
import { messageOfClass } from './class-message'

/** So often is it looked for a newer message, ms. */
const EVERY_MS = 1000

/**
 * The newest message of the packets that this page shows, for a class that watches.
 * @param on whether this page shows them, as they come
 */
export function useNewest(on: () => boolean): () => number | null {
  const packets = usePackets()
  const newest = shallowRef<number | null>(null)
  let sinceMs = 0
  function look(): void {
    const nowMs = performance.now()
    const now = newest.value === null ? null : { journey: newest.value, forMs: nowMs - sinceMs }
    const next = messageOfClass(packets.window, now)
    if (next === newest.value) return
    newest.value = next
    sinceMs = nowMs
  }
  const soon = useThrottleFn(look, EVERY_MS, true, true)
  watch(
    () => (on() ? packets.version : null),
    (version) => version !== null && void soon(),
    { immediate: true },
  )
  // while no packets come, the time of the message that is shown ends nevertheless
  const { pause, resume } = useIntervalFn(look, EVERY_MS, { immediate: false })
  watch(on, (now) => (now ? resume() : pause()), { immediate: true })
  return () => newest.value
}

/**
 * The message that phones show, which have no room for all packets: the one message that is looked at here; else that of the
 * packet that is held or selected, or where the view stands still; else the newest.
 */
export function useClassMessage(): ComputedRef<FocusSubject | null> {
  const focus = useFocus()
  const gate = useGate()
  const packets = usePackets()
  const sharing = useSharing()
  const newest = useNewest(() => sharing.state.on && route.value.screen === 'handshakes' && packets.live)
  return computed(() => {
    if (focus.on) return focus.subject
    const rows = packets.version < 0 ? undefined : packets.window
    const still = packets.live ? undefined : (packets.reached?.seq ?? rows?.lastSeq ?? undefined)
    const row = gate.rows[0] ?? rows?.row(packets.selected ?? still ?? 0)
    if (row) return subjectOf(row)
    const journey = newest()
    return journey === null ? null : { kind: 'message', journey }
  })
}
