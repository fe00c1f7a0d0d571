import type { Frame } from '../../mqtt/packet'
import type { PacketTransit } from '../../mqtt/transit'
import { DOWN, Effect, FATES, Fated, REASONS, UP } from './codes'

/** Of a long packet this much is kept when the byte ring has begun to overwrite. */
export const LONG_FRAME_BYTES = 4096

const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(2, n)))

/**
 * The last packets, as columns of numbers: what is written per packet makes no object for the collector.
 * A packet's number (`seq`) ascends from 1; its row is at `at(seq)` while `has(seq)`.
 * Links to earlier packets are kept as distances, 0 for none.
 */
export class PacketTable {
  /** Oldest packet kept. */
  first = 1
  /** Number the next packet gets. */
  next = 1
  readonly slots: number
  private readonly mask: number
  readonly sentMs: Float64Array
  readonly settledMs: Float64Array
  /** Kept by the transit index. */
  readonly transit: Float64Array
  readonly exchange: Float64Array
  readonly client: Uint32Array
  readonly topic: Uint32Array
  readonly size: Uint32Array
  readonly packetId: Uint16Array
  readonly head: Uint8Array
  readonly level: Uint8Array
  readonly direction: Uint8Array
  readonly agent: Uint8Array
  readonly fate: Uint8Array
  readonly reason: Uint8Array
  readonly effect: Uint8Array
  readonly attempt: Uint32Array
  readonly segmentLosses: Uint16Array
  readonly lossPoint: Float32Array
  readonly resends: Uint32Array
  readonly answers: Uint32Array
  readonly prevInExchange: Uint32Array
  readonly prevOfClient: Uint32Array
  private readonly from: Float64Array
  private readonly stored: Uint32Array
  private readonly bytes: Buffer
  /** Bytes written since the beginning; the place in the ring is this modulo its size. */
  private written = 0
  private overwriting = false

  /**
   * @param capacity packets kept at most
   * @param byteCapacity bytes of frames kept at most
   * @param evicted told of each packet just before it goes
   */
  constructor(
    readonly capacity: number,
    byteCapacity: number,
    private readonly evicted: (seq: number, at: number) => void,
  ) {
    const n = (this.slots = powerOfTwo(capacity))
    this.mask = n - 1
    this.sentMs = new Float64Array(n)
    this.settledMs = new Float64Array(n)
    this.transit = new Float64Array(n)
    this.exchange = new Float64Array(n)
    this.client = new Uint32Array(n)
    this.topic = new Uint32Array(n)
    this.size = new Uint32Array(n)
    this.packetId = new Uint16Array(n)
    this.head = new Uint8Array(n)
    this.level = new Uint8Array(n)
    this.direction = new Uint8Array(n)
    this.agent = new Uint8Array(n)
    this.fate = new Uint8Array(n)
    this.reason = new Uint8Array(n)
    this.effect = new Uint8Array(n)
    this.attempt = new Uint32Array(n)
    this.segmentLosses = new Uint16Array(n)
    this.lossPoint = new Float32Array(n)
    this.resends = new Uint32Array(n)
    this.answers = new Uint32Array(n)
    this.prevInExchange = new Uint32Array(n)
    this.prevOfClient = new Uint32Array(n)
    this.from = new Float64Array(n)
    this.stored = new Uint32Array(n)
    this.bytes = Buffer.allocUnsafeSlow(Math.max(byteCapacity, 4 * LONG_FRAME_BYTES))
  }

  get kept(): number {
    return this.next - this.first
  }

  at(seq: number): number {
    return seq & this.mask
  }

  has(seq: number): boolean {
    return seq >= this.first && seq < this.next
  }

  /** MQTT control packet type, 1 to 15. */
  type(seq: number): number {
    return (this.head[seq & this.mask] as number) >> 4
  }

  /** Number of the first kept packet sent at this clock time or later; `next` when there is none. */
  firstSentAt(ms: number): number {
    // packets enter in the order of the clock
    let lo = this.first
    let hi = this.next
    while (lo < hi) {
      const mid = Math.floor((lo + hi) / 2)
      if ((this.sentMs[mid & this.mask] as number) < ms) lo = mid + 1
      else hi = mid
    }
    return lo
  }

  /** Takes a packet in and gives its number; the oldest make room. */
  add(p: PacketTransit, client: number, topic: number): number {
    const { frame, packetId, level } = p.packet
    if (this.kept >= this.capacity) this.evictOldest()
    const seq = this.next
    const i = seq & this.mask
    this.keepBytes(i, frame)
    this.next = seq + 1
    this.sentMs[i] = p.sentMs
    this.exchange[i] = 0
    this.client[i] = client
    this.topic[i] = topic
    this.size[i] = frame.length
    this.packetId[i] = packetId
    this.head[i] = frame[0] ?? 0
    this.level[i] = level
    this.direction[i] = p.direction === 'uplink' ? UP : DOWN
    this.agent[i] = p.origin === 'agent' ? 1 : 0
    this.effect[i] = Effect.none
    this.attempt[i] = p.attempt
    this.resends[i] = 0
    this.answers[i] = 0
    this.prevInExchange[i] = 0
    this.prevOfClient[i] = 0
    this.copyState(i, p)
    return seq
  }

  /** Copies what changes while a packet is on its way. */
  copyState(i: number, p: PacketTransit): void {
    const delivered = p.state === 'delivered'
    const fate = delivered ? Fated.delivered : FATES.indexOf(p.state)
    this.fate[i] = fate
    this.settledMs[i] = fate >= Fated.delivered ? p.settledMs : Number.NaN
    this.reason[i] = p.cause === null ? 0 : REASONS.indexOf(p.cause)
    this.lossPoint[i] = p.lossPoint
    this.segmentLosses[i] = Math.min(p.segmentLosses, 0xffff)
  }

  /** The kept bytes of a packet, a view that stays valid until the packet is evicted. */
  frame(seq: number): Frame {
    const i = seq & this.mask
    const at = (this.from[i] as number) % this.bytes.length
    return this.bytes.subarray(at, at + (this.stored[i] as number))
  }

  clear(): void {
    while (this.first < this.next) this.evictOldest()
    this.overwriting = false
  }

  private evictOldest(): void {
    const seq = this.first
    this.evicted(seq, seq & this.mask)
    this.first = seq + 1
  }

  private keepBytes(i: number, frame: Frame): void {
    const size = this.bytes.length
    let length = frame.length
    if (length > LONG_FRAME_BYTES && (this.overwriting || length > size / 4 || this.free() < 2 * length)) {
      length = LONG_FRAME_BYTES
    }
    let at = this.written % size
    if (at + length > size) {
      this.written += size - at
      at = 0
    }
    while (this.first < this.next && this.written + length - this.oldestByte() > size) {
      this.overwriting = true
      this.evictOldest()
    }
    if (length < 96) for (let k = 0; k < length; k++) this.bytes[at + k] = frame[k] as number
    else frame.copy(this.bytes, at, 0, length)
    this.from[i] = this.written
    this.stored[i] = length
    this.written += length
  }

  private oldestByte(): number {
    return this.from[this.first & this.mask] as number
  }

  private free(): number {
    return this.bytes.length - (this.first < this.next ? this.written - this.oldestByte() : 0)
  }
}
