import type { LinkConfig } from '../../../contract/link-config'
import { isHandshake } from '../../mqtt/packet'
import { travelMs, type Medium, type Parts, type Verdict } from './medium'

/** What most packets of an undelayed link get. */
const AT_ONCE: Verdict = { fate: 'deliver', afterMs: 0, segmentLosses: 0 }

/** Datagrams: a whole packet arrives or is lost. Who sends it again is the agents' affair (retransmission.ts). */
export function createRadioMedium(scope: LinkConfig['lossScope'], parts: Parts): Medium {
  const named = parts.loss.namesTypes === true
  return {
    decide(packet) {
      const afterMs = travelMs(packet, parts)
      const asked = named || scope === 'all' || isHandshake(packet.type)
      const lost = asked && parts.loss.lost(packet)
      if (!lost && !packet.condemned) {
        return afterMs === 0 ? AT_ONCE : { fate: 'deliver', afterMs, segmentLosses: 0 }
      }
      const cause = packet.condemned || named ? 'rule' : 'model'
      return { fate: 'lose', cause, afterMs, point: packet.point() }
    },
  }
}
