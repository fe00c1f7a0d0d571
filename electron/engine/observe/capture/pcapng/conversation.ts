import type { PcapngWriter } from './blocks'
import { ACK, ethernetFrame, MSS, PSH, SYN, type Endpoint } from './tcp'

const NOTHING = Buffer.alloc(0)
/** The receiver acknowledges by itself after this many bytes; well under the window. */
const ACK_AFTER = 32_768

interface TcpPeer extends Endpoint {
  next: number
  /** Bytes sent that the other side has not acknowledged. */
  open: number
}

/**
 * One TCP connection made up around MQTT packets. Every packet takes its room in the sequence space, lost ones too:
 * what follows a lost packet then reassembles as it was.
 */
export class Conversation {
  private readonly client: TcpPeer
  private readonly broker: TcpPeer

  constructor(
    private readonly out: PcapngWriter,
    client: Endpoint,
    broker: Endpoint,
    unixMs: number,
  ) {
    this.client = { ...client, next: 1000, open: 0 }
    this.broker = { ...broker, next: 5000, open: 0 }
    this.segment(unixMs, this.client, this.broker, SYN, NOTHING, null)
    this.client.next++
    this.segment(unixMs, this.broker, this.client, SYN | ACK, NOTHING, null)
    this.broker.next++
    this.segment(unixMs, this.client, this.broker, ACK, NOTHING, null)
  }

  /** One MQTT packet, in as many segments as it needs; the comment stands on each. */
  send(unixMs: number, uplink: boolean, packet: Buffer, comment: string | null): void {
    const [from, to] = uplink ? [this.client, this.broker] : [this.broker, this.client]
    for (let at = 0; at < packet.length; at += MSS) {
      const payload = packet.subarray(at, at + MSS)
      this.segment(unixMs, from, to, PSH | ACK, payload, comment)
      from.next = (from.next + payload.length) >>> 0
      from.open += payload.length
      to.open = 0
      if (from.open > ACK_AFTER) {
        this.segment(unixMs, to, from, ACK, NOTHING, null)
        from.open = 0
      }
    }
  }

  private segment(
    unixMs: number,
    from: TcpPeer,
    to: TcpPeer,
    flags: number,
    payload: Buffer,
    comment: string | null,
  ) {
    const ack = (flags & ACK) === 0 ? 0 : to.next
    this.out.packet(unixMs, ethernetFrame({ from, to, seq: from.next, ack, flags, payload }), comment)
  }
}
