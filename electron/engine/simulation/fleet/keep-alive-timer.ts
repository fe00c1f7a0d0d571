import type { IClientOptions } from 'mqtt'
import type { Clock, Timer } from '../clock/clock'

type TimerVariant = Exclude<NonNullable<IClientOptions['timerVariant']>, string>

interface Token {
  dueMs: number
  everyMs: number
  fire: () => void
}

/**
 * mqtt.js's keep-alive timer on the engine's clock. The library rearms it with every packet; one clock timer a device
 * that looks at the latest deadline when it fires saves two heap operations a packet.
 */
export function createKeepAliveTimer(clock: Clock): TimerVariant {
  let active: Token | null = null
  let armed: Timer | undefined
  const arm = (): void => {
    if (!active || armed) return
    armed = clock.schedule(active.dueMs - clock.now(), () => {
      armed = undefined
      const token = active
      if (token && token.dueMs <= clock.now()) {
        token.dueMs = clock.now() + token.everyMs
        token.fire()
      }
      arm()
    })
  }
  return {
    set(fire: () => void, ms = 0) {
      active = { dueMs: clock.now() + ms, everyMs: ms, fire }
      arm()
      return active as unknown as ReturnType<TimerVariant['set']>
    },
    clear(token) {
      if ((token as unknown) === active) active = null
    },
  }
}
