import { IDENTITY_BYTES, SHORT_IDENTITY_BYTES } from '../../../contract/load-config'
import type { FlatRanges, FlowAccount } from '../../../contract/load-report'
import {
  MEMBER_START,
  MEMBER_DIGITS,
  TOPIC_IDENTITY_LENGTH,
  readDelayDigits,
  readShortIdentity,
  tagged,
  type IdentityPlace,
  type MessageIdentity,
} from '../wire/short-identity'
import type { Arrival } from '../wire/incoming'
import { propertyIdentityAt } from '../wire/property-identity'
import {
  DELAY_BYTES,
  payloadDelayMs,
  payloadPublisher,
  payloadRunTag,
  payloadSequence,
  payloadTimeMs,
} from '../wire/template'
import { TextCounts } from './counts'
import { BitFlow, GapFlow, type Flow } from './flow'
import { LatencyHistogram } from '../../base/latency-histogram'
import { addRange } from './ranges'
import { SendTimes } from './send-times'

const MEMBER_DELAY_AT = MEMBER_START.length + TOPIC_IDENTITY_LENGTH
const MEMBER_END = MEMBER_START.length + MEMBER_DIGITS

/** Counts of one step of the series. */
export interface Step {
  acknowledged: number
  failed: number
  received: number
  errors: number
  ack: string | null
  endToEnd: string | null
}

/** What one thread measures. Times are Unix ms of the run's clock. */
export class Recorder {
  acknowledged = 0
  failed = 0
  received = 0
  delivered = 0
  /** PUBLISH packets that are not this run's. */
  foreign = 0
  /** Messages that arrived before they were due, by the clock of the computer that received them, and by how much. */
  readonly negative = { count: 0, mostMs: 0 }
  measuredAcknowledged = 0
  measuredReceived = 0
  lastAcknowledgedMs = 0
  lastReceivedMs = 0
  readonly connect = new LatencyHistogram()
  readonly ack = new LatencyHistogram()
  readonly endToEnd = new LatencyHistogram()
  /** How many ages of unanswered things are in `ack` and `connect`. */
  readonly unanswered = { ack: 0, connect: 0 }
  readonly errors = new TextCounts()
  /** Null in a closed loop. */
  readonly sendTimes: SendTimes | null
  /** Of the step that is not yet over; added to the totals at its end. */
  private readonly stepAck = new LatencyHistogram()
  private readonly stepEndToEnd = new LatencyHistogram()
  private before = { acknowledged: 0, failed: 0, received: 0, errors: 0 }
  private measureFromMs = Infinity
  private readonly flows = new Map<number, Map<number, Flow>>()
  private readonly failures = new Map<number, number[]>()
  private readonly message: MessageIdentity = { publisher: 0, sequence: 0, timeMs: 0 }

  /**
   * @param shared several subscribers are one receiver
   * @param open send times are fixed beforehand, so that a message may leave later than it should
   */
  constructor(
    private readonly runTag: number,
    private readonly shared: boolean,
    open: boolean,
    /** Where messages carry their identity, and how many publishers there are: by the 12 bytes only these are known. */
    private readonly carried: { place: IdentityPlace; publishers: number } = {
      place: 'payload',
      publishers: Infinity,
    },
  ) {
    this.sendTimes = open ? new SendTimes() : null
  }

  /** Messages that were due before this are counted, but not in latencies and rates. */
  measureFrom(atMs: number): void {
    // the time that a message carries is exact to 1 µs
    this.measureFromMs = atMs - 0.001
  }

  /** A message leaves `delayMs` after its time. */
  leaves(intendedMs: number, delayMs: number): void {
    if (intendedMs >= this.measureFromMs) this.sendTimes?.sent(delayMs)
  }

  acknowledge(intendedMs: number, delayMs: number, atMs: number): void {
    this.acknowledged++
    this.lastAcknowledgedMs = atMs
    if (intendedMs < this.measureFromMs) return
    this.measuredAcknowledged++
    this.stepAck.record(atMs - intendedMs)
    this.sendTimes?.acknowledged(atMs - intendedMs - delayMs)
  }

  /** QoS 0 messages that have left. */
  sent(count: number, atMs: number): void {
    this.acknowledged += count
    this.lastAcknowledgedMs = atMs
    if (atMs >= this.measureFromMs) this.measuredAcknowledged += count
  }

  /** QoS 0: the broker has read what was sent; the last such moment ends the publishing. */
  confirm(atMs: number): void {
    this.lastAcknowledgedMs = atMs
  }

  fail(publisher: number, from: number, to: number): void {
    this.failed += to - from
    const list = this.failures.get(publisher)
    if (list === undefined) this.failures.set(publisher, [from, to])
    else if (from >= (list[list.length - 2] as number)) addRange(list, from, to)
    else list.push(from, to)
  }

