import { Verdict } from './codes'

const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(2, n)))

/** What of an exchange has reached its receiver. */
export const Got = { publish: 1, pubrec: 2, pubrel: 4 } as const

/** Columns of the exchanges; a number's row is overwritten after as many newer ones as the ring has packets. */
export class ExchangeTable {
  next = 1
  readonly mask: number
  readonly id: Float64Array
  readonly journey: Float64Array
  readonly startedMs: Float64Array
  readonly endedMs: Float64Array
  readonly client: Uint32Array
  readonly topic: Uint32Array
  readonly packetId: Uint16Array
  readonly direction: Uint8Array
  readonly qos: Uint8Array
  readonly verdict: Uint8Array
  /** Bits of `Got`. */
  readonly got: Uint8Array
  /** QoS 2: the receiver holds the packet identifier until PUBREL. */
  readonly held: Uint8Array
  /** Publisher's leg: the broker has passed the message on. */
  readonly passed: Uint8Array
  readonly publishes: Uint32Array
  readonly pubrels: Uint32Array
  /** Times the message reached the application at the end of this leg. */
  readonly copies: Uint32Array
  readonly lastPacket: Float64Array
  readonly lastPublish: Float64Array
  readonly lastPubrel: Float64Array
  /** Last packet answered, per kind of answer: PUBLISH, PUBREC, PUBREL. */
  readonly answered: [Float64Array, Float64Array, Float64Array]
  /** The exchange that had the packet identifier before. */
  readonly previous: Float64Array
  readonly prevInJourney: Float64Array
  /** The exchange before it of the same client; those at QoS 0 are left out. */
  readonly prevOfClient: Float64Array

  constructor(
    capacity: number,
    private readonly recycled: (at: number) => void,
  ) {
    const n = powerOfTwo(capacity)
    const f64 = () => new Float64Array(n)
    const u32 = () => new Uint32Array(n)
    const u8 = () => new Uint8Array(n)
    this.mask = n - 1
    this.id = f64()
    this.journey = f64()
    this.startedMs = f64()
    this.endedMs = f64()
    this.client = u32()
    this.topic = u32()
    this.packetId = new Uint16Array(n)
    this.direction = u8()
    this.qos = u8()
    this.verdict = u8()
    this.got = u8()
    this.held = u8()
    this.passed = u8()
    this.publishes = u32()
    this.pubrels = u32()
    this.copies = u32()
    this.lastPacket = f64()
    this.lastPublish = f64()
    this.lastPubrel = f64()
    this.answered = [f64(), f64(), f64()]
    this.previous = f64()
    this.prevInJourney = f64()
    this.prevOfClient = f64()
  }

  has(id: number): boolean {
    return id !== 0 && this.id[id & this.mask] === id
  }

  at(id: number): number {
    return id & this.mask
  }

  add(
    client: number,
    direction: number,
    packetId: number,
    qos: number,
    topic: number,
    nowMs: number,
  ): number {
    const id = this.next++
    const i = id & this.mask
    if (this.id[i] !== 0) this.recycled(i)
    this.id[i] = id
    this.client[i] = client
    this.direction[i] = direction
    this.packetId[i] = packetId
    this.qos[i] = qos
    this.topic[i] = topic
    this.startedMs[i] = nowMs
    this.endedMs[i] = Number.NaN
    this.verdict[i] = Verdict.open
    this.got[i] = this.held[i] = this.passed[i] = 0
    this.publishes[i] = this.pubrels[i] = this.copies[i] = 0
    this.journey[i] = this.lastPacket[i] = this.lastPublish[i] = this.lastPubrel[i] = 0
    for (const column of this.answered) column[i] = 0
    this.previous[i] = this.prevInJourney[i] = this.prevOfClient[i] = 0
    return id
  }

  clear(): void {
    for (let i = 0; i <= this.mask; i++) {
      if (this.id[i] === 0) continue
      this.recycled(i)
      this.id[i] = 0
    }
  }
}

/** Columns of the journeys; bounded like the exchanges, since each has one at least. */
export class JourneyTable {
  next = 1
  private readonly mask: number
  readonly id: Float64Array
  readonly startedMs: Float64Array
  /** Publisher; 0 for the broker itself and for messages of an earlier run. */
  readonly client: Uint32Array
  readonly topic: Uint32Array
  readonly qos: Uint8Array
  readonly lastExchange: Float64Array
  /** The publisher's exchange, or the first one seen. */
  readonly source: Float64Array
  /** Most copies that one subscriber got. */
  readonly copies: Uint32Array
  /** Capture number of the first PUBLISH: its bytes say the identity. */
  readonly publish: Float64Array

  constructor(
    capacity: number,
    private readonly recycled: (at: number) => void,
  ) {
    const n = powerOfTwo(capacity)
    this.mask = n - 1
    this.id = new Float64Array(n)
    this.startedMs = new Float64Array(n)
    this.client = new Uint32Array(n)
    this.topic = new Uint32Array(n)
    this.qos = new Uint8Array(n)
    this.lastExchange = new Float64Array(n)
    this.source = new Float64Array(n)
    this.copies = new Uint32Array(n)
    this.publish = new Float64Array(n)
  }

  has(id: number): boolean {
    return id !== 0 && this.id[id & this.mask] === id
  }

  at(id: number): number {
    return id & this.mask
  }

  add(client: number, topic: number, qos: number, publish: number, nowMs: number): number {
    const id = this.next++
    const i = id & this.mask
    if (this.id[i] !== 0) this.recycled(i)
    this.id[i] = id
    this.client[i] = client
    this.topic[i] = topic
    this.qos[i] = qos
    this.publish[i] = publish
    this.startedMs[i] = nowMs
    this.lastExchange[i] = this.source[i] = this.copies[i] = 0
    return id
  }

  clear(): void {
    for (let i = 0; i <= this.mask; i++) {
      if (this.id[i] === 0) continue
      this.recycled(i)
      this.id[i] = 0
    }
  }
}
