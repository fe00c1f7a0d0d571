import type { FaultsConfig } from '../../../contract/link-config'
import { Packet } from '../../mqtt/packet'
import type { PacketQuery } from './query'

/** What happens to one packet besides delay and loss. */
export interface PacketFault {
  /** What arrives: the packet itself or, where a bit was flipped, another. */
  readonly packet: Packet
  readonly corrupted: boolean
  readonly twice: boolean
  /** Ms it is held up. */
  readonly lateMs: number
}

/**
 * Asked before the medium is, since that goes on in the packet's numbers. Null where nothing happens.
 * @param exposed the packet may be lost too
 */
export function faultOf(
  faults: FaultsConfig,
  packet: Packet,
  query: PacketQuery,
  exposed: boolean,
): PacketFault | null {
  const { duplicate, corrupt, reorder } = faults
  const corrupted = exposed && packet.frame.length > packet.bodyAt && query.fault('CORRUPT') < corrupt
  const twice = exposed && query.fault('DUPLICATE') < duplicate
  const slow = exposed && reorder !== undefined && query.fault('REORDER') < reorder.p
  const lateMs = untilReachableMs(faults, query.nowMs) + (slow ? reorder.by : 0)
  if (!corrupted && !twice && lateMs === 0) return null
  return { packet: corrupted ? withBitTurned(packet, query.fault('BIT')) : packet, corrupted, twice, lateMs }
}

/**
 * Ms until the partition of this moment is over; 0 when there is none. One that follows at once belongs to it.
 * @param nowMs steady ms
 */
export function untilReachableMs({ partitions }: FaultsConfig, nowMs: number): number {
  let atMs = nowMs
  for (;;) {
    const now = partitions.find((p) => p.at <= atMs && atMs < p.at + p.for)
    if (now === undefined) return atMs - nowMs
    atMs = now.at + now.for
  }
}

/** The type, flags and length stay: the stream of packets goes on. @param place of the bit, in [0, 1) of all behind them */
function withBitTurned(packet: Packet, place: number): Packet {
  const frame = Buffer.from(packet.frame)
  const bit = Math.floor(place * (frame.length - packet.bodyAt) * 8)
  const at = packet.bodyAt + (bit >> 3)
  frame[at] = (frame[at] as number) ^ (1 << (bit & 7))
  return new Packet(frame, packet.level, packet.messageId)
}
