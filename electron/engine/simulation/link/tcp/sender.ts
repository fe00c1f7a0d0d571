import type { Timer } from '../../clock/clock'
import type { Pace } from '../pace'
import { Congestion } from './congestion'
import { Rack } from './rack'
import { RoundTrips } from './rtt'
import type { Acknowledgement, Segment } from './segment'

/** Two ticks of a kernel with 250 of them a second: what Linux adds to a probe and to the reordering timer. */
const TICKS_MS = 8

/** What a sender asks of its end. */
export interface SenderHost {
  readonly pace: Pace
  readonly segmentBytes: number
  /** Least distance of the retransmission timeout from SRTT, in ms. */
  readonly floorMs: number
  /** So many timeouts in a row end the connection when the next comes. */
  readonly mostTimeouts: number
  transmit(segment: Segment): void
  gaveUp(): void
}

/**
 * The sending half of a TCP end, as Linux has it: fast retransmit by RACK and tail loss probes (RFC 8985), timeouts (RFC 6298),
 * and a window that shrinks after a loss (`congestion.ts`). Small writes go out at once (TCP_NODELAY); what has to wait for the
 * window, and what is sent again, is put together to full segments.
 */
export class TcpSender {
  readonly trips: RoundTrips
  private readonly congestion = new Congestion()
  private readonly rack = new Rack()
  /** Not acknowledged, in the order of the stream. */
  private segments: Segment[] = []
  private acknowledged = 0
  private next = 0
  private end = 0
  private state: 'open' | 'recovery' | 'loss' = 'open'
  /** Recovery ends when the stream is acknowledged up to here. */
  private recoverTo = 0
  private repeatedInRecovery = 0
  private timeouts = 0
  /** How far the stream was sent when the last probe went out; null when it is answered. */
  private probedTo: number | null = null
  private timer: { kind: 'rto' | 'probe' | 'reorder'; timer: Timer } | undefined

  /** @param firstTripMs round-trip time of the three-way handshake */
  constructor(
    private readonly host: SenderHost,
    firstTripMs: number,
  ) {
    this.trips = new RoundTrips(firstTripMs, host.floorMs)
  }

  write(bytes: number): void {
    this.end += bytes
    this.sendNew()
  }

  /** What the other end has said. */
  heard(ack: Acknowledgement): void {
    const nowMs = this.host.pace.steadyMs()
    const wasLimited = this.inFlight() >= this.congestion.window
    const before = this.acknowledged
    const { newly, sampleMs, rearm } = this.settleSegments(ack, nowMs)
    const progress = this.acknowledged > before
    if (progress) this.timeouts = 0
    const fallback = progress ? nowMs - ack.echoMs : undefined
    const tripMs = sampleMs ?? fallback
    if (tripMs !== undefined) this.trips.sample(tripMs, this.acknowledged, this.next)
    if (ack.duplicate && this.repeatedInRecovery > 0) this.repeatedInRecovery--
    this.probeAnswered(ack, progress)
    if (progress || rearm) this.rearm()
    const losses = this.findLosses(nowMs)
    this.recover(ack, newly, progress, losses)
    if (newly > 0 && wasLimited && this.state !== 'recovery')
      this.congestion.grow(newly, nowMs, this.trips.leastMs)
    if (this.state !== 'open') this.sendLost()
    this.sendNew()
  }

  /** Everything has arrived by another way: nothing is to be repeated. */
  skip(): void {
    this.segments = []
    this.acknowledged = this.next = this.end
    this.state = 'open'
    this.stop()
  }

  stop(): void {
    this.host.pace.cancel(this.timer?.timer)
    this.timer = undefined
  }

  private inFlight(): number {
    let n = 0
    for (const s of this.segments) n += (!s.sacked && !s.lost ? 1 : 0) + (s.again && !s.sacked ? 1 : 0)
    return n
  }

