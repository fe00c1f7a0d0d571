import { ApiError } from '@contract/errors'
import type { PacketBatch, PacketDetail } from '@contract/model'
import { shallowRef } from 'vue'
import { useLink } from '../api'
import { useLog } from './log'

/** One selection for diagram, table and decoder, with the packet's bytes fetched. */
export function createSelection() {
  const link = useLink()
  const log = useLog()
  const selected = shallowRef<number | null>(null)
  /** Null while it is fetched, and when the packet has left the ring. */
  const detail = shallowRef<PacketDetail | null>(null)
  const fetching = shallowRef(false)

  async function fetchDetail(seq: number): Promise<void> {
    fetching.value = true
    try {
      const found = await link.api.getPacket({ seq })
      if (selected.value === seq) detail.value = found
    } catch (thrown) {
      if (selected.value === seq) detail.value = null
      if (!(thrown instanceof ApiError && thrown.code === 'not-found')) log.fail(thrown)
    } finally {
      if (selected.value === seq) fetching.value = false
    }
  }
  function select(seq: number | null): void {
    if (seq === selected.value) return
    selected.value = seq
    detail.value = null
    if (seq !== null) void fetchDetail(seq)
  }
  /** Fetches again when a batch tells that something became of the selected packet. */
  function follow(batch: PacketBatch): void {
    if (batch.restarted) select(null)
    const seq = selected.value
    if (seq !== null && batch.packets.some((p) => p.seq === seq)) void fetchDetail(seq)
  }
  return { selected, detail, fetching, select, follow }
}
