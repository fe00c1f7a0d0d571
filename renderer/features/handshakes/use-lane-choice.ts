import type { PacketRow } from '@contract/model'
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { chooseLanes, clientsInQuery, MAX_CLIENT_LANES } from '../../canvas/sequence/lanes'
import { useGate } from '../../stores/gate'
import { usePackets } from '../../stores/packets'
import { belongings, slice } from './rows-in-view'

/** Rows by which lanes are chosen. */
const LANE_ROWS = 400
/** A client without a packet for so long gives up its lane to others, ms. */
const SILENT_MS = 30_000
/** Width of axis and cards, and of one more lane, px at 16 px type. */
const FIXED_PX = 330
const LANE_PX = 150

/** Which clients have a lane: named by the filter or pinned by hand first, then those of the latest messages. */
export function useLaneChoice(units: Ref<number>, centre: Ref<number | null>) {
  const packets = usePackets()
  const gate = useGate()
  const pinned = ref<string[]>([])
  const previous = shallowRef<readonly string[]>([])
  const room = computed(() =>
    Math.max(2, Math.min(MAX_CLIENT_LANES, Math.floor((units.value - FIXED_PX) / LANE_PX))),
  )

  const asked = computed(() =>
    [...pinned.value, ...clientsInQuery(packets.filter)].slice(0, MAX_CLIENT_LANES),
  )
  /** A packet that is held brings in its lane, and that of its message's publisher: nobody can decide what is not drawn. */
  const held = computed(() => {
    const row = gate.rows[0]
    if (!row) return []
    const publisher = packets.window.journey(row.journey)?.publisher ?? null
    return publisher === null ? [row.clientId] : [row.clientId, publisher]
  })
  const wanted = computed(() =>
    [...new Set([...held.value, ...asked.value])].slice(0, Math.max(MAX_CLIENT_LANES, asked.value.length)),
  )

  /** The latest rows of all, and those of the clients shown unless they have been silent for long. */
  function recent(): PacketRow[] {
    const latest = packets.rows.slice(-LANE_ROWS)
    const since = (latest.at(-1)?.sentMs ?? 0) - SILENT_MS
    const first = latest[0]?.seq ?? 0
    return [...packets.followedRows.filter((p) => p.seq < first && p.sentMs >= since), ...latest]
  }
  const choice = computed(() => {
    const rows = centre.value === null ? recent() : slice(packets.rows, centre.value, LANE_ROWS)
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
    if (now.join('\n') === previous.value.join('\n')) return
    previous.value = now
    packets.followClients(now)
  })
  watch([() => packets.filter, room], () => (previous.value = []))

  return {
    pinned,
    /** More than one publisher is shown. */
    several: (): boolean => choice.value.lanes.filter((l) => l.publishes).length > 1,
    /** Lanes were asked for by name; else they are those of the latest messages. */
    named: computed(() => asked.value.length > 0),
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
