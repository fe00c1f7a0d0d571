import type { Timer } from '../clock/clock'
import type { LinkConfig } from '../../../contract/link-config'
import type { Direction, PacketType } from '../../../contract/packet'
import { PACKET_TYPES } from '../../../contract/packet'
import { isHandshake, type Packet } from '../../mqtt/packet'
import type { LossCause, PacketTransit, TransitObserver, TransitOrigin } from '../../mqtt/transit'
import type { CutPlan } from './cut'
import { faultOf } from './faults'
import { countPacket, MessageTable, type MessageRecord } from './message-table'
import type { FateKey } from './fate'
import type { Medium, Verdict } from './medium'
import { Ordinals } from './ordinals'
import type { Pace } from './pace'
import { PacketQuery } from './query'
import type { StepAction, StepScript } from './script'
import type { TcpPath } from './tcp/connection'
import type { Parcel } from './tcp/way'
import { TransitQueue, type Ending } from './transit-queue'
import type { GateKeeper } from './types'

/** Bytes on their way at which the sender is asked to wait, as a TCP send buffer would. */
const FULL_BYTES = 1_048_576

/** What a direction needs of its link. */
export interface LinkDirectionHost {
  readonly id: string
  readonly pace: Pace
  readonly observer: TransitObserver
  readonly gate: GateKeeper
  readonly nextTransitId: () => number
  readonly config: LinkConfig
  readonly plan: CutPlan
  readonly script: StepScript
  /** A packet has come out at the other end. */
  arrived(direction: Direction, packet: Packet, origin: TransitOrigin): void
  /** A packet outside the PUBLISH handshake was lost: whoever waits for it, or for its answer, must know. */
  controlLost(packet: Packet, direction: Direction): void
  cut(): void
  /** Cuts as soon as what has just arrived was read. */
  cutSoon(): void
  /**
   * What carries the packets of this direction: null on other links than tcp, and on those as long as nothing is lost.
   * @param losing a segment is to be lost now
   */
  carrier(direction: Direction, losing: boolean): TcpPath | null
  /** A scripted decision was used up, so held packets may match the next one. */
  stepped(): void
}

/** Filled for each packet that enters, and done with before anybody else is told of it. */
const query = new PacketQuery()

const later = (verdict: Verdict, byMs: number): Verdict =>
  byMs > 0 && 'afterMs' in verdict ? { ...verdict, afterMs: verdict.afterMs + byMs } : verdict

/** One direction of a link: asks the medium what becomes of a packet, and does it. */
export class LinkDirection {
  /** Messages published in this direction. */
  readonly exchanges: MessageTable
  /** Who hears when there is room again after `full` said there was none. */
  sender: { roomAgain(): void } | null = null
  /** The receiving end is gone: whatever enters is lost. */
  shut = false
  /** Bytes on their way or held. */
  bytes = 0
  /** Called when the last packet on its way has arrived. */
  onDrained: (() => void) | null = null
  private readonly queue: TransitQueue
  /** Carries packets where TCP loses segments. */
  private path: TcpPath | null = null
  private losing: Map<PacketTransit, { timer: Timer; cause: LossCause }> | undefined
  private held: Set<PacketTransit> | undefined
  private readonly ordinals = new Ordinals()
  private crowded = false
  private stalled = false

  /** @param key of the link and direction */
  constructor(
    readonly direction: Direction,
    private readonly key: FateKey,
    private readonly host: LinkDirectionHost,
    public medium: Medium,
  ) {
    this.exchanges = new MessageTable(key)
    this.queue = new TransitQueue(host.pace, this)
  }

  /** Packets on their way, being lost, or held. */
  get pending(): number {
    return this.queue.length + (this.losing?.size ?? 0) + (this.held?.size ?? 0) + (this.path?.pending ?? 0)
  }

  /** So many bytes are on their way that the sender should wait. */
  full(): boolean {
    if (this.stalled || this.bytes >= FULL_BYTES) this.crowded = true
    return this.crowded
  }

  /** The receiver takes no more for now: the sender should wait. */
  stall(): void {
    this.stalled = true
  }

  goOn(): void {
    this.stalled = false
    this.room()
  }

  /** Held packets, oldest first. */
  heldTransits(): PacketTransit[] {
    return [...(this.held ?? [])]
  }

  /** The next packet of this type will be lost. */
  condemn(type: PacketType): void {
    this.ordinals.condemn(PACKET_TYPES.indexOf(type))
  }

