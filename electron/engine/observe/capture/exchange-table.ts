import { Verdict } from './codes'
import { NumberedRows } from './column-ring'

/** What of an exchange has reached its receiver. */
export const Got = { publish: 1, pubrec: 2, pubrel: 4 } as const

/** The exchanges; a number's row is overwritten after as many newer ones as the ring has packets. */
export class ExchangeTable extends NumberedRows {
  journey = this.f64()
  startedMs = this.f64()
  endedMs = this.f64()
  client = this.u32()
  topic = this.u32()
  packetId = this.u16()
  direction = this.u8()
  qos = this.u8()
  /** Receive Maximum of the subscriber; 0 where it said none, and on a publisher's leg. */
  receiveMaximum = this.u16()
  verdict = this.u8()
  /** Bits of `Got`. */
  got = this.u8()
  /** QoS 2: the receiver holds the packet identifier until PUBREL. */
  held = this.u8()
  /** Publisher's leg: the broker has passed the message on. */
  passed = this.u8()
  publishes = this.u32()
  pubrels = this.u32()
  /** Times the message reached the application at the end of this leg. */
  copies = this.u32()
  lastPacket = this.f64()
  lastPublish = this.f64()
  lastPubrel = this.f64()
  /** Last packet answered, per kind of answer: PUBLISH, PUBREC, PUBREL. */
  answered: [Float64Array, Float64Array, Float64Array] = [this.f64(), this.f64(), this.f64()]
  /** The exchange that had the packet identifier before. */
  previous = this.f64()
  prevInJourney = this.f64()
  /** The exchange before it of the same client; those at QoS 0 are left out. */
  prevOfClient = this.f64()

  add(
    client: number,
    direction: number,
    packetId: number,
    qos: number,
    topic: number,
    nowMs: number,
  ): number {
    const id = this.take()
    const i = this.at(id)
    this.client[i] = client
    this.direction[i] = direction
    this.packetId[i] = packetId
    this.qos[i] = qos
    this.topic[i] = topic
    this.startedMs[i] = nowMs
    this.endedMs[i] = Number.NaN
    this.receiveMaximum[i] = 0
    this.verdict[i] = Verdict.open
    this.got[i] = this.held[i] = this.passed[i] = 0
    this.publishes[i] = this.pubrels[i] = this.copies[i] = 0
    this.journey[i] = this.lastPacket[i] = this.lastPublish[i] = this.lastPubrel[i] = 0
    for (const column of this.answered) column[i] = 0
    this.previous[i] = this.prevInJourney[i] = this.prevOfClient[i] = 0
    return id
  }
}

/** The journeys; bounded like the exchanges, since each has one at least. */
export class JourneyTable extends NumberedRows {
  startedMs = this.f64()
  /** Publisher; 0 for the broker itself and for messages of an earlier run. */
  client = this.u32()
  topic = this.u32()
  qos = this.u8()
  lastExchange = this.f64()
  /** The publisher's exchange, or the first one seen. */
  source = this.f64()
  /** Most copies that one subscriber got. */
  copies = this.u32()
  /** Capture number of the first PUBLISH: its bytes say the identity. */
  publish = this.f64()

  add(client: number, topic: number, qos: number, publish: number, nowMs: number): number {
    const id = this.take()
    const i = this.at(id)
    this.client[i] = client
    this.topic[i] = topic
    this.qos[i] = qos
    this.publish[i] = publish
    this.startedMs[i] = nowMs
    this.lastExchange[i] = this.source[i] = this.copies[i] = 0
    return id
  }
}
