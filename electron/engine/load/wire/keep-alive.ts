/**
 * When a client must send PINGREQ, and when it must give its broker up (MQTT 3.1.1 section 3.1.2.10). Times in ms.
 * PINGREQ also serves as a barrier: a broker answers in order, so PINGRESP tells that it has read all before it.
 */
export class KeepAlive {
  /** 0 turns it off. */
  intervalMs = 0
  /** PINGREQs without their PINGRESP. */
  outstanding = 0
  private sentMs = 0
  private waitingSinceMs = 0

  begin(intervalMs: number, nowMs: number): void {
    this.intervalMs = intervalMs
    this.outstanding = 0
    this.sentMs = nowMs
  }

  /** A packet was sent. */
  sent(nowMs: number): void {
    this.sentMs = nowMs
  }

  /** PINGREQ was sent. */
  pinged(nowMs: number): void {
    this.sentMs = nowMs
    if (this.outstanding++ === 0) this.waitingSinceMs = nowMs
  }

  /** PINGRESP came. */
  answered(nowMs: number): void {
    if (this.outstanding > 0) this.outstanding--
    this.waitingSinceMs = nowMs
  }

  /** What to do now. */
  check(nowMs: number): 'ping' | 'dead' | null {
    if (this.intervalMs === 0) return null
    if (this.outstanding > 0) return nowMs - this.waitingSinceMs > this.intervalMs ? 'dead' : null
    return nowMs - this.sentMs >= this.intervalMs * 0.75 ? 'ping' : null
  }
}
