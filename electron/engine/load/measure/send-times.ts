import type { EncodedSendTimes } from '../../../contract/load-report'
import { LatencyHistogram } from '../../base/latency-histogram'

/**
 * Latencies from the time a message was really sent, of those that were answered, and how much later that was than its
 * time. Messages of an open loop only: in a closed one both times are the same.
 */
export class SendTimes {
  private readonly ack = new LatencyHistogram()
  private readonly endToEnd = new LatencyHistogram()
  private readonly delay = new LatencyHistogram()

  sent(delayMs: number): void {
    this.delay.record(delayMs)
  }

  acknowledged(tookMs: number): void {
    this.ack.record(tookMs)
  }

  arrived(tookMs: number): void {
    this.endToEnd.record(tookMs)
  }

  encode(): EncodedSendTimes {
    return { ack: this.ack.encode(), endToEnd: this.endToEnd.encode(), delay: this.delay.encode() }
  }
}
