import { SmallMap } from '../../base/small-map'
import { Type } from '../../mqtt/packet'

/** What to do with a packet that came in: hand it to the endpoint, or answer in its place. */
export interface Reception {
  readonly pass: boolean
  /** Type of the packet that answers; 0 for none. */
  readonly answer: number
}
/** Hand it to the endpoint. */
export const PASS: Reception = { pass: true, answer: 0 }
const SWALLOW: Reception = { pass: false, answer: 0 }
const ANSWER_PUBREC: Reception = { pass: false, answer: Type.PUBREC }
const ANSWER_PUBCOMP: Reception = { pass: false, answer: Type.PUBCOMP }

/**
 * handed: the endpoint has the PUBLISH, its PUBREC is awaited; received: it sent PUBREC; released: it has the PUBREL;
 * carried: left over from an earlier connection, how far the endpoint came is not known.
 */
type Phase = 'handed' | 'received' | 'released' | 'carried'

/**
 * The receiver's half of the QoS 2 handshake (MQTT 3.1.1 section 4.3.3): keeps repeated packets from endpoints that
 * mistake them for new ones. Values in, values out.
 */
export class Receiver {
  private readonly phases = new SmallMap<Phase>()

  /** Exchanges that are not complete. */
  get size(): number {
    return this.phases.size
  }

  /** A QoS 2 PUBLISH has come in. */
  publish(packetId: number, dup: boolean): Reception {
    const phase = this.phases.get(packetId)
    if (dup && phase === 'received') return ANSWER_PUBREC
    if (dup && (phase === 'handed' || phase === 'released')) return SWALLOW
    this.phases.set(packetId, 'handed')
    return PASS
  }

  /** A PUBREL has come in. One that belongs to nothing is a repeated one: its PUBCOMP was lost. */
  release(packetId: number): Reception {
    const phase = this.phases.get(packetId)
    if (phase === undefined) return ANSWER_PUBCOMP
    if (phase === 'released') return SWALLOW
    this.phases.set(packetId, 'released')
    return PASS
  }

  /** The endpoint sends PUBREC. */
  received(packetId: number, refused: boolean): void {
    if (refused) this.phases.delete(packetId)
    else if (this.phases.get(packetId) === 'handed') this.phases.set(packetId, 'received')
  }

  /** The endpoint sends PUBCOMP. */
  completed(packetId: number): void {
    this.phases.delete(packetId)
  }

  /** The connection has ended; the endpoint must see again whatever is repeated on the next one. */
  disconnected(): void {
    this.phases.fill('carried')
  }

  /** A new session has begun. */
  resetSession(): void {
    this.phases.clear()
  }
}
