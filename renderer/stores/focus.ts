import type { LabApi } from '@contract/api'
import { quoteValue } from '@contract/query-terms'
import type { PacketBatch, PacketRow } from '@contract/model'
import type { FocusSubject } from '@contract/shown'
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { useLink } from '../api'
import { useLog } from './log'
import { useStatus } from './status'

/** Packets of one message that are asked for at most. */
const ROWS = 500
/** A packet of no message is looked for among so many of its client's that followed. */
const ANSWER_WITHIN = 50

export const subjectOf = (p: PacketRow): FocusSubject =>
  p.journey === null
    ? { kind: 'packet', seq: p.seq, clientId: p.clientId }
    : { kind: 'message', journey: p.journey }

const same = (a: FocusSubject | null, b: FocusSubject): boolean => JSON.stringify(a) === JSON.stringify(b)

async function packetsOf(what: FocusSubject, api: LabApi): Promise<PacketBatch> {
  if (what.kind === 'message') {
    return api.queryPackets({ filter: `journey:${what.journey}`, after: 0, limit: ROWS })
  }
  const found = await api.queryPackets({
    filter: `client:${quoteValue(what.clientId)}`,
    after: what.seq - 1,
    limit: ANSWER_WITHIN,
  })
  return { ...found, packets: found.packets.filter((p) => p.seq === what.seq || p.answers === what.seq) }
}

/** The single message that is looked at, whole, whatever the filter leaves out. */
export const useFocus = defineStore('focus', () => {
  const link = useLink()
  const log = useLog()
  const status = useStatus()
  /** The screen shows one message instead of all packets. */
  const on = shallowRef(false)
  let readers = 0
  const subject = shallowRef<FocusSubject | null>(null)
  const batch = shallowRef<PacketBatch | null>(null)
  /** Packets seen by the engine when the batch was asked for. */
  let askedAt = -1
  let asking = false

  async function refresh(): Promise<void> {
    const what = subject.value
    if (readers === 0 || what === null || asking) return
    asking = true
    askedAt = status.status?.captured.seen ?? 0
    try {
      const found = await packetsOf(what, link.api)
      // what has left the ring is still to be read
      if (same(subject.value, what) && (found.packets.length > 0 || batch.value === null)) batch.value = found
    } catch (thrown) {
      log.fail(thrown)
    } finally {
      asking = false
    }
    if (subject.value !== null && !same(subject.value, what)) await refresh()
  }
  const busy = computed(
    () => batch.value?.packets.some((p) => p.fate === 'held' || p.fate === 'transit') ?? false,
  )
  link.on('status', (s) => {
    if (busy.value || s.captured.seen !== askedAt) void refresh()
  })
  link.on('packets', (b) => {
    if (b.restarted) close()
  })

  function close(): void {
    subject.value = null
    batch.value = null
  }
  function open(what: FocusSubject): void {
    if (same(subject.value, what)) return
    close()
    subject.value = what
    void refresh()
  }
  /** Keeps the message current while it is shown; returns the way to stop. */
  function follow(): () => void {
    readers += 1
    void refresh()
    return () => (readers -= 1)
  }
  return { on, subject, batch, open, follow }
})