  /**
   * A packet enters.
   * @param record the message it belongs to; null for packets that belong to none
   */
  enter(packet: Packet, origin: TransitOrigin, record: MessageRecord | null): void {
    const { type } = packet
    const nth = record === null ? this.ordinals.next(type) : countPacket(record, type)
    const now = this.host.pace.nowMs()
    query.fill(this.key, record ?? this.key, type, nth, packet.frame.length, this.host.pace.steadyMs())
    query.condemned = this.ordinals.takeCondemned(type)
    const cutting = this.host.plan.onPacket(this.direction, type)
    const step = this.step(type)
    const { faults } = this.host.config
    const fault = faults === undefined ? null : faultOf(faults, packet, query, this.exposed(type))
    const verdict = this.verdict(cutting === 'before', step, fault?.lateMs ?? 0)
    const transit: PacketTransit = {
      id: this.host.nextTransitId(),
      clientId: this.host.id,
      direction: this.direction,
      packet: fault?.packet ?? packet,
      altered: fault?.corrupted === true ? 'corrupt' : undefined,
      sentMs: now,
      skippedMs: this.host.pace.skippedMs(),
      ownSkippedMs: 0,
      heldMs: 0,
      origin,
      attempt: record === null ? this.ordinals.repetition(type, origin) : nth,
      state: step === 'hold' && verdict.fate !== 'cut' ? 'held' : 'transit',
      settledMs: now,
      lossPoint: 1,
      cause: null,
      segmentLosses: 0,
    }
    this.bytes += packet.frame.length
    const arrives = verdict.fate === 'deliver' || verdict.fate === 'carry'
    const key = record ?? this.key
    const ending = cutting === 'after' ? 'arrive-and-cut' : 'arrive'
    const lateMs = fault?.lateMs ?? 0
    const first = query.condemned ? 'lost' : step === 'deliver' ? 'spared' : undefined
    const parcel: Parcel = { transit, key, attempt: nth, ending, lateMs, first }
    this.act(parcel, step, verdict)
    if (fault?.twice === true && step === null && arrives && cutting === null) this.copy(parcel, verdict, now)
  }

  /** The network delivers it once more. */
  private copy(parcel: Parcel, verdict: Verdict, now: number): void {
    const id = this.host.nextTransitId()
    this.bytes += parcel.transit.packet.frame.length
    const again: PacketTransit = {
      ...parcel.transit,
      id,
      altered: 'duplicate',
      state: 'transit',
      settledMs: now,
      segmentLosses: 0,
    }
    this.act({ ...parcel, transit: again }, null, verdict)
  }

  private verdict(cut: boolean, step: StepAction | 'hold' | null, lateMs: number): Verdict {
    if (cut || this.shut) return { fate: 'cut' }
    this.path = this.host.carrier(this.direction, query.condemned || step === 'drop')
    // What is held takes, when it is delivered, the way without loss.
    if (this.path !== null && step !== 'hold') return { fate: 'carry' }
    return later(this.medium.decide(query), lateMs)
  }

  /** A packet of this type may be lost. */
  private exposed(type: number): boolean {
    return this.host.config.lossScope === 'all' || isHandshake(type)
  }

  /** Ends everything on its way or held: the connection is gone. */
  abort(cause: 'cut' | 'reset'): void {
    this.onDrained = null
    const held = this.heldTransits()
    this.held = undefined
    for (const transit of held) this.host.gate.withdraw(transit)
    const carried = this.path?.clear() ?? []
    this.path = null
    const left = [...held, ...carried, ...this.queue.clear()].sort((x, y) => x.id - y.id)
    for (const transit of left) {
      this.lose(transit, cause, transit.state === 'held' ? 0 : this.wayDone(transit))
    }
    const losing = this.losing ?? []
    this.losing = undefined
    for (const [transit, { timer, cause }] of losing) {
      this.host.pace.cancel(timer)
      this.lose(transit, cause, transit.lossPoint)
    }
  }

  /** How far it has come, from 0 to 1. Step mode brings nothing forward that is on its way. */
  private wayDone(transit: PacketTransit): number {
    const { pace } = this.host
    const { sentMs, skippedMs = 0, ownSkippedMs = 0, heldMs = 0 } = transit
    const wayMs = transit.settledMs - sentMs - heldMs - ownSkippedMs
    const doneMs = pace.nowMs() - sentMs - (pace.skippedMs() - skippedMs)
    return wayMs <= 0 ? 0 : Math.min(1, doneMs / wayMs)
  }

  /** Ms that step mode let pass since it was sent, and not for its own way. */
  private heldFor({ skippedMs = 0, ownSkippedMs = 0 }: PacketTransit): number {
    return this.host.pace.skippedMs() - skippedMs - ownSkippedMs
  }

  /** Packets in front of a gate that was taken away go on. */
  openGate(): void {
    for (const transit of this.heldTransits()) this.host.gate.deliver(transit.id)
  }

  private step(type: number): StepAction | 'hold' | null {
    const { script, config } = this.host
    if (script.active) {
      const action = script.take(this.direction, type)
      if (action !== null) return action
    }
    return config.gate && this.exposed(type) ? 'hold' : null
  }

