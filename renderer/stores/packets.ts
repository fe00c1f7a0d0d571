import type { PacketBatch } from '@contract/model'
import { parsePacketFilter } from '@contract/packet-filter'
import { defineStore } from 'pinia'
import { computed, markRaw, ref, shallowRef, type Ref } from 'vue'
import { useLink } from '../api'
import { useLog } from './log'
import { Calm } from './packet-calm'
import { usePacketFeed } from './packet-feed'
import { createSelection } from './packet-selection'
import { PacketWindow } from './packet-window'

const TAIL = 400
const PAGE = 300
/** Rows kept of the clients shown, however busy the others are. */
const FOLLOWED = 600

interface Paged {
  window: PacketWindow
  filter: Ref<string>
  live: Ref<boolean>
  /** Rows of the clients shown, kept longer than the rest. */
  followed: PacketWindow
  clients: () => ReadonlySet<string>
  changed: () => unknown
}

/** Reads the engine's ring beyond the window, in either direction. */
function createPaging({ window, filter, live, changed }: Paged) {
  const link = useLink()
  const log = useLog()
  const atStart = ref(false)
  let busy = false

  async function page(query: { before: number } | { after: number }): Promise<number> {
    busy = true
    try {
      const batch = await link.api.queryPackets({ filter: filter.value, ...query, limit: PAGE })
      if ('before' in query) window.prepend(batch)
      else window.append(batch)
      if (batch.packets.length > 0) changed()
      return batch.packets.length
    } catch (thrown) {
      log.fail(thrown)
      return 0
    } finally {
      busy = false
    }
  }
  /** Older packets of the ring before the window; the view stands still from here on. */
  async function loadOlder(): Promise<void> {
    const first = window.firstSeq
    if (first === null || atStart.value || busy) return
    live.value = false
    if ((await page({ before: first })) === 0) atStart.value = true
  }
  /** Newer packets after a window that stands still. */
  async function loadNewer(): Promise<void> {
    const last = window.lastSeq
    if (last !== null && !live.value && !busy) await page({ after: last })
  }
  return { atStart, loadOlder, loadNewer }
}

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
    } else if (live.value || window.size === 0) {
      // a pause outlives a lost connection: what is looked at stays
      window.clear()
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
    window.clear()
    followed.clear()
    changed()
    stop?.()
    const onError = (thrown: unknown): void => {
      loading.value = false
      log.fail(thrown)
    }
    stop = feed.watch({ filter: filter.value, tail: TAIL, onBatch: take, onError })
  }
  function close(): void {
    stop?.()
    stop = null
  }
  return { loading, matched, shown, watch, close }
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
  /** Journey that the pointer is on. */
  const hovered = shallowRef<number | null>(null)
  const changed = (): unknown => (version.value += 1)
  const { followed, clients, followClients } = createFollowing(window, changed)
  const parts: Paged = { window, followed, clients, filter, live, changed }
  const paging = createPaging(parts)
  const selection = createSelection()
  const watching = createWatch(parts, selection.follow)

  /** @throws FilterError, and changes nothing then */
  function setFilter(query: string): void {
    parsePacketFilter(query)
    filter.value = query
    live.value = true
    paging.atStart.value = false
    watching.watch()
  }
  /** Watches while a screen shows packets; returns the way to stop. */
  function open(query: string): () => void {
    setFilter(query)
    return watching.close
  }
  /** What has come by now is drawn at once, and nothing after it. */
  const pause = (): void => {
    if (!live.value) return
    live.value = false
    changed()
  }
  /** Follows the tail again. */
  const follow = (): void => {
    if (!live.value) setFilter(filter.value)
  }
  return {
    window,
    version,
    filter,
    live,
    hovered,
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
    pause,
    follow,
    toggle: () => (live.value ? pause() : follow()),
  }
})
