import type { EngineStatus } from '@contract/model'
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { urlFromElsewhere } from '@contract/loopback'
import { useLink } from '../api'
import { useConnection } from './connection'
import { useLog } from './log'

/** The engine's status, four times per second, and the commands of the run. */
export const useStatus = defineStore('status', () => {
  const link = useLink()
  const log = useLog()
  const status = shallowRef<EngineStatus | null>(null)
  /** When the last status came, on the page's clock: lets a clock run smoothly between two of them. */
  const receivedAt = shallowRef(0)

  const take = (s: EngineStatus): void => {
    status.value = s
    receivedAt.value = performance.now()
  }
  link.onReady((w) => take(w.status))
  link.on('status', take)

  const control = (action: 'run' | 'pause' | 'stop' | 'restart'): Promise<void> =>
    log.attempt(async () => take(await link.api.control({ action })))
  const setSpeed = (speed: number): Promise<void> =>
    log.attempt(async () => {
      await link.api.setSpeed({ speed })
      if (status.value) take({ ...status.value, speed })
    })

  /** Clock time of the run as of now, ms: the last known moved on at its speed. */
  const clockNow = (): number => {
    const s = status.value
    if (!s) return 0
    if (s.run !== 'running' || s.held > 0) return s.nowMs
    return s.nowMs + Math.min(1000, performance.now() - receivedAt.value) * s.speed
  }

  const connection = useConnection()
  /** A broker's address as this page's computer reaches it, which a pupil's does over the class network; else null. */
  const reachable = (url: string | null): string | null =>
    url === null || connection.viewer === null ? url : urlFromElsewhere(url, location.hostname)

  return {
    status,
    control,
    reachable,
    setSpeed,
    clockNow,
    /** A recorded capture is shown in place of the run. */
    recorded: computed(() => (status.value?.recording ?? null) !== null),
    running: computed(() => status.value?.run === 'running'),
    /** The address to give to other clients. */
    brokerUrl: computed(() => {
      const b = status.value?.broker
      return reachable(
        b?.url ?? b?.listeners.find((l) => l.kind === 'tcp')?.url ?? b?.listeners[0]?.url ?? null,
      )
    }),
  }
})