  /** An application message for a receiver; `member` is the subscriber that got it. */
  arrive(receiver: number, member: number, message: Arrival): void {
    const m = this.identify(message)
    if (m === null) {
      this.foreign++
      return
    }
    const { bytes: b, payloadAt: at, end, atMs } = message
    this.received++
    this.lastReceivedMs = atMs
    const flow = this.flowOf(receiver, m.publisher)
    const first = flow instanceof BitFlow ? flow.add(m.sequence, member) : flow.add(m.sequence)
    const intendedMs = m.timeMs
    if (intendedMs >= this.measureFromMs) this.measuredReceived++
    if (!first) return
    this.delivered++
    const tookMs = atMs - intendedMs
    if (tookMs < 0) {
      this.negative.count++
      this.negative.mostMs = Math.max(this.negative.mostMs, -tookMs)
    }
    if (intendedMs < this.measureFromMs) return
    this.stepEndToEnd.record(tookMs)
    if (this.carried.place === 'payload') {
      if (end - at >= DELAY_BYTES) this.sendTimes?.arrived(tookMs - payloadDelayMs(b, at))
    } else if (this.carried.place === 'member')
      this.sendTimes?.arrived(tookMs - readDelayDigits(b, at + MEMBER_DELAY_AT))
  }

  /** What a message says that it is; null for one that is not this run's. Read it before the next. */
  identify(message: Arrival): MessageIdentity | null {
    const { bytes: b, payloadAt: at, end, atMs } = message
    const known =
      this.carried.place === 'payload'
        ? this.readPayload(b, at, end)
        : this.readShort(b, this.shortAt(message), atMs)
    return known ? this.message : null
  }

  private readPayload(b: Buffer, at: number, end: number): boolean {
    if (end - at < IDENTITY_BYTES || payloadRunTag(b, at) !== this.runTag) return false
    this.message.publisher = payloadPublisher(b, at)
    this.message.sequence = payloadSequence(b, at)
    this.message.timeMs = payloadTimeMs(b, at)
    return true
  }

  /** Where the 12 bytes or 24 digits begin, or less than 0. */
  private shortAt({ bytes: b, payloadAt: at, end, topicEnd, propertiesAt }: Arrival): number {
    switch (this.carried.place) {
      case 'topic':
        return topicEnd - TOPIC_IDENTITY_LENGTH
      case 'property':
        return propertyIdentityAt(b, propertiesAt, at)
      case 'member':
        return end - at < MEMBER_END ? -1 : at + MEMBER_START.length
      default:
        return end - at < SHORT_IDENTITY_BYTES ? -1 : at
    }
  }

  private readShort(b: Buffer, where: number, atMs: number): boolean {
    const hex = this.carried.place !== 'short'
    if (where < 0 || !readShortIdentity(b, where, hex, atMs, this.message)) return false
    this.message.publisher = tagged(this.message.publisher, this.runTag)
    return this.message.publisher < this.carried.publishers
  }

  private flowOf(receiver: number, publisher: number): Flow {
    const own = this.flows.get(receiver) ?? new Map<number, Flow>()
    const known = own.get(publisher)
    if (known !== undefined) return known
    const flow = this.shared ? new BitFlow() : new GapFlow()
    this.flows.set(receiver, own.set(publisher, flow))
    return flow
  }

  /** At the end: a message that was due at `intendedMs` and has no acknowledgement took at least until now. */
  neverAcknowledged(intendedMs: number, nowMs: number): void {
    if (intendedMs < this.measureFromMs) return
    this.unanswered.ack++
    this.ack.record(nowMs - intendedMs)
  }

  /** At the end: a connection attempt that has gone on for `ageMs` without an answer. */
  neverConnected(ageMs: number): void {
    this.unanswered.connect++
    this.connect.record(ageMs)
  }

  /** Ends a step: what was counted since the last one. */
  step(): Step {
    const now = {
      acknowledged: this.acknowledged,
      failed: this.failed,
      received: this.received,
      errors: this.errors.total,
    }
    const step: Step = {
      acknowledged: now.acknowledged - this.before.acknowledged,
      failed: now.failed - this.before.failed,
      received: now.received - this.before.received,
      errors: now.errors - this.before.errors,
      ack: this.stepAck.count > 0 ? this.stepAck.encode() : null,
      endToEnd: this.stepEndToEnd.count > 0 ? this.stepEndToEnd.encode() : null,
    }
    this.before = now
    this.ack.add(this.stepAck)
    this.endToEnd.add(this.stepEndToEnd)
    this.stepAck.reset()
    this.stepEndToEnd.reset()
    return step
  }

  /** Failed messages of a publisher, as ranges. */
  failedOf(publisher: number): FlatRanges {
    const list = this.failures.get(publisher) ?? []
    const pairs = Array.from({ length: list.length / 2 }, (_, i) => [
      list[2 * i] as number,
      list[2 * i + 1] as number,
    ])
    const out: number[] = []
    for (const [from, to] of pairs.sort((a, b) => (a[0] as number) - (b[0] as number))) {
      addRange(out, from as number, to as number)
    }
    return out
  }

  flowAccounts(): FlowAccount[] {
    return [...this.flows].flatMap(([receiver, own]) =>
      [...own].map(([publisher, f]) => ({
        receiver,
        publisher,
        got: [...f.got()],
        duplicated: f.duplicated,
        outOfOrder: f.outOfOrder,
      })),
    )
  }

  get forgotten(): number {
    let n = 0
    for (const own of this.flows.values()) for (const f of own.values()) n += f.forgotten
    return n
  }
}
