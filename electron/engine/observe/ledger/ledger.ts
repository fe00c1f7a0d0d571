import { build, type Histogram } from 'hdr-histogram-js'
import type { Latency, LedgerRow } from '../../../contract/model'
import type { QoS } from '../../../contract/packet'
import { Book } from './book'

/** A message on its way into the network. */
export interface LedgerOffer {
  group: string
  publisher: string
  sequence: number
  qos: QoS
  /** Clock ms at which it was due. */
  atMs: number
}

interface Account {
  group: string
  qos: QoS
  offered: number
  expected: number
  delivered: number
  writtenOff: number
  duplicated: number
  outOfOrder: number
  latency: Histogram
}

/** Who publishes: its messages, and the row they are counted in. */
interface Publisher {
  group: string
  account: Account
  book: Book
}

/** Settled messages kept over all publishers. */
const KEEP_SETTLED = 200_000
const MICROS = 1000
/** An hour; longer latencies are recorded as this. */
const MAX_MICROS = 3_600_000_000

const createHistogram = (): Histogram =>
  build({ lowestDiscernibleValue: 1, highestTrackableValue: MAX_MICROS, numberOfSignificantValueDigits: 3 })

/**
 * End-to-end accounting by message identity: publisher and sequence number. A duplicate is counted as a duplicate and
 * never hides a loss.
 */
export class Ledger {
  private accounts = new Map<string, Account>()
  private publishers = new Map<string, Publisher>()

  /** Opens a row for a group, so that it shows before its first message. */
  open(group: string, qos: QoS): void {
    const known = this.accounts.get(group)
    if (known) known.qos = qos
    else this.accounts.set(group, this.createAccount(group, qos))
  }

  /**
   * @param subscribers those whose subscriptions matched when it was published
   * @param deadlineMs clock ms after which what has not arrived is lost; Infinity while something may still repeat it
   */
  offered(offer: LedgerOffer, subscribers: number, deadlineMs: number): void {
    const publisher = this.publisher(offer)
    publisher.account.offered++
    publisher.account.expected += subscribers
    if (offer.sequence === 1) this.beginAgain(publisher)
    publisher.book.add(offer.sequence, offer.atMs, deadlineMs, subscribers)
  }

  /** A publisher that counts from 1 again is a new one: what is open of the old one is lost. */
  private beginAgain(publisher: Publisher): void {
    publisher.book.sweep(0, (place) => settle(publisher, place, 0, true))
    publisher.book = new Book()
  }

  /** One copy of a message reached a subscriber's application. Messages of other runs and clients are ignored. */
  received(publisher: string, sequence: number, subscriber: string, topic: string, atMs: number): void {
    const known = this.publishers.get(publisher)
    const place = known?.book.find(sequence) ?? -1
    if (known === undefined || place < 0) return
    const { account, book } = known
    if (book.addCopy(place, subscriber) > 0) {
      account.duplicated++
      return
    }
    account.delivered++
    if (book.isWrittenOff(place)) account.writtenOff--
    const micros = Math.round((atMs - book.atMs(place)) * MICROS)
    account.latency.recordValue(Math.min(MAX_MICROS, Math.max(0, micros)))
    if (book.isOvertaken(subscriber, topic, sequence)) account.outOfOrder++
  }

  /** Writes off what can no longer arrive; `final` writes off everything that is open. */
  sweep(nowMs: number, final = false): void {
    const keep = Math.max(64, Math.floor(KEEP_SETTLED / Math.max(1, this.publishers.size)))
    for (const publisher of this.publishers.values()) {
      publisher.book.sweep(keep, (place) => settle(publisher, place, nowMs, final))
    }
  }

  rows(): LedgerRow[] {
    return [...this.accounts.values()].map((a) => {
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

  /** Forgets a group and its publishers. */
  remove(group: string): void {
    this.accounts.delete(group)
    for (const [name, publisher] of this.publishers)
      if (publisher.group === group) this.publishers.delete(name)
  }

  private account(group: string, qos: QoS): Account {
    let account = this.accounts.get(group)
    if (!account) {
      account = this.createAccount(group, qos)
      this.accounts.set(group, account)
    }
    return account
  }

  private createAccount(group: string, qos: QoS): Account {
    const zero = { offered: 0, expected: 0, delivered: 0, writtenOff: 0, duplicated: 0, outOfOrder: 0 }
    return { group, qos, ...zero, latency: createHistogram() }
  }

  private publisher({ publisher, group, qos }: LedgerOffer): Publisher {
    let known = this.publishers.get(publisher)
    if (known?.group === group) return known
    known = { group, account: this.account(group, qos), book: known?.book ?? new Book() }
    this.publishers.set(publisher, known)
    return known
  }
}

/** Whether nothing is expected of a message any more; what is missing at its deadline is lost. */
function settle({ account, book }: Publisher, place: number, nowMs: number, final: boolean): boolean {
  const missing = book.missing(place)
  if (missing <= 0 || book.isWrittenOff(place)) return true
  if (!final && nowMs < book.deadlineMs(place)) return false
  book.writeOff(place)
  account.writtenOff += missing
  return true
}

function latencyOf(h: Histogram): Latency {
  if (h.totalCount === 0) return { p50: null, p95: null, p99: null, max: null }
  // A bucket is named by its highest value, which may be above anything recorded.
  const at = (p: number): number => Math.min(h.getValueAtPercentile(p), h.maxValue) / MICROS
  return { p50: at(50), p95: at(95), p99: at(99), max: h.maxValue / MICROS }
}
