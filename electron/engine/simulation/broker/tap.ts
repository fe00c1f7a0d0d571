import type { Direction, ProtocolLevel } from '../../../contract/packet'
import type { Clock } from '../clock/clock'
import { isHandshake, Packet, Type, type Frame } from '../../mqtt/packet'
import type { LegEvent, PacketTransit, TransitObserver } from '../../mqtt/transit'

export interface TapDeps {
  clock: Clock
  observer: TransitObserver
  nextTransitId(): number
}

/** Packets whose attempts are counted: of one client at most and at least, and of all clients together. */
const REMEMBERED = 4096
const FEWEST = 64
const OF_ALL = 1_000_000

/**
 * Reports the packets of one external client as transits. There is no simulated network on that leg, so each is
 * delivered at the moment it is sent.
 */
export class Tap {
  private readonly attempts = new Map<number, number>()

  constructor(
    private readonly deps: TapDeps,
    private readonly clientId: string,
    private readonly level: ProtocolLevel,
    /** How many clients there are: with many, less is remembered of each. */
    private readonly clients: () => number,
  ) {}

  /** A packet has come from the client. */
  received(packet: Packet): void {
    this.passed('uplink', packet)
  }

  /** A packet goes to the client. */
  sent(frame: Frame, messageId: number): void {
    this.passed('downlink', new Packet(frame, this.level, messageId))
  }

  private passed(direction: Direction, packet: Packet): void {
    const { clock, observer } = this.deps
    const nowMs = clock.now()
    const transit: PacketTransit = {
      id: this.deps.nextTransitId(),
      clientId: this.clientId,
      direction,
      packet,
      sentMs: nowMs,
      skippedMs: clock.skippedMs(),
      origin: 'endpoint',
      attempt: this.attemptOf(direction, packet),
      state: 'delivered',
      settledMs: nowMs,
      lossPoint: 1,
      cause: null,
      segmentLosses: 0,
    }
    observer.entered(transit)
    observer.settled(transit)
  }

  opened(): void {
    this.deps.observer.event({ kind: 'opened', clientId: this.clientId, atMs: this.deps.clock.now() })
  }

  closed(by: Extract<LegEvent, { kind: 'closed' }>['by']): void {
    this.deps.observer.event({ kind: 'closed', clientId: this.clientId, atMs: this.deps.clock.now(), by })
  }

  private attemptOf(direction: Direction, packet: Packet): number {
    const { type } = packet
    if (!isHandshake(type)) return 1
    const id = packet.packetId
    if (id === 0) return 1
    // The publishing side's packets and their answers run in opposite directions: both belong to one exchange.
    const leg = (direction === 'uplink') === (type === Type.PUBLISH || type === Type.PUBREL) ? 0 : 1
    const key = (leg * 16 + type) * 65_536 + id
    const fresh = type === Type.PUBLISH && !packet.dup
    if (fresh)
      for (let t: number = Type.PUBLISH; t <= Type.PUBCOMP; t++)
        this.attempts.delete((leg * 16 + t) * 65_536 + id)
    const attempt = (this.attempts.get(key) ?? 0) + 1
    // Set again, so that the oldest stands first and can go: a client may use every identifier there is.
    this.attempts.delete(key)
    this.attempts.set(key, attempt)
    const most = Math.max(FEWEST, Math.min(REMEMBERED, OF_ALL / this.clients()))
    if (this.attempts.size > most) this.forgetOldest()
    return attempt
  }

  /** Two at a time, so that there are fewer where there have come to be more clients. */
  private forgetOldest(): void {
    let left = 2
    for (const oldest of this.attempts.keys()) {
      if (left-- === 0) return
      this.attempts.delete(oldest)
    }
  }
}
