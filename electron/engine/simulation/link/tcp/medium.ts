import { travelMs, type Medium, type Parts } from '../medium'

/** TCP as long as no segment is lost: all arrives, after its way. Once one may be, a `TcpConnection` carries the packets. */
export function createTcpMedium(parts: Parts): Medium {
  return {
    decide: (packet) => ({ fate: 'deliver', afterMs: travelMs(packet, parts), segmentLosses: 0 }),
  }
}
