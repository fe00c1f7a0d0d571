import type { PacketBatch } from '@contract/model'
import { parsePacketFilter } from '@contract/packet-filter'
import { timeRangeOf, withTimeRange, type TimeRange } from '@contract/time-range'
import { defineStore } from 'pinia'
import { computed, markRaw, ref, shallowRef } from 'vue'
import { useLog } from './log'
import { Calm } from './packet-calm'
import { usePacketFeed } from './packet-feed'
import { createPaging, type Paged } from './packet-paging'
import { createSelection } from './packet-selection'
import { PacketWindow } from './packet-window'

const TAIL = 400
/** Rows kept of the clients shown, however busy the others are. */
const FOLLOWED = 600

const openEnded = (r: TimeRange | null): TimeRange | null => (r?.toMs === Infinity ? r : null)

const only = (batch: PacketBatch, clients: ReadonlySet<string>): PacketBatch => ({
  ...batch,
  packets: batch.packets.filter((p) => clients.has(p.clientId)),
  exchanges: [],
  journeys: [],
  marks: [],
})

/** What the screen watches, and how batches change the window. */
function createWatch(
  { window, followed, clients, filter, live, changed }: Paged,
  onBatch: (batch: PacketBatch) => void,
) {
  const feed = usePacketFeed()
  const log = useLog()
  const loading = ref(true)
  const matched = ref(0)
  const shown = ref(0)
  const calm = new Calm(changed)
  let stop: (() => void) | null = null

  function take(batch: PacketBatch, fresh: boolean): void {
    if (!fresh) {
      calm.count(batch.packets.length)
      if (live.value) window.append(batch)
      else window.update(batch)
      if (live.value) followed.append(only(batch, clients()))
      else followed.update(only(batch, clients()))
    } else if (live.value || window.size === 0 || batch.restarted) {
      // a pause outlives a lost connection: what is looked at stays; the numbers of another run name other packets
      if (batch.restarted) window.begin()
      else window.clear()
      window.append(batch)
      followed.clear()
      followed.append(only(batch, clients()))
    }
    if (fresh) calm.hurry()
    loading.value = false
    matched.value = batch.matched
    shown.value = batch.shown
    onBatch(batch)
    calm.ask()
  }
  function watch(): void {
    loading.value = true
    window.begin()
    followed.clear()
    changed()
    stop?.()
    const onError = (thrown: unknown): void => {
      loading.value = false
      log.fail(thrown)
    }
    // a stretch of time is read from its beginning, see setFilter
    const tail = live.value ? TAIL : 0
    stop = feed.watch({ filter: filter.value, tail, onBatch: take, onError })
  }
  function close(): void {
    stop?.()
    stop = null
  }
  return { loading, matched, shown, watch, close, isOpen: () => stop !== null }
}

/** Rows of the clients shown are kept longer than the rest, or a busy fleet would push them out before they are read. */
function createFollowing(window: PacketWindow, changed: () => unknown) {
  const followed = markRaw(new PacketWindow(FOLLOWED))
  let clients: ReadonlySet<string> = new Set()
  window.keepFor(followed)
  function followClients(ids: readonly string[]): void {
    clients = new Set(ids)
    const packets = window.rows().filter((p) => clients.has(p.clientId) && !followed.has(p.seq))
    followed.append({ packets, exchanges: [], journeys: [], marks: [], matched: 0, shown: 0 })
    if (packets.length > 0) changed()
  }
  return { followed, clients: () => clients, followClients }
}

/** Packets of the Handshakes screen: what is watched, what is in the window, and what is selected. */
export const usePackets = defineStore('packets', () => {
  // without reactivity: `version` tells of its changes
  const window = markRaw(new PacketWindow())
  /** Counts up when the window's content should be drawn again. */
  const version = ref(0)
  const filter = ref('')
  const live = ref(true)
  const changed = (): unknown => (version.value += 1)
  const { followed, clients, followClients } = createFollowing(window, changed)
  const parts: Paged = { window, followed, clients, filter, live, changed }
  const paging = createPaging(parts)
  const selection = createSelection()
  const watching = createWatch(parts, selection.follow)

  const range = computed(() => timeRangeOf(filter.value))

  /** What ends at a time is shown from its beginning and stands still. @throws FilterError, and changes nothing then */
  function setFilter(query: string): void {
    parsePacketFilter(query)
    filter.value = query
    live.value = (range.value?.toMs ?? Infinity) === Infinity
    paging.atStart.value = false
    watching.watch()
    if (!live.value) void paging.goTo(1)
  }
  /** Watches while a screen shows packets; returns the way to stop. */
  function open(query: string): () => void {
    setFilter(query)
    return watching.close
  }
  /** Shows a stretch of time, or all again; takes effect when a screen shows packets. */
  function setRange(to: TimeRange | null): void {
    const query = withTimeRange(filter.value, to)
    if (watching.isOpen()) setFilter(query)
    else filter.value = query
  }
  /** What has come by now is drawn at once, and nothing after it. */
  const pause = (): void => {
    if (!live.value) return
    live.value = false
    changed()
  }
  /** Follows the tail again, and so leaves a stretch of time that is over. */
  const follow = (): void => {
    if (!live.value) setFilter(withTimeRange(filter.value, openEnded(range.value)))
  }
  return {
    window,
    version,
    filter,
    live,
    /** Journey that the pointer is on. */
    hovered: shallowRef<number | null>(null),
    ...paging,
    ...selection,
    loading: watching.loading,
    matched: watching.matched,
    shown: watching.shown,
    /** Rows of the window in order of capture. */
    rows: computed(() => (version.value < 0 ? [] : window.rows())),
    /** Rows of the clients shown, in order of capture. */
    followedRows: computed(() => (version.value < 0 ? [] : followed.rows())),
    /** Says whose rows are to be kept however busy the others are. */
    followClients,
    open,
    setFilter,
    /** The stretch of time the filter names, null for none. */
    range,
    setRange,
    pause,
    follow,
    toggle: () => (live.value ? pause() : follow()),
  }
})
