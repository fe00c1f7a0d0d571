import type { LinkConfig } from '../../../contract/link-config'
import { travelMs, type Medium, type Parts } from './medium'
import type { PacketQuery } from './query'

/** Upper bound of the retransmission timeout (RFC 6298 2.5 allows one of at least 60 seconds). */
const MAX_RTO_MS = 60_000

/**
 * TCP: segments are lost and sent again after the retransmission timeout, which doubles with each loss of the same
 * segment (RFC 6298 5.5). A packet is complete when its last segment is; what follows waits behind it (the lane
 * keeps order). After too many losses of one segment the connection resets.
 */
export function createTcpMedium(config: LinkConfig['tcp'], parts: Parts): Medium {
  return {
    decide(packet) {
      const travel = travelMs(packet, parts)
      const segments = Math.max(1, Math.ceil(packet.bytes / config.segmentBytes))
      let longest = 0
      let losses = 0
      for (let s = 0; s < segments; s++) {
        const sent = sendSegment(packet, config, parts)
        losses += sent.losses
        longest = Math.max(longest, sent.waitMs)
        if (sent.gaveUp) return { fate: 'reset', afterMs: sent.waitMs, segmentLosses: losses }
      }
      return { fate: 'deliver', afterMs: travel + longest, segmentLosses: losses }
    },
  }
}

function sendSegment(packet: PacketQuery, config: LinkConfig['tcp'], parts: Parts) {
  let losses = 0
  let waitMs = 0
  let rto = config.rto
  let gaveUp = false
  const sentMs = packet.nowMs
  while (!gaveUp && segmentLost(packet, parts)) {
    losses++
    waitMs += rto
    // It is sent again then, when the network may be another one.
    packet.nowMs = sentMs + waitMs
    rto = Math.min(rto * 2, Math.max(MAX_RTO_MS, config.rto))
    gaveUp = losses > config.maxRetransmissions
  }
  packet.nowMs = sentMs
  return { losses, waitMs, gaveUp }
}

function segmentLost(packet: PacketQuery, parts: Parts): boolean {
  const lost = parts.loss.lost(packet) || packet.condemned
  packet.first = false
  packet.condemned = false
  packet.nth++
  return lost
}
