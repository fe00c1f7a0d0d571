import { ref, shallowRef, type Ref } from 'vue'
import { useLink } from '../api'
import { useLog } from './log'
import type { PacketWindow } from './packet-window'
import { createTurns } from './turns'

const PAGE = 300

export interface Paged {
  window: PacketWindow
  filter: Ref<string>
  live: Ref<boolean>
  /** Rows of the clients shown, kept longer than the rest. */
  followed: PacketWindow
  clients: () => ReadonlySet<string>
  changed: () => unknown
}

/** Reads the engine's ring beyond the window: in either direction, or from somewhere else. */
export function createPaging({ window, followed, clients, filter, live, changed }: Paged) {
  const link = useLink()
  const atStart = ref(false)
  /** Where the window was moved to last. */
  const reached = shallowRef<{ seq: number } | null>(null)
  const log = useLog()
  const turns = createTurns()
  /** One reading at a time: what is asked for meanwhile is left out. */
  const alone = (read: () => Promise<void>): Promise<void> => log.attempt(() => turns.ifFree(read))

  const ask = (where: { before: number } | { after: number }) =>
    link.api.queryPackets({ filter: filter.value, ...where, limit: PAGE })
  /** Answers to what was asked, or null once the window shows another run or query: their numbers name other packets. */
  async function stillWanted<T>(asked: Promise<T>): Promise<T | null> {
    const { begun } = window
    const answer = await asked
    return window.begun === begun ? answer : null
  }

  /** Older packets of the ring before the window; the view stands still from here on. */
  async function loadOlder(): Promise<void> {
    const first = window.firstSeq
    if (first === null || atStart.value) return
    live.value = false
    await alone(async () => {
      const batch = await stillWanted(ask({ before: first }))
      if (!batch) return
      window.prepend(batch)
      if (batch.packets.length > 0) changed()
      else atStart.value = true
    })
  }
  /** Newer packets after a window that stands still. */
  async function loadNewer(): Promise<void> {
    const last = window.lastSeq
    if (last === null || live.value) return
    await alone(async () => {
      const batch = await stillWanted(ask({ after: last }))
      if (!batch) return
      const first = window.firstSeq
      window.append(batch)
      if (window.firstSeq !== first) atStart.value = false
      if (batch.packets.length > 0) changed()
    })
  }
  /** Leaves the window for the packets around a capture number; the view stands still there. The latest wish counts. */
  async function goTo(seq: number): Promise<void> {
    live.value = false
    await log.attempt(() => turns.latest(() => moveTo(seq)))
  }
  async function moveTo(seq: number): Promise<void> {
    const around = await stillWanted(Promise.all([ask({ before: seq }), ask({ after: seq - 1 })]))
    if (!around) return
    const [older, newer] = around
    window.clear()
    followed.clear()
    window.append(older)
    window.append(newer)
    const packets = window.rows().filter((p) => clients().has(p.clientId))
    followed.append({ ...newer, packets, exchanges: [], journeys: [] })
    atStart.value = older.packets.length === 0
    reached.value = { seq }
    changed()
  }
  return { atStart, reached, loadOlder, loadNewer, goTo }
}
