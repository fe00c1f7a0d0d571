import { EPSILON_MS, steadyMs, type Clock, type Timer } from '../clock/clock'

/** Ends a connection that stays silent: before CONNECT, and for longer than its keep-alive afterwards. */
export class ConnectionTimeouts {
  private timer: Timer | undefined
  private lastHeardMs = 0
  private stopped = false

  /**
   * @param afterReading runs a step once what has arrived is read: after the process stood still, timers are due before it
   * is, and a client that did nothing wrong must not be cut
   */
  constructor(
    private readonly clock: Clock,
    private readonly afterReading: (step: () => void) => void,
  ) {}

  /** CONNECT is due within `limitMs`; 0 is no limit. */
  awaitConnect(limitMs: number, tooLate: () => void): void {
    if (limitMs > 0) this.timer = this.clock.schedule(limitMs, tooLate)
  }

  /** One and a half times the keep-alive without a packet is too long [MQTT-3.1.2-24]; 0 seconds is never. */
  keepAlive(seconds: number, tooLate: (limitMs: number) => void): void {
    this.clock.cancel(this.timer)
    this.timer = undefined
    if (seconds === 0) return
    const limitMs = seconds * 1500
    this.heard()
    const leftMs = () => this.lastHeardMs + limitMs - steadyMs(this.clock)
    const again = () => {
      this.timer = this.clock.schedule(leftMs(), check)
    }
    const check = () => {
      if (leftMs() > EPSILON_MS) {
        again()
        return
      }
      this.timer = undefined
      this.afterReading(() => {
        if (this.stopped) return
        if (leftMs() > EPSILON_MS) again()
        else tooLate(limitMs)
      })
    }
    this.timer = this.clock.schedule(limitMs, check)
  }

  heard(): void {
    this.lastHeardMs = steadyMs(this.clock)
  }

  stop(): void {
    this.stopped = true
    this.clock.cancel(this.timer)
    this.timer = undefined
  }
}
