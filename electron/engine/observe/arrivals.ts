import type { QoS } from '../../contract/packet'
import {
  frameDup,
  framePacketId,
  frameQos,
  frameRetain,
  frameTopic,
  frameType,
  payloadOffset,
  Type,
} from '../mqtt/frame'
import type { PacketTransit } from '../mqtt/transit'

/** An application message as the broker took it. */
export interface Arrival {
  topic: string
  clientId: string
  qos: QoS
  retain: boolean
  payload: Buffer
  atMs: number
}

/**
 * Application messages as they reach the broker, from the PUBLISH packets of all uplinks. A QoS 2 message counts once
 * although its PUBLISH may arrive again; one at QoS 1 counts each time, since the broker passes each copy on.
 */
export class Arrivals {
  /** Open QoS 2 identifiers of each client. */
  private readonly stored = new Map<string, Set<number>>()

  constructor(private readonly arrived: (a: Arrival) => void) {}

  settled(p: PacketTransit): void {
    if (p.direction !== 'uplink' || p.state !== 'delivered') return
    const type = frameType(p.frame)
    if (type === Type.PUBREL) this.stored.get(p.clientId)?.delete(framePacketId(p.frame))
    else if (type === Type.CONNECT) this.stored.delete(p.clientId)
    else if (type === Type.PUBLISH && !this.isRepeat(p)) this.arrived(arrivalOf(p))
  }

  private isRepeat(p: PacketTransit): boolean {
    if (frameQos(p.frame) !== 2) return false
    const packetId = framePacketId(p.frame)
    let ids = this.stored.get(p.clientId)
    if (!ids) {
      ids = new Set()
      this.stored.set(p.clientId, ids)
    }
    const known = ids.has(packetId) && frameDup(p.frame)
    ids.add(packetId)
    return known
  }
}

const arrivalOf = (p: PacketTransit): Arrival => ({
  topic: frameTopic(p.frame),
  clientId: p.clientId,
  qos: frameQos(p.frame),
  retain: frameRetain(p.frame),
  payload: p.frame.subarray(payloadOffset(p.frame, p.level)),
  atMs: p.settledMs,
})