  /** Takes off what is acknowledged, and marks what has arrived behind a gap. */
  private settleSegments(ack: Acknowledgement, nowMs: number) {
    let newly = 0
    let oldestMs: number | undefined
    let newest: Segment | undefined
    for (const s of this.segments) {
      const covered = s.to <= ack.upTo || ack.blocks.some(([from, to]) => from <= s.from && s.to <= to)
      if (s.sacked || !covered) continue
      s.sacked = true
      s.again = false
      newly++
      this.rack.delivered(s, nowMs, this.trips.leastMs)
      if (!s.repeated) oldestMs ??= s.sentMs
      if (newest === undefined || s.sentMs > newest.sentMs) newest = s
    }
    this.acknowledged = Math.max(this.acknowledged, ack.upTo)
    this.segments = this.segments.filter((s) => s.to > ack.upTo)
    const head = this.segments[0]
    // A later segment was sent after the head and has arrived: the timer counts from now.
    const rearm = newest !== undefined && head !== undefined && newest.sentMs < head.sentMs
    return { newly, sampleMs: oldestMs === undefined ? undefined : nowMs - oldestMs, rearm }
  }

  /** A tail loss probe that repaired a loss shrinks the window as a fast retransmit does (RFC 8985 7.4). */
  private probeAnswered(ack: Acknowledgement, progress: boolean): void {
    if (this.probedTo === null || ack.upTo < this.probedTo) return
    if (!ack.duplicate && ack.upTo > this.probedTo && this.state === 'open') {
      this.congestion.reduce(this.segments.length)
      this.congestion.settle()
      this.probedTo = null
    } else if (ack.duplicate || !progress) {
      this.probedTo = null
    }
  }

  /** Number of segments that are taken for lost only now. */
  private findLosses(nowMs: number): number {
    const few = this.segments.filter((s) => s.sacked).length < 3
    const slackMs = this.state === 'open' && few ? Math.min(this.trips.leastMs / 4, this.trips.srttMs) : 0
    const { found, afterMs } = this.rack.lost(this.segments, nowMs, slackMs)
    if (afterMs > 0) this.arm('reorder', afterMs + TICKS_MS)
    return found
  }

  private recover(ack: Acknowledgement, newly: number, progress: boolean, losses: number): void {
    if (this.state !== 'open' && this.acknowledged >= this.recoverTo) {
      const needless = ack.duplicate && this.repeatedInRecovery === 0
      if (needless) this.congestion.undo()
      else if (this.state === 'recovery') this.congestion.settle()
      this.state = 'open'
    }
    if (this.state === 'open' && this.segments.some((s) => s.lost)) this.enterRecovery()
    if (this.state === 'recovery') this.congestion.share(newly, this.inFlight(), progress && losses === 0)
  }

  private enterRecovery(): void {
    this.state = 'recovery'
    this.recoverTo = this.next
    this.repeatedInRecovery = 0
    this.probedTo = null
    this.congestion.reduce(this.segments.length)
  }

  private sendLost(): void {
    for (let i = 0; i < this.segments.length; i++) {
      if (this.inFlight() >= this.congestion.window) return
      const s = this.segments[i]
      if (s === undefined || !s.lost || s.again || s.sacked) continue
      this.repeat(i)
      if (i === 0 && this.timer?.kind !== 'reorder') this.arm('rto', this.trips.rtoMs)
    }
  }

  /** Sends the i-th again, together with as much of what follows it as fits and has not arrived. */
  private repeat(i: number): void {
    const s = this.segments[i]
    if (s === undefined) return
    for (;;) {
      const other = this.segments[i + 1]
      if (other === undefined || other.sacked || other.to - s.from > this.host.segmentBytes) break
      s.to = other.to
      this.segments.splice(i + 1, 1)
    }
    s.again = s.lost
    s.repeated = true
    this.repeatedInRecovery++
    this.send(s)
  }

  private sendNew(): void {
    let room = this.next < this.end ? this.congestion.window - this.inFlight() : 0
    const sent = room > 0
    for (; this.next < this.end && room > 0; room--) this.sendNext()
    if (sent && !this.scheduleProbe(false) && this.timer === undefined) this.arm('rto', this.trips.rtoMs)
  }

  private sendNext(): void {
    const to = Math.min(this.end, this.next + this.host.segmentBytes)
    const s = { from: this.next, to, sentMs: 0, repeated: false, sacked: false, lost: false, again: false }
    this.next = to
    this.segments.push(s)
    this.send(s)
    if (this.segments.length === 1) this.arm('rto', this.trips.rtoMs)
  }