  private act(parcel: Parcel, step: StepAction | 'hold' | null, verdict: Verdict): void {
    const { pace, observer } = this.host
    const { transit, ending } = parcel
    if (verdict.fate === 'cut') {
      observer.entered(transit)
      // On a dead connection it comes as far as it can.
      this.lose(transit, 'cut', this.shut ? query.point() : 0)
      if (!this.shut) this.host.cut()
      return
    }
    if (verdict.fate === 'carry') {
      this.carry(parcel, step)
      return
    }
    const dueMs = this.queue.arrival(verdict.afterMs)
    const wayMs = dueMs - pace.steadyMs()
    transit.settledMs = transit.sentMs + wayMs
    if (verdict.fate !== 'lose') transit.segmentLosses = verdict.segmentLosses
    const losing = step === null && verdict.fate === 'lose'
    // TCP sends again from when it sent first: nothing passes for a part of the way.
    if (losing || step === 'hold' || step === 'drop')
      transit.lossPoint = this.host.config.kind === 'tcp' ? 0 : query.point()
    if (losing) transit.settledMs = transit.sentMs + wayMs * transit.lossPoint
    observer.entered(transit)
    if (losing) this.loseLater(transit, verdict.cause, wayMs * transit.lossPoint)
    else if (step === 'hold') this.hold(parcel)
    else if (step === 'drop') this.drop(parcel, wayMs * transit.lossPoint)
    else this.queue.send(transit, dueMs, ending)
    if (step === 'deliver' || step === 'drop') this.host.stepped()
  }

  /** TCP carries it, and loses and repeats segments on the way. */
  private carry(parcel: Parcel, step: StepAction | 'hold' | null): void {
    const { transit } = parcel
    this.repeatedByTcp(step === 'drop' ? { ...parcel, first: 'lost' } : parcel)
    this.host.observer.entered(transit)
    if (step !== null) this.host.stepped()
  }

  private repeatedByTcp(parcel: Parcel): void {
    const { transit } = parcel
    this.path = this.host.carrier(this.direction, true)
    transit.settledMs = this.host.pace.nowMs() + (this.path?.send(parcel) ?? 0) + parcel.lateMs
  }

  /** The carrier's call: all segments of a packet have arrived. */
  carried({ transit, ending, lateMs }: Parcel): void {
    this.queue.send(transit, this.queue.arrival(lateMs), ending)
  }

  private hold(parcel: Parcel): void {
    const { transit, ending } = parcel
    this.held ??= new Set()
    this.held.add(transit)
    this.host.gate.hold(transit, (action) => {
      this.held?.delete(transit)
      transit.state = 'transit'
      if (action === 'drop') {
        this.drop(parcel, 0)
      } else {
        transit.lossPoint = 1
        this.path?.flush()
        this.queue.flush()
        this.wayEnds(transit, ending)
      }
    })
  }

  /** What it means to take a packet away depends on the kind of link: only a radio link can lose just the packet. */
  private drop(parcel: Parcel, afterMs: number): void {
    const { config, pace } = this.host
    const { transit, ending } = parcel
    transit.heldMs = this.heldFor(transit)
    switch (config.kind) {
      case 'radio': {
        if (config.recovery.mode !== 'link') {
          this.loseLater(transit, 'step', afterMs)
          break
        }
        const dueMs = this.queue.arrival(config.recovery.timeout)
        transit.segmentLosses++
        transit.lossPoint = 1
        transit.settledMs = pace.nowMs() + dueMs - pace.steadyMs()
        this.queue.send(transit, dueMs, ending)
        break
      }
      case 'tcp':
        transit.lossPoint = 1
        this.repeatedByTcp({ ...parcel, first: 'lost' })
        break
      case 'cut':
        this.lose(transit, 'cut', transit.lossPoint)
        this.host.cut()
    }
  }

  private loseLater(transit: PacketTransit, cause: LossCause, afterMs: number): void {
    if (afterMs <= 0) {
      this.lose(transit, cause, transit.lossPoint)
      this.drained()
      return
    }
    const timer = this.host.pace.schedule(afterMs, () => {
      this.losing?.delete(transit)
      this.lose(transit, cause, transit.lossPoint)
      this.drained()
    })
    this.losing ??= new Map()
    this.losing.set(transit, { timer, cause })
  }

  private lose(transit: PacketTransit, cause: LossCause, point: number): void {
    transit.state = 'lost'
    transit.cause = cause
    transit.lossPoint = point
    this.settle(transit)
    this.host.observer.settled(transit)
    if (!isHandshake(transit.packet.type) && cause !== 'cut' && cause !== 'reset')
      this.host.controlLost(transit.packet, this.direction)
  }

  /** The transit's call: a packet has come to the end of its way. */
  wayEnds(transit: PacketTransit, ending: Ending): void {
    transit.state = 'delivered'
    this.settle(transit)
    this.host.observer.settled(transit)
    this.host.arrived(this.direction, transit.packet, transit.origin)
    if (ending === 'arrive-and-cut') this.host.cutSoon()
    this.drained()
  }

  private settle(transit: PacketTransit): void {
    transit.settledMs = this.host.pace.nowMs()
    transit.heldMs = this.heldFor(transit)
    this.leave(transit)
  }

  private leave(transit: PacketTransit): void {
    this.bytes -= transit.packet.frame.length
    this.room()
  }

  private room(): void {
    if (!this.crowded || this.stalled || this.bytes > FULL_BYTES / 2) return
    this.crowded = false
    this.sender?.roomAgain()
  }

  private drained(): void {
    if (this.onDrained === null || this.pending > 0) return
    const drained = this.onDrained
    this.onDrained = null
    drained()
  }
}
