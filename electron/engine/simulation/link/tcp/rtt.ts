/** Upper bound of the retransmission timeout (RFC 6298 2.5 asks for one of at least 60 seconds; Linux: TCP_RTO_MAX). */
const MAX_RTO_MS = 120_000

/**
 * Round-trip times and the retransmission timeout of one sender: RFC 6298 as Linux computes it (tcp_rtt_estimator). The
 * timeout is SRTT plus four times the deviation, but the second term is never below `floorMs`, where the RFC has the whole
 * timeout never below 1 s. The deviation is the greatest of the last round trip and falls slowly.
 */
export class RoundTrips {
  /** Smoothed, in ms. */
  srttMs: number
  /** Least that was ever seen. */
  leastMs: number
  private deviationMs: number
  private greatestMs: number
  private spreadMs: number
  private doublings = 0
  /** Where the stream was when the present round trip began. */
  private roundEnd = 0

  /**
   * @param firstMs what the three-way handshake measured
   * @param floorMs least distance of the timeout from SRTT (Linux: tcp_rto_min, 200 ms)
   */
  constructor(
    firstMs: number,
    private readonly floorMs: number,
  ) {
    this.srttMs = firstMs
    this.leastMs = firstMs
    this.deviationMs = firstMs * 2
    this.spreadMs = Math.max(this.deviationMs, floorMs)
    this.greatestMs = this.spreadMs
  }

  /** Retransmission timeout in ms. */
  get rtoMs(): number {
    return Math.min((this.srttMs + this.spreadMs) * 2 ** this.doublings, MAX_RTO_MS)
  }

  /** The timer has run out: the next timeout is twice as long (RFC 6298 5.5). */
  backOff(): void {
    this.doublings++
  }

  /**
   * A measured round trip, which also ends the doubling.
   * @param acknowledged how far the stream is acknowledged
   * @param sent how far it was sent
   */
  sample(ms: number, acknowledged: number, sent: number): void {
    this.doublings = 0
    this.leastMs = Math.min(this.leastMs, ms)
    const error = ms - this.srttMs
    this.srttMs += error / 8
    // deviationMs is four times the mean deviation. A round trip that is shorter than usual counts an eighth.
    let change = Math.abs(error) - this.deviationMs / 4
    if (error < 0 && change > 0) change /= 8
    this.deviationMs += change
    this.greatestMs = Math.max(this.greatestMs, this.deviationMs)
    this.spreadMs = Math.max(this.spreadMs, this.greatestMs)
    if (acknowledged <= this.roundEnd) return
    if (this.greatestMs < this.spreadMs) this.spreadMs -= (this.spreadMs - this.greatestMs) / 4
    this.roundEnd = sent
    this.greatestMs = this.floorMs
  }
}
