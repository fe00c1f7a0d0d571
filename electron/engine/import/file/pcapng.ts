import { addressText } from '../net/address'
import { CaptureFileError, MAX_FRAME_BYTES, type FrameSink, type RecordReader } from './frames'

const Block = { interface: 1, oldPacket: 2, simple: 3, names: 4, enhanced: 6, section: 0x0a0d0d0a } as const
const Option = { end: 0, comment: 1, application: 4, resolution: 9, offset: 14 } as const
/** Blocks from which something is read are not longer; others are passed over, however long. */
const MAX_BLOCK_BYTES = MAX_FRAME_BYTES + 1024 * 1024
const MAX_INTERFACES = 4096
/** The end of the year 9999, Unix ns: ticks and offset of 64 bits each can say far more, which no clock counts any more. */
const LAST_NS = 253_402_300_799_999_999_999n

interface Interface {
  linkType: number
  /** Frames keep so much at most, bytes; 0 for all. */
  snapLength: number
  ticksPerSecond: bigint
  offsetSeconds: bigint
}

/** True where a file begins with a section header block. @param magic its first four bytes, big endian */
export const isPcapng = (magic: number): boolean => magic === Block.section

/** Reader of the pcapng format (draft-ietf-opsawg-pcapng). */
export class PcapngReader implements RecordReader {
  private little = true
  private interfaces: Interface[] = []
  private blocks = 0

  constructor(private readonly sink: FrameSink) {}

  record(b: Buffer, at: number): number {
    if (b.length - at < 12) return 0
    const isSection = b.readUInt32BE(at) === Block.section
    if (isSection) this.little = this.byteOrder(b, at + 8)
    const type = this.u32(b, at)
    const length = this.u32(b, at + 4)
    if (length < 12 || length % 4 !== 0) throw this.damaged(`says it is ${length} bytes long`)
    if (!this.isWanted(type)) {
      this.blocks++
      return length
    }
    if (length > MAX_BLOCK_BYTES) throw this.damaged(`says it is ${length} bytes long`)
    if (b.length - at < length) return 0
    if (this.u32(b, at + length - 4) !== length) throw this.damaged('has two different lengths')
    this.blocks++
    this.block(type, b.subarray(at + 8, at + length - 4))
    return length
  }

  private isWanted(type: number): boolean {
    return type === Block.section || type === Block.oldPacket || (type >= 1 && type <= 6 && type !== 5)
  }

  private byteOrder(b: Buffer, at: number): boolean {
    const mark = b.readUInt32BE(at)
    if (mark === 0x1a2b3c4d) return false
    if (mark === 0x4d3c2b1a) return true
    throw this.damaged('has an unknown byte order')
  }

  private block(type: number, body: Buffer): void {
    switch (type) {
      case Block.section:
        this.interfaces = []
        if (body.length >= 16) this.section(body)
        return
      case Block.interface:
        if (body.length < 8) throw this.damaged('is too short')
        if (this.interfaces.length >= MAX_INTERFACES) throw this.damaged('is one interface too many')
        this.interfaces.push(this.readInterface(body))
        return
      case Block.names:
        this.names(body)
        return
      case Block.simple:
        this.simple(body)
        return
      default:
        this.packet(type, body)
    }
  }

  private section(body: Buffer): void {
    for (const [code, value] of this.options(body, 16)) {
      if (code === Option.application) this.sink.writer(value.toString())
      if (code === Option.comment) this.sink.comments(value.toString())
    }
  }

  private readInterface(body: Buffer): Interface {
    let ticksPerSecond = 1_000_000n
    let offsetSeconds = 0n
    for (const [code, value] of this.options(body, 8)) {
      const n = value[0] ?? 6
      if (code === Option.resolution)
        ticksPerSecond = n < 0x80 ? 10n ** BigInt(n % 20) : 1n << BigInt(n & 0x3f)
      if (code === Option.offset && value.length >= 8)
        offsetSeconds = this.little ? value.readBigInt64LE() : value.readBigInt64BE()
    }
    return { linkType: this.u16(body, 0), snapLength: this.u32(body, 4), ticksPerSecond, offsetSeconds }
  }

  /** Enhanced and the older kind of packet block. */
  private packet(type: number, body: Buffer): void {
    if (body.length < 20) throw this.damaged('is too short')
    const from = this.interfaces[type === Block.enhanced ? this.u32(body, 0) : this.u16(body, 0)]
    const kept = this.u32(body, 12)
    if (kept > body.length - 20) throw this.damaged(`says that it keeps ${kept} bytes`)
    if (!from) throw this.damaged('names an interface that is not there')
    const ticks = (BigInt(this.u32(body, 4)) << 32n) | BigInt(this.u32(body, 8))
    const unixNs = from.offsetSeconds * 1_000_000_000n + (ticks * 1_000_000_000n) / from.ticksPerSecond
    if (unixNs > LAST_NS || unixNs < -LAST_NS) throw this.damaged('has a time beyond the year 9999')
    this.sink.frame({
      linkType: from.linkType,
      unixNs,
      data: body.subarray(20, 20 + kept),
      comment: this.comment(body, 20 + padded(kept)),
    })
  }

  /** A frame without a time. */
  private simple(body: Buffer): void {
    const from = this.interfaces[0]
    if (!from || body.length < 4) throw this.damaged('names an interface that is not there')
    const most = Math.min(this.u32(body, 0), from.snapLength || MAX_FRAME_BYTES)
    this.sink.frame({ linkType: from.linkType, unixNs: 0n, data: body.subarray(4, 4 + most), comment: null })
  }

  private names(body: Buffer): void {
    for (let at = 0; at + 4 <= body.length;) {
      const type = this.u16(body, at)
      const end = at + 4 + this.u16(body, at + 2)
      if (type === 0 || end > body.length) return
      const addressBytes = type === 1 ? 4 : type === 2 ? 16 : 0
      if (addressBytes > 0 && end - at - 4 > addressBytes) {
        const nameAt = at + 4 + addressBytes
        const zero = body.indexOf(0, nameAt)
        const nameEnd = zero < 0 || zero > end ? end : zero
        this.sink.name(addressText(body.subarray(at + 4, nameAt)), body.toString('utf8', nameAt, nameEnd))
      }
      at = at + 4 + padded(end - at - 4)
    }
  }

  private comment(body: Buffer, at: number): string | null {
    const found: string[] = []
    for (const [code, value] of this.options(body, at))
      if (code === Option.comment) found.push(value.toString())
    return found.length === 0 ? null : found.join('; ')
  }

  private *options(body: Buffer, from: number): Generator<[code: number, value: Buffer]> {
    for (let at = from; at + 4 <= body.length;) {
      const code = this.u16(body, at)
      const length = this.u16(body, at + 2)
      if (code === Option.end || at + 4 + length > body.length) return
      yield [code, body.subarray(at + 4, at + 4 + length)]
      at += 4 + padded(length)
    }
  }

  private damaged(what: string): CaptureFileError {
    return new CaptureFileError(`block ${this.blocks + 1} ${what}: the file is damaged there`)
  }

  private u16(b: Buffer, at: number): number {
    return this.little ? b.readUInt16LE(at) : b.readUInt16BE(at)
  }

  private u32(b: Buffer, at: number): number {
    return this.little ? b.readUInt32LE(at) : b.readUInt32BE(at)
  }
}

const padded = (bytes: number): number => (bytes + 3) & ~3
