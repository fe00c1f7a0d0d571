import { EPSILON_MS, type Timer } from '../../clock/clock'
import type { PacketTransit } from '../../../mqtt/transit'
import type { FateKey } from '../fate'
import { travelMs, type Parts } from '../medium'
import type { Pace } from '../pace'
import { PacketQuery } from '../query'
import type { Ending } from '../transit-queue'
import type { Acknowledgement, Segment } from './segment'

/** A packet that is carried by TCP. */
export interface Parcel {
  readonly transit: PacketTransit
  /** Its key, type and attempt decide its fate (see fate.ts). */
  readonly key: FateKey
  readonly attempt: number
  readonly ending: Ending
  /** Ms that the network takes besides (faults). */
  readonly lateMs: number
  /** The user's word for its first transmission: it is lost, or it is not. */
  readonly first?: 'lost' | 'spared' | undefined
}

interface Carried extends Parcel {
  readonly from: number
  readonly to: number
  /** Transmissions and acknowledgements so far: each has a fate of its own. */
  sent: number
  answered: number
}

interface Flight {
  readonly dueMs: number
  readonly from: number
  readonly to: number
  readonly sentMs: number
  readonly ack: Acknowledgement
}

/** What is to be done when a segment comes out at the other end. */
export type Landed = (ack: Acknowledgement, from: number, to: number, sentMs: number) => void

const query = new PacketQuery()

/**
 * The network in one direction, as TCP sees it: segments and acknowledgements are lost or arrive, in the order in which they
 * were sent. It also knows which packets the bytes of the stream belong to.
 */
export class Way {
  landed: Landed = () => undefined
  /** Not acknowledged or not arrived yet, oldest first. */
  private carried: Carried[] = []
  /** So many of them have arrived. */
  private arrivedCount = 0
  private end = 0
  private flights: Flight[] = []
  private lastDueMs = -Infinity
  private timer: Timer | undefined

  /** @param key of link and direction */
  constructor(
    private readonly pace: Pace,
    private readonly key: FateKey,
    private readonly parts: () => Parts,
  ) {}

  /** Packets that have not arrived. */
  get pending(): number {
    return this.carried.length - this.arrivedCount
  }

  /** Length of the stream so far. */
  get length(): number {
    return this.end
  }

  add(parcel: Parcel): void {
    const from = this.end
    this.end += parcel.transit.packet.frame.length
    this.carried.push({ ...parcel, from, to: this.end, sent: 0, answered: 0 })
  }

  /** What a packet without loss takes now, in ms. */
  delayMs(): number {
    query.fill(this.key, this.key, 0, 1, 0, this.pace.steadyMs())
    return this.parts().delay.delayMs(query)
  }

  /** Sends a segment of the stream, with an acknowledgement for the other direction. */
  segment(s: Segment, ack: Acknowledgement): void {
    const inside = this.inside(s)
    const head = inside[0]
    if (head === undefined) return
    const lost = this.isLost(head, inside, s)
    this.ask(head, s.to - s.from)
    query.nth = head.sent - 1
    const afterMs = travelMs(query, this.parts())
    if (!lost) this.fly(afterMs, s.from, s.to, s.sentMs, ack)
    else for (const c of inside) c.transit.segmentLosses++
  }

  /** Sends an acknowledgement alone. @param answers what has just arrived in the other direction */
  acknowledgement(ack: Acknowledgement, answers: Carried | undefined): void {
    if (answers === undefined) return
    query.fill(this.key, answers.key, answers.transit.packet.type, answers.attempt, 0, this.pace.steadyMs())
    query.first = false
    query.answer = true
    query.nth = answers.answered++
    const lost = this.parts().loss.lost(query)
    if (!lost) this.fly(travelMs(query, this.parts()), 0, 0, 0, ack)
    query.answer = false
  }

  /** The packet that the byte belongs to. */
  at(byte: number): Carried | undefined {
    return this.carried.find((c) => c.from <= byte && byte < c.to)
  }

  /** Packets that are complete now, oldest first. */
  complete(upTo: number): Parcel[] {
    const from = this.arrivedCount
    for (;;) {
      const next = this.carried[this.arrivedCount]
      if (next === undefined || next.to > upTo) break
      this.arrivedCount++
    }
    return this.carried.slice(from, this.arrivedCount)
  }

  /** Nothing before this byte will be sent again. */
  forget(upTo: number): void {
    let n = 0
    for (let c; n < this.arrivedCount && (c = this.carried[n]) !== undefined && c.to <= upTo;) n++
    if (n === 0) return
    this.carried.splice(0, n)
    this.arrivedCount -= n
  }

  /** Takes everything off its way: packets that have not arrived, oldest first. */
  clear(): PacketTransit[] {
    const left = this.carried.slice(this.arrivedCount).map((c) => c.transit)
    this.carried = []
    this.arrivedCount = 0
    this.ground()
    return left
  }

  /** Nothing that is in the air will land. */
  ground(): void {
    this.flights = []
    this.pace.cancel(this.timer)
    this.timer = undefined
  }

  /** The packets that a segment has bytes of. Most segments are new, and what is new stands at the end. */
  private inside(s: Segment): Carried[] {
    const found: Carried[] = []
    for (let i = this.carried.length - 1; i >= 0; i--) {
      const c = this.carried[i]
      if (c === undefined || c.to <= s.from) break
      if (c.from < s.to) found.unshift(c)
    }
    return found
  }

  /** Asks for the segment once, and for each packet that goes out in it the models that name packets, and the user. */
  private isLost(head: Carried, inside: readonly Carried[], s: Segment): boolean {
    const { loss } = this.parts()
    let lost = false
    for (const c of inside) {
      const isFirst = c.sent === 0
      const begins = isFirst && c.from >= s.from
      this.ask(c, s.to - s.from)
      query.first = begins
      if ((c === head || (begins && loss.namesTypes === true)) && loss.lost(query)) lost = true
      if (begins && c.first === 'lost') lost = true
      if (begins && c.first === 'spared' && c === head) lost = false
      if (begins || c === head) c.sent++
    }
    return lost
  }

  private ask(c: Carried, bytes: number): void {
    query.fill(this.key, c.key, c.transit.packet.type, c.attempt, bytes, this.pace.steadyMs())
    query.first = false
    query.nth = c.sent
  }

  private fly(afterMs: number, from: number, to: number, sentMs: number, ack: Acknowledgement): void {
    const dueMs = Math.max(this.lastDueMs, this.pace.steadyMs() + afterMs)
    this.lastDueMs = dueMs
    this.flights.push({ dueMs, from, to, sentMs, ack })
    if (this.flights.length === 1) this.arm()
  }

  private arm(): void {
    const next = this.flights[0]
    if (next === undefined || this.timer !== undefined) return
    this.timer = this.pace.schedule(next.dueMs - this.pace.steadyMs(), () => {
      this.timer = undefined
      this.land()
    })
  }

  private land(): void {
    const untilMs = this.pace.steadyMs() + EPSILON_MS
    for (let f; (f = this.flights[0]) !== undefined && f.dueMs <= untilMs;) {
      this.flights.shift()
      this.landed(f.ack, f.from, f.to, f.sentMs)
    }
    this.arm()
  }
}
