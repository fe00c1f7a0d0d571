/** When a client must send PINGREQ, and when it must give its broker up (MQTT 3.1.1 section 3.1.2.10). Times in ms. */
export class KeepAlive {
  /** 0 turns it off. */
  intervalMs = 0
  private sentMs = 0
  private pingMs = 0

  begin(intervalMs: number, nowMs: number): void {
    this.intervalMs = intervalMs
    this.sentMs = nowMs
    this.pingMs = 0
  }

  /** A packet was sent. */
  sent(nowMs: number): void {
    this.sentMs = nowMs
  }

  /** PINGRESP came. */
  answered(): void {
    this.pingMs = 0
  }

  /** What to do now; `ping` counts as sent. */
  check(nowMs: number): 'ping' | 'dead' | null {
    if (this.intervalMs === 0) return null
    if (this.pingMs > 0) return nowMs - this.pingMs > this.intervalMs ? 'dead' : null
    if (nowMs - this.sentMs < this.intervalMs * 0.75) return null
    this.pingMs = nowMs
    this.sentMs = nowMs
    return 'ping'
  }
}
