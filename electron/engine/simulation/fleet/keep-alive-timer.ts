import type { IClientOptions } from 'mqtt'
import { EPSILON_MS, steadyMs, type Clock, type Timer } from '../clock/clock'

type TimerVariant = Exclude<NonNullable<IClientOptions['timerVariant']>, string>

interface Token {
  dueMs: number
  everyMs: number
  /** A packet heard after this began the count again; kept, since `dueMs - everyMs` is not it to the last bit. */
  sinceMs: number
  fire: () => void
}

/**
 * mqtt.js's keep-alive timer on the engine's clock, for a client with `reschedulePings: false`. The library would set
 * its timer again with every packet that comes; here the time of the last packet is asked for when the timer is due, and
 * only then is the count of the library begun again.
 * @param heardMs steady ms at which the client was handed a packet last
 * @param restart makes the library count from zero and set its timer again
 */
export function createKeepAliveTimer(clock: Clock, heardMs: () => number, restart: () => void): TimerVariant {
  let active: Token | null = null
  let armed: Timer | undefined
  const arm = (): void => {
    if (!active || armed) return
    armed = clock.schedule(active.dueMs - steadyMs(clock), () => {
      armed = undefined
      due()
      arm()
    })
  }
  const due = (): void => {
    const token = active
    if (!token || token.dueMs > steadyMs(clock) + EPSILON_MS) return
    const heard = heardMs()
    if (heard > token.sinceMs) {
      // whatever the library makes of it, this packet is counted once
      token.sinceMs = heard
      token.dueMs = heard + token.everyMs
      restart()
      return
    }
    token.sinceMs = steadyMs(clock)
    token.dueMs = token.sinceMs + token.everyMs
    token.fire()
  }
  return {
    set(fire: () => void, ms = 0) {
      const [heard, now] = [heardMs(), steadyMs(clock)]
      active = { dueMs: Math.max(heard + ms, now), everyMs: ms, sinceMs: Math.max(heard, now - ms), fire }
      arm()
      return active as unknown as ReturnType<TimerVariant['set']>
    },
    clear(token) {
      if ((token as unknown) === active) active = null
    },
  }
}
