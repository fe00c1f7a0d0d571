import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { chooseLanes, clientsInQuery, MAX_CLIENT_LANES } from '../../canvas/sequence/lanes'
import { usePackets } from '../../stores/packets'
import { belongings, slice } from './rows-in-view'

/** Rows by which lanes are chosen. */
const LANE_ROWS = 400
/** Width of axis and cards, and of one more lane, px at 16 px type. */
const FIXED_PX = 330
const LANE_PX = 150

/** Which clients have a lane: named by the filter or pinned by hand first, then those of the latest messages. */
export function useLaneChoice(units: Ref<number>, centre: Ref<number | null>) {
  const packets = usePackets()
  const pinned = ref<string[]>([])
  const previous = shallowRef<readonly string[]>([])
  const room = computed(() =>
    Math.max(2, Math.min(MAX_CLIENT_LANES, Math.floor((units.value - FIXED_PX) / LANE_PX))),
  )

  const wanted = computed(() =>
    [...pinned.value, ...clientsInQuery(packets.filter)].slice(0, MAX_CLIENT_LANES),
  )

  const choice = computed(() => {
    const rows =
      centre.value === null ? packets.rows.slice(-LANE_ROWS) : slice(packets.rows, centre.value, LANE_ROWS)
    return chooseLanes({
      packets: rows,
      ...belongings(packets.window, rows),
      wanted: wanted.value,
      previous: previous.value,
      max: Math.max(room.value, wanted.value.length),
    })
  })
  watch(choice, (c) => {
    const now = c.lanes.flatMap((l) => l.clientId ?? [])
    if (now.join('\n') !== previous.value.join('\n')) previous.value = now
  })
  watch([() => packets.filter, room], () => (previous.value = []))

  return {
    pinned,
    /** More than one publisher is shown. */
    several: (): boolean => choice.value.lanes.filter((l) => l.publishes).length > 1,
    /** Lanes were asked for by name; else they are those of the latest messages. */
    named: computed(() => wanted.value.length > 0),
    lanes: computed(() => choice.value.lanes),
    others: computed(() => choice.value.others),
    pin: (id: string): void =>
      void (pinned.value = [id, ...pinned.value.filter((p) => p !== id)].slice(0, 4)),
    unpin: (): void => {
      pinned.value = []
      previous.value = []
    },
  }
}
