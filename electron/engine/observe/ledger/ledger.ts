import type { Latency, LedgerRow } from '../../../contract/model'
import type { QoS } from '../../../contract/packet'
import { LatencyHistogram, type LatencyCounts } from '../../base/latency-histogram'
import { PublisherMessages } from './publisher-messages'

/** A message on its way into the network. */
export interface LedgerOffer {
  group: string
  publisher: string
  sequence: number
  qos: QoS
  /** Clock ms at which it was due. */
  atMs: number
}

interface GroupCounts {
  group: string
  qos: QoS
  offered: number
  expected: number
  delivered: number
  writtenOff: number
  duplicated: number
  outOfOrder: number
  /** Of all first arrivals. */
  latency: LatencyHistogram
  /** The same added up, exact. */
  latencySumMicros: number
}

/** Who publishes: its messages, and the row they are counted in. */
interface Publisher {
  group: string
  counts: GroupCounts
  messages: PublisherMessages
}

/** Settled messages kept over all publishers. */
const KEEP_SETTLED = 200_000
const MICROS = 1000

/**
 * End-to-end accounting by message identity: publisher and sequence number. A duplicate is counted as a duplicate and
 * never hides a loss.
 */
export class Ledger {
  private groups = new Map<string, GroupCounts>()
  private publishers = new Map<string, Publisher>()

  /** Opens a row for a group, so that it shows before its first message. */
  open(group: string, qos: QoS): void {
    const known = this.groups.get(group)
    if (known) known.qos = qos
    else this.groups.set(group, this.createCounts(group, qos))
  }

  /**
   * @param subscribers those whose subscriptions matched when it was published
   * @param deadlineMs clock ms after which what has not arrived is lost; Infinity while something may still repeat it
   */
  offered(offer: LedgerOffer, subscribers: number, deadlineMs: number): void {
    const publisher = this.publisher(offer)
    publisher.counts.offered++
    publisher.counts.expected += subscribers
    if (offer.sequence === 1) this.beginAgain(publisher)
    publisher.messages.add(offer.sequence, offer.atMs, deadlineMs, subscribers)
  }

  /** A publisher that counts from 1 again is a new one: what is open of the old one is lost. */
  private beginAgain(publisher: Publisher): void {
    publisher.messages.sweep(0, (place) => settle(publisher, place, 0, true))
    publisher.messages = new PublisherMessages()
  }

  /** One copy of a message reached a subscriber's application. Messages of other runs and clients are ignored. */
  received(publisher: string, sequence: number, subscriber: string, topic: string, atMs: number): void {
    const known = this.publishers.get(publisher)
    const place = known?.messages.find(sequence) ?? -1
    if (known === undefined || place < 0) return
    const { counts, messages } = known
    if (messages.addCopy(place, subscriber) > 0) {
      counts.duplicated++
      return
    }
    counts.delivered++
    if (messages.isWrittenOff(place)) counts.writtenOff--
    const latencyMs = Math.max(0, atMs - messages.atMs(place))
    counts.latency.record(latencyMs)
    counts.latencySumMicros += Math.round(latencyMs * MICROS)
    if (messages.isOvertaken(subscriber, topic, sequence)) counts.outOfOrder++
  }

  /** Writes off what can no longer arrive; `final` writes off everything that is open. */
  sweep(nowMs: number, final = false): void {
    const keep = Math.max(64, Math.floor(KEEP_SETTLED / Math.max(1, this.publishers.size)))
    for (const publisher of this.publishers.values()) {
      publisher.messages.sweep(keep, (place) => settle(publisher, place, nowMs, final))
    }
  }

  rows(): LedgerRow[] {
    return [...this.groups.values()].map((a) => {
      const lost = Math.max(0, a.writtenOff)
      return {
        group: a.group,
        qos: a.qos,
        offered: a.offered,
        expected: a.expected,
        delivered: a.delivered,
        lost,
        inFlight: Math.max(0, a.expected - a.delivered - lost),
        duplicated: a.duplicated,
        outOfOrder: a.outOfOrder,
        latencyMs: latencyOf(a.latency),
      }
    })
  }

  /** Latencies of each group's first arrivals so far, as `rows` counts them. */
  latencies(): [group: string, latencies: LatencyCounts][] {
    return [...this.groups.values()].map((a) => [a.group, a.latency])
  }

  /** Mean time from publish to first arrival of a group's messages, ms; exact, unlike the percentiles. Null without any. */
  meanLatencyMs(group: string): number | null {
    const counts = this.groups.get(group)
    if (counts === undefined || counts.delivered === 0) return null
    return counts.latencySumMicros / counts.delivered / MICROS
  }

  /** Forgets a group and its publishers. */
  remove(group: string): void {
    this.groups.delete(group)
    for (const [name, publisher] of this.publishers)
      if (publisher.group === group) this.publishers.delete(name)
  }

  private countsOf(group: string, qos: QoS): GroupCounts {
    let counts = this.groups.get(group)
    if (!counts) {
      counts = this.createCounts(group, qos)
      this.groups.set(group, counts)
    }
    return counts
  }

  private createCounts(group: string, qos: QoS): GroupCounts {
    const zero = { offered: 0, expected: 0, delivered: 0, writtenOff: 0, duplicated: 0, outOfOrder: 0 }
    return { group, qos, ...zero, latency: new LatencyHistogram(), latencySumMicros: 0 }
  }

  private publisher({ publisher, group, qos }: LedgerOffer): Publisher {
    let known = this.publishers.get(publisher)
    if (known?.group === group) return known
    known = { group, counts: this.countsOf(group, qos), messages: known?.messages ?? new PublisherMessages() }
    this.publishers.set(publisher, known)
    return known
  }
}

/** Whether nothing is expected of a message any more; what is missing at its deadline is lost. */
function settle({ counts, messages }: Publisher, place: number, nowMs: number, final: boolean): boolean {
  const missing = messages.missing(place)
  if (missing <= 0 || messages.isWrittenOff(place)) return true
  if (!final && nowMs < messages.deadlineMs(place)) return false
  messages.writeOff(place)
  counts.writtenOff += missing
  return true
}

function latencyOf(h: LatencyHistogram): Latency {
  const max = h.maxMs
  // A bucket is named by its highest value, which may be above anything recorded.
  const at = (p: number): number | null => (max === null ? null : Math.min(h.at(p) ?? max, max))
  return { p50: at(50), p95: at(95), p99: at(99), max }
}
