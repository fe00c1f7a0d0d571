import type { LinkConfig, RecoveryConfig } from '../../../contract/link-config'
import { isHandshake } from '../../mqtt/packet'
import { travelMs, type Medium, type Parts, type Verdict } from './medium'
import type { PacketQuery } from './query'

type RadioConfig = Pick<LinkConfig, 'lossScope' | 'recovery'>

/** A link that loses everything would repeat for ever. */
const MOST_REPETITIONS = 1000

/** What most packets of an undelayed link get. */
const AT_ONCE: Verdict = { fate: 'deliver', afterMs: 0, segmentLosses: 0 }

/**
 * Datagrams: a whole packet arrives or is lost. Who sends it again is the agents' affair (retransmission.ts), unless the
 * link has acknowledgements of its own: then it arrives late, and what follows waits behind it.
 */
export function createRadioMedium({ lossScope, recovery }: RadioConfig, parts: Parts): Medium {
  const named = parts.loss.namesTypes === true
  return {
    decide(packet) {
      const afterMs = travelMs(packet, parts)
      const asked = named || lossScope === 'all' || isHandshake(packet.type)
      const lost = asked && parts.loss.lost(packet)
      if (!lost && !packet.condemned) {
        return afterMs === 0 ? AT_ONCE : { fate: 'deliver', afterMs, segmentLosses: 0 }
      }
      const cause = packet.condemned || named ? 'rule' : 'model'
      if (recovery.mode === 'link') {
        const again = repeatedByLink(packet, recovery, parts)
        if (again !== null)
          return { fate: 'deliver', afterMs: afterMs + again.waitMs, segmentLosses: again.losses }
      }
      return { fate: 'lose', cause, afterMs, point: packet.point() }
    },
  }
}

/** The packet was lost once: how often it is lost until it arrives, and how long that takes. Null when the link gives up. */
function repeatedByLink(packet: PacketQuery, { timeout, backoff, maxRetries }: RecoveryConfig, parts: Parts) {
  const most = maxRetries === 'unlimited' ? MOST_REPETITIONS : maxRetries
  let waitMs = 0
  let pauseMs = timeout
  for (let losses = 1; losses <= most; losses++) {
    waitMs += pauseMs
    pauseMs *= backoff
    packet.first = false
    packet.nth++
    if (!parts.loss.lost(packet)) return { losses, waitMs }
  }
  return null
}
