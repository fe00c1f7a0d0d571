import type { PacketBatch } from '@contract/model'
import { defineStore } from 'pinia'
import { useLink } from '../api'

interface Watch {
  filter: string
  tail: number
  /** `fresh`: the answer to a new watch, or the first packets of another run; it replaces what was known. */
  onBatch: (batch: PacketBatch, fresh: boolean) => void
  onError: (thrown: unknown) => void
}

/**
 * The one stream of packets the engine sends to this page. The screen that is shown owns it; a screen that comes up takes
 * it over, and asks again after a reconnection.
 */
export const usePacketFeed = defineStore('packet-feed', () => {
  const link = useLink()
  let current: Watch | null = null
  let live: Watch | null = null

  async function ask(watch: Watch): Promise<void> {
    live = null
    try {
      const batch = await link.api.watchPackets({ filter: watch.filter, tail: watch.tail })
      if (current !== watch) return
      // Batches of the watch before this one have all arrived by now: the channel keeps order.
      live = watch
      watch.onBatch(batch, true)
    } catch (thrown) {
      if (current === watch) watch.onError(thrown)
    }
  }

  link.on('packets', (batch) => live?.onBatch(batch, batch.restarted === true))
  /** Which recorded capture is shown, 0 for the run: what was there before the watch has to be asked for. */
  let recording = 0
  link.on('status', (s) => {
    const shown = s.recording?.revision ?? 0
    if (shown === recording) return
    recording = shown
    if (current) void ask(current)
  })
  link.onReady(() => {
    if (current) void ask(current)
  })

  /** Watches from now on; returns the way to stop, which does nothing once another screen watches. */
  function watch(w: Watch): () => void {
    current = w
    void ask(w)
    return () => {
      if (current !== w) return
      current = null
      live = null
      link.api.unwatchPackets({}).catch(() => undefined)
    }
  }

  return { watch }
})