  private send(s: Segment): void {
    s.sentMs = this.host.pace.steadyMs()
    if (this.state === 'recovery') this.congestion.sentOne()
    this.host.transmit(s)
  }

  /** Ms until the head's timeout. */
  private headTimeoutMs(): number {
    const sentMs = this.segments[0]?.sentMs ?? 0
    return sentMs + this.trips.rtoMs - this.host.pace.steadyMs()
  }

  private rearm(): void {
    if (this.segments.length === 0) this.stop()
    else if (!this.scheduleProbe(true)) this.armTimeout()
  }

  private armTimeout(): void {
    const kind = this.timer?.kind
    const fromHead = kind === 'probe' || kind === 'reorder'
    this.arm('rto', fromHead ? Math.max(1, this.headTimeoutMs()) : this.trips.rtoMs)
  }

  /**
   * In place of the timeout a probe is due first: after two round trips, with 200 ms more for a delayed acknowledgement where a
   * single segment is on its way (RFC 8985 7.2).
   */
  private scheduleProbe(advancing: boolean): boolean {
    if (this.state !== 'open' || this.segments.length === 0) return false
    if (this.segments.some((s) => s.sacked)) return false
    const delayMs = 2 * this.trips.srttMs + (this.segments.length === 1 ? this.host.floorMs : TICKS_MS)
    const timeoutMs = advancing ? this.trips.rtoMs : this.headTimeoutMs()
    this.arm('probe', timeoutMs > 0 ? Math.min(delayMs, timeoutMs) : delayMs)
    return true
  }

  private arm(kind: 'rto' | 'probe' | 'reorder', delayMs: number): void {
    this.stop()
    const timer = this.host.pace.schedule(delayMs, () => {
      this.timer = undefined
      if (kind === 'rto') this.timeOut()
      else if (kind === 'probe') this.probe()
      else this.reordered()
    })
    this.timer = { kind, timer }
  }

  /**
   * Sends the last segment again, or the next: its answer shows what is missing. As long as it is not known what became of the
   * probe before, there is no other: the timeout comes in its place.
   */
  private probe(): void {
    if (this.segments.length === 0) return
    if (this.probedTo !== null) {
      this.arm('rto', Math.max(0, this.headTimeoutMs()))
      return
    }
    const last = this.segments.at(-1)
    if (this.next < this.end) {
      this.sendNext()
    } else if (last !== undefined) {
      last.repeated = true
      this.send(last)
    }
    this.probedTo = this.next
    this.arm('rto', this.trips.rtoMs)
  }

  private reordered(): void {
    const losses = this.findLosses(this.host.pace.steadyMs())
    if (losses > 0) {
      if (this.state === 'open') this.enterRecovery()
      if (this.state === 'recovery') this.congestion.share(1, this.inFlight(), false)
      this.sendLost()
    }
    if (this.timer === undefined && this.segments.length > 0)
      this.arm('rto', Math.max(1, this.headTimeoutMs()))
  }

  /** The timer has run out: everything not sent recently is taken for lost, and the window is one segment. */
  private timeOut(): void {
    if (this.timeouts >= this.host.mostTimeouts) {
      this.host.gaveUp()
      return
    }
    const isFirst = this.state === 'open' || (this.state === 'loss' && this.acknowledged >= this.recoverTo)
    const outstanding = this.segments.length
    const nowMs = this.host.pace.steadyMs()
    this.segments.forEach((s, i) => {
      if (s.sacked || (i > 0 && this.rack.mayArrive(s, nowMs))) return
      s.lost = true
      s.again = false
    })
    if (isFirst || this.state === 'recovery') this.repeatedInRecovery = 0
    this.congestion.collapse(outstanding, this.inFlight(), isFirst)
    this.state = 'loss'
    this.recoverTo = this.next
    this.probedTo = null
    this.timeouts++
    this.repeat(0)
    this.trips.backOff()
    this.arm('rto', this.trips.rtoMs)
  }
}
