import type { LinkConfig } from '../../../../contract/link-config'
import type { Direction } from '../../../../contract/packet'
import type { FateKey } from '../fate'
import type { Parts } from '../medium'
import type { Pace } from '../pace'
import type { PacketTransit } from '../../../mqtt/transit'
import { TcpReceiver } from './receiver'
import { TcpSender } from './sender'
import { Way, type Parcel } from './way'

/** What a TCP connection asks of its link. */
export interface TcpHost {
  readonly pace: Pace
  readonly config: LinkConfig
  partsOf(direction: Direction): Parts
  /** An end has given up. */
  reset(): void
}

/** One direction of a TCP connection: carries packets from one end to the other. */
export class TcpPath {
  private readonly sender: TcpSender
  private readonly receiver: TcpReceiver
  /** First byte of the segment that came last. */
  private lastFrom = 0
  /** The direction the acknowledgements come in. */
  back: TcpPath | null = null

  /** @param out takes what has arrived */
  constructor(
    host: TcpHost,
    private readonly way: Way,
    firstTripMs: number,
    private readonly out: (parcel: Parcel) => void,
  ) {
    const { pace } = host
    const { rto, maxRetransmissions, segmentBytes } = host.config.tcp
    this.receiver = new TcpReceiver({
      pace,
      arrived: (upTo) => {
        for (const parcel of way.complete(upTo)) this.out(parcel)
      },
      acknowledge: () => this.back?.way.acknowledgement(this.receiver.take(), this.latest()),
    })
    this.sender = new TcpSender(
      {
        pace,
        segmentBytes,
        floorMs: rto,
        mostTimeouts: maxRetransmissions,
        transmit: (s) => {
          const { back } = this
          if (back === null) return
          back.receiver.answered()
          way.segment(s, back.receiver.take())
        },
        gaveUp: () => host.reset(),
      },
      firstTripMs,
    )
    way.landed = (ack, from, to, sentMs) => {
      if (this.back !== null) this.back.heard(ack)
      if (to > from) this.segment(from, to, sentMs)
    }
  }

  /** Packets that have not arrived. */
  get pending(): number {
    return this.way.pending
  }

  /**
   * Sends a packet. Nothing arrives before this returns.
   * @returns ms from now until it will probably arrive, if what is sent again is not lost again
   */
  send(parcel: Parcel): number {
    this.way.add(parcel)
    const { transit } = parcel
    const before = transit.segmentLosses
    this.sender.write(transit.packet.frame.length)
    return this.way.delayMs() + (transit.segmentLosses > before ? this.sender.trips.rtoMs : 0)
  }

  /** Everything arrives now. */
  flush(): void {
    const { way } = this
    way.ground()
    this.receiver.jump(way.length)
    this.sender.skip()
    for (const parcel of way.complete(way.length)) this.out(parcel)
    way.forget(way.length)
  }

  /** Ends it; gives the packets that have not arrived, oldest first. */
  clear(): PacketTransit[] {
    this.sender.stop()
    this.receiver.stop()
    return this.way.clear()
  }

  private latest() {
    return this.way.at(this.lastFrom)
  }

  private segment(from: number, to: number, sentMs: number): void {
    this.lastFrom = from
    this.receiver.segment(from, to, sentMs)
  }

  private heard(ack: Parameters<TcpSender['heard']>[0]): void {
    this.sender.heard(ack)
    this.way.forget(ack.upTo)
  }
}

/** A TCP connection through a link on which segments are lost. */
export class TcpConnection {
  readonly uplink: TcpPath
  readonly downlink: TcpPath

  /** @param keys of the link's directions @param out takes what has arrived */
  constructor(
    host: TcpHost,
    keys: Readonly<Record<Direction, FateKey>>,
    out: (direction: Direction, parcel: Parcel) => void,
  ) {
    const wayOf = (direction: Direction) => new Way(host.pace, keys[direction], () => host.partsOf(direction))
    const ways = { uplink: wayOf('uplink'), downlink: wayOf('downlink') }
    const firstTripMs = ways.uplink.delayMs() + ways.downlink.delayMs()
    const pathOf = (direction: Direction) =>
      new TcpPath(host, ways[direction], firstTripMs, (parcel) => out(direction, parcel))
    this.uplink = pathOf('uplink')
    this.downlink = pathOf('downlink')
    this.uplink.back = this.downlink
    this.downlink.back = this.uplink
  }
}
