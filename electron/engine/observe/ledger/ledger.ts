import { build, type Histogram } from 'hdr-histogram-js'
import type { Latency, LedgerRow } from '../../../contract/model'
import type { QoS } from '../../../contract/packet'
import { addCopy, Book, reached, type Entry } from './book'

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
  private books = new Map<string, Book>()
  private groupOf = new Map<string, string>()

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
    const account = this.account(offer.group, offer.qos)
    account.offered++
    account.expected += subscribers
    this.groupOf.set(offer.publisher, offer.group)
    if (offer.sequence === 1) this.beginAgain(offer.publisher, account)
    this.book(offer.publisher).add({
      sequence: offer.sequence,
      atMs: offer.atMs,
      deadlineMs,
      expected: subscribers,
      first: null,
      firstCopies: 0,
      others: null,
      writtenOff: false,
    })
  }

  /** A publisher that counts from 1 again is a new one: what is open of the old one is lost. */
  private beginAgain(publisher: string, account: Account): void {
    this.books.get(publisher)?.sweep(0, (entry) => this.settle(account, entry, 0, true))
    this.books.delete(publisher)
  }

  /** One copy of a message reached a subscriber's application. Messages of other runs and clients are ignored. */
  received(publisher: string, sequence: number, subscriber: string, topic: string, atMs: number): void {
    const book = this.books.get(publisher)
    const entry = book?.get(sequence)
    const account = this.accounts.get(this.groupOf.get(publisher) ?? '')
    if (!entry || !account) return
    if (addCopy(entry, subscriber) > 0) {
      account.duplicated++
      return
    }
    account.delivered++
    if (entry.writtenOff) account.writtenOff--
    account.latency.recordValue(Math.min(MAX_MICROS, Math.max(0, Math.round((atMs - entry.atMs) * MICROS))))
    if (book?.isOvertaken(subscriber, topic, sequence)) account.outOfOrder++
  }

  /** Writes off what can no longer arrive; `final` writes off everything that is open. */
  sweep(nowMs: number, final = false): void {
    const keep = Math.max(64, Math.floor(KEEP_SETTLED / Math.max(1, this.books.size)))
    for (const [publisher, book] of this.books) {
      const account = this.accounts.get(this.groupOf.get(publisher) ?? '')
      if (account) book.sweep(keep, (entry) => this.settle(account, entry, nowMs, final))
    }
  }

  private settle(account: Account, entry: Entry, nowMs: number, final: boolean): boolean {
    const missing = entry.expected - reached(entry)
    if (missing <= 0 || entry.writtenOff) return true
    if (!final && nowMs < entry.deadlineMs) return false
    entry.writtenOff = true
    account.writtenOff += missing
    return true
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
    for (const [publisher, g] of this.groupOf) {
      if (g !== group) continue
      this.groupOf.delete(publisher)
      this.books.delete(publisher)
    }
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

  private book(publisher: string): Book {
    let book = this.books.get(publisher)
    if (!book) {
      book = new Book()
      this.books.set(publisher, book)
    }
    return book
  }
}

function latencyOf(h: Histogram): Latency {
  if (h.totalCount === 0) return { p50: null, p95: null, p99: null, max: null }
  // A bucket is named by its highest value, which may be above anything recorded.
  const at = (p: number): number => Math.min(h.getValueAtPercentile(p), h.maxValue) / MICROS
  return { p50: at(50), p95: at(95), p99: at(99), max: h.maxValue / MICROS }
}
