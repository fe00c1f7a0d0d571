import type { PacketBatch, PacketDetail } from '@contract/model'
import { parsePacketFilter } from '@contract/packet-filter'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useLink } from '../api'
import { useLog } from './log'
import { usePacketFeed } from './packet-feed'
import { PacketWindow } from './packet-window'

const TAIL = 400
const PAGE = 300
/** The picture changes at most this often, ms: often enough to follow, seldom enough to read. */
const CALM_MS = 250
const BUSY_MS = 1000
/** Packets a second above which the picture changes once a second. */
const BUSY_RATE = 150

/** Packets of the Handshakes screen: what is watched, what is in the window, and what is selected. */
export const usePackets = defineStore('packets', () => {
  const link = useLink()
  const log = useLog()
  const feed = usePacketFeed()
  const window = new PacketWindow()
  /** Counts up when the window's content should be drawn again. */
  const version = ref(0)
  const filter = ref('')
  const live = ref(true)
  const loading = ref(true)
  const matched = ref(0)
  const shown = ref(0)
  const selected = shallowRef<number | null>(null)
  const hovered = shallowRef<number | null>(null)
  const detail = shallowRef<PacketDetail | null>(null)
  const atStart = ref(false)
  const rate = ref(0)
  let stop: (() => void) | null = null
  let timer: ReturnType<typeof setTimeout> | null = null
  let drawnAt = -Infinity
  let paging = false

  function redraw(): void {
    if (timer !== null) return
    const wait = Math.max(0, (rate.value > BUSY_RATE ? BUSY_MS : CALM_MS) - (performance.now() - drawnAt))
    timer = setTimeout(() => {
      timer = null
      drawnAt = performance.now()
      version.value++
    }, wait)
  }

  let countedAt = performance.now()
  let counted = 0
  function countRate(n: number): void {
    counted += n
    const now = performance.now()
    if (now - countedAt < 1000) return
    rate.value = (counted * 1000) / (now - countedAt)
    counted = 0
    countedAt = now
  }

  function onBatch(batch: PacketBatch, fresh: boolean): void {
    if (fresh) {
      // a pause outlives a lost connection: what is looked at stays
      if (live.value || window.size === 0) {
        window.clear()
        window.append(batch)
      }
      loading.value = false
      atStart.value = false
      drawnAt = -Infinity
    } else {
      countRate(batch.packets.length)
      if (live.value) window.append(batch)
      else window.update(batch)
    }
    matched.value = batch.matched
    shown.value = batch.shown
    if (selected.value !== null && batch.packets.some((p) => p.seq === selected.value)) void refreshDetail()
    redraw()
  }

  /** Watches while a screen shows packets; returns the way to stop. */
  function open(query: string): () => void {
    setFilter(query)
    return () => {
      stop?.()
      stop = null
    }
  }

  /** @throws FilterError, and changes nothing then */
  function setFilter(query: string): void {
    parsePacketFilter(query)
    filter.value = query
    live.value = true
    loading.value = true
    window.clear()
    version.value++
    stop?.()
    stop = feed.watch({
      filter: query,
      tail: TAIL,
      onBatch,
      onError: (thrown) => {
        loading.value = false
        log.fail(thrown)
      },
    })
  }

  function pause(): void {
    live.value = false
    version.value++
  }
  /** Follows the tail again. */
  function follow(): void {
    if (!live.value) setFilter(filter.value)
  }

  async function page(query: { before: number } | { after: number }): Promise<number> {
    if (paging) return 0
    paging = true
    try {
      const batch = await link.api.queryPackets({ filter: filter.value, ...query, limit: PAGE })
      if ('before' in query) window.prepend(batch)
      else window.append(batch)
      if (batch.packets.length > 0) version.value++
      return batch.packets.length
    } catch (thrown) {
      log.fail(thrown)
      return 0
    } finally {
      paging = false
    }
  }
  /** Older packets of the ring before the window; the view stands still from here on. */
  async function loadOlder(): Promise<void> {
    const first = window.firstSeq
    if (first === null || atStart.value || paging) return
    live.value = false
    if ((await page({ before: first })) === 0) atStart.value = true
  }
  /** Newer packets after a window that stands still. */
  async function loadNewer(): Promise<void> {
    const last = window.lastSeq
    if (last !== null && !live.value) await page({ after: last })
  }

  async function refreshDetail(): Promise<void> {
    const seq = selected.value
    if (seq === null) return
    try {
      const found = await link.api.getPacket({ seq })
      if (selected.value === seq) detail.value = found
    } catch (thrown) {
      // it has left the ring: say so by showing none, but keep what is on the screen selected
      if (selected.value === seq) detail.value = null
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'not-found')) log.fail(thrown)
    }
  }
  function select(seq: number | null): void {
    selected.value = seq
    if (detail.value?.row.seq !== seq) detail.value = null
    void refreshDetail()
  }

  return {
    window,
    version,
    filter,
    live,
    loading,
    matched,
    shown,
    rate,
    selected,
    hovered,
    detail,
    atStart,
    rows: computed(() => {
      version.value
      return window.rows()
    }),
    open,
    setFilter,
    pause,
    follow,
    loadOlder,
    loadNewer,
    select,
    exportPcapng: () => link.api.exportPcapng({ filter: filter.value }),
  }
})
