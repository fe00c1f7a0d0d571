import type { TopicAlias } from '../../../contract/model'
import { typeOf } from '../../mqtt/first-byte'
import type { Frame } from '../../mqtt/packet'
import type { PacketTransit } from '../../mqtt/transit'
import { ALTERED, DOWN, Effect, FATES, Fated, REASONS, UP } from './codes'
import { ColumnRing } from './column-ring'
import { FrameRing } from './frame-ring'

/** Of a long packet this much is kept when the byte ring has begun to overwrite. */
const LONG_FRAME_BYTES = 4096

/** Added to a topic alias, which has 16 bits, where the topic name is left out. */
const ALIAS_ALONE = 0x1_0000

/**
 * The last packets. A packet's number (`seq`) ascends from 1; its row is at `at(seq)` while `has(seq)`.
 * Links to earlier packets are kept as distances, 0 for none.
 */
export class PacketTable extends ColumnRing {
  /** Oldest packet kept. */
  first = 1
  /** Number the next packet gets. */
  next = 1
  sentMs = this.f64()
  settledMs = this.f64()
  /** See `PacketTransit`; of most packets 0. */
  skippedMs = this.f64()
  heldMs = this.f32()
  /** Kept by the transit index. */
  transit = this.f64()
  exchange = this.f64()
  client = this.u32()
  topic = this.u32()
  /** Topic alias; with `ALIAS_ALONE` where the topic name is left out. */
  private alias = this.u32()
  size = this.u32()
  packetId = this.u16()
  head = this.u8()
  level = this.u8()
  direction = this.u8()
  agent = this.u8()
  /** Place in `ALTERED`. */
  altered = this.u8()
  fate = this.u8()
  reason = this.u8()
  effect = this.u8()
  attempt = this.u32()
  segmentLosses = this.u16()
  lossPoint = this.f32()
  resends = this.u32()
  answers = this.u32()
  prevInExchange = this.u32()
  prevOfClient = this.u32()
  private from = this.f64()
  private stored = this.u32()
  private readonly bytes: FrameRing
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
    super(capacity)
    this.bytes = new FrameRing(Math.max(byteCapacity, 4 * LONG_FRAME_BYTES))
  }

  protected override numberAt(i: number): number {
    const seq = this.next - 1 - ((this.next - 1 - i) & (this.rows - 1))
    return this.has(seq) ? seq : 0
  }

  get kept(): number {
    return this.next - this.first
  }

  has(seq: number): boolean {
    return seq >= this.first && seq < this.next
  }

  /** MQTT control packet type, 1 to 15. */
  type(seq: number): number {
    return typeOf(this.head[this.at(seq)] as number)
  }

  /** Number of the first kept packet sent at this clock time or later; `next` when there is none. */
  firstSentAt(ms: number): number {
    // packets enter in the order of the clock
    let lo = this.first
    let hi = this.next
    while (lo < hi) {
      const mid = Math.floor((lo + hi) / 2)
      if ((this.sentMs[this.at(mid)] as number) < ms) lo = mid + 1
      else hi = mid
    }
    return lo
  }

  /** Takes a packet in and gives its number; the oldest make room. */
  add(p: PacketTransit, client: number, topic: number, alias: number): number {
    const { frame, packetId, level, topicAt, topicEnd } = p.packet
    if (this.kept >= this.capacity) this.evictOldest()
    else if (this.rows < this.slots) this.makeRoom(this.next, this.kept >= this.rows)
    const seq = this.next
    const i = this.at(seq)
    this.keepBytes(i, frame)
    this.next = seq + 1
    this.sentMs[i] = p.sentMs
    this.skippedMs[i] = p.skippedMs ?? 0
    this.exchange[i] = 0
    this.client[i] = client
    this.topic[i] = topic
    this.alias[i] = alias !== 0 && topicAt === topicEnd ? alias + ALIAS_ALONE : alias
    this.size[i] = p.wireBytes ?? frame.length
    this.packetId[i] = packetId
    this.head[i] = frame[0] ?? 0
    this.level[i] = level
    this.direction[i] = p.direction === 'uplink' ? UP : DOWN
    this.agent[i] = p.origin === 'agent' ? 1 : 0
    this.altered[i] = p.altered === undefined ? 0 : ALTERED.indexOf(p.altered)
    this.effect[i] = Effect.none
    this.attempt[i] = p.attempt
    this.resends[i] = 0
    this.answers[i] = 0
    this.prevInExchange[i] = 0
    this.prevOfClient[i] = 0
    this.copyState(i, p)
    return seq
  }

  /** Topic alias of a PUBLISH, by its place in the table. */
  aliasOf(i: number): TopicAlias | null {
    const alias = this.alias[i] as number
    if (alias === 0) return null
    return alias > ALIAS_ALONE
      ? { number: alias - ALIAS_ALONE, alone: true }
      : { number: alias, alone: false }
  }

  /** Copies what changes while a packet is on its way. */
  copyState(i: number, p: PacketTransit): void {
    const delivered = p.state === 'delivered'
    const fate = delivered ? Fated.delivered : FATES.indexOf(p.state)
    this.fate[i] = fate
    this.settledMs[i] = fate >= Fated.delivered ? p.settledMs : Number.NaN
    this.heldMs[i] = p.heldMs ?? 0
    this.reason[i] = p.cause === null ? 0 : REASONS.indexOf(p.cause)
    this.lossPoint[i] = p.lossPoint
    this.segmentLosses[i] = Math.min(p.segmentLosses, 0xffff)
  }

  /** The kept bytes of a packet, a view that stays valid until the packet is evicted. */
  frame(seq: number): Frame {
    const i = this.at(seq)
    return this.bytes.read(this.from[i] as number, this.stored[i] as number)
  }

  clear(): void {
    while (this.first < this.next) this.evictOldest()
    this.overwriting = false
  }

  private evictOldest(): void {
    const seq = this.first
    this.evicted(seq, this.at(seq))
    this.first = seq + 1
  }

  private keepBytes(i: number, frame: Frame): void {
    const { bytes } = this
    let length = frame.length
    if (
      length > LONG_FRAME_BYTES &&
      (this.overwriting || length > bytes.longest || this.free() < 2 * length)
    ) {
      length = LONG_FRAME_BYTES
    }
    const from = bytes.reserve(length)
    while (this.first < this.next && from + length - this.oldestByte() > bytes.size) {
      this.overwriting = true
      this.evictOldest()
    }
    bytes.write(frame, length)
    this.from[i] = from
    this.stored[i] = length
  }

  private oldestByte(): number {
    return this.from[this.at(this.first)] as number
  }

  private free(): number {
    return this.bytes.size - (this.first < this.next ? this.bytes.written - this.oldestByte() : 0)
  }
}
