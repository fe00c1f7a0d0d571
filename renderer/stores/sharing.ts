import type { ShareAddress, ShareState } from '@contract/share'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useLink } from '../api'
import { useConnection } from './connection'
import { useLog } from './log'

/** Sharing with a class as the host sees it; on a viewer's page it stays off. */
export const useSharing = defineStore('sharing', () => {
  const link = useLink()
  const log = useLog()
  const connection = useConnection()
  const state = shallowRef<ShareState>({ on: false })
  const addresses = shallowRef<readonly ShareAddress[]>([])
  /** When the state came, on the page's clock: the code's time runs on from there. */
  const receivedAt = ref(0)
  /** The class had answered votes when the page came. */
  const answered = ref(false)
  const busy = ref(false)
  const open = ref(false)

  const take = (s: ShareState): void => {
    state.value = s
    receivedAt.value = performance.now()
  }
  const refresh = (): Promise<void> =>
    log.attempt(async () => {
      const now = await link.api.getSharing({})
      addresses.value = now.addresses
      answered.value = now.answered
      take(now.state)
    })
  link.on('sharing', take)
  link.onReady((w) => {
    if (w.host.canShare) void refresh()
  })

  /** Runs one command; its answer is the new state, its failure shows. */
  async function act(run: () => Promise<ShareState>): Promise<void> {
    busy.value = true
    await log.attempt(async () => take(await run()))
    busy.value = false
  }

  const viewers = computed(() => (state.value.on ? state.value.viewers : []))
  return {
    state,
    addresses,
    answered,
    busy,
    open,
    viewers,
    available: computed(() => connection.host?.canShare ?? false),
    watching: computed(() => viewers.value.filter((v) => v.connected).length),
    driver: computed(() => viewers.value.find((v) => v.controls) ?? null),
    /** ms for which the code still lets people in, as of now. */
    codeValidMs: (): number => {
      if (!state.value.on) return 0
      return Math.max(0, state.value.codeValidMs - (performance.now() - receivedAt.value))
    },
    refresh,
    start: (address: string) => act(() => link.api.startSharing({ address })),
    stop: () =>
      act(async () => {
        await link.api.stopSharing({})
        return { on: false }
      }),
    renew: () => act(() => link.api.renewJoinCode({})),
    handOver: (viewer: string) => act(() => link.api.handOver({ viewer })),
    takeBack: () => act(() => link.api.takeBack({})),
    remove: (viewer: string) => act(() => link.api.removeViewer({ viewer })),
  }
})
