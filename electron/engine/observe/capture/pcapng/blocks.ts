const SECTION_HEADER = 0x0a0d0d0a
const INTERFACE = 1
const NAME_RESOLUTION = 4
const INTERFACE_STATISTICS = 5
const ENHANCED_PACKET = 6
const BYTE_ORDER = 0x1a2b3c4d
const LINK_ETHERNET = 1
const OPTION_COMMENT = 1
const OPTION_IF_NAME = 2
const OPTION_IF_TSRESOL = 9
const OPTION_USER_APPLICATION = 4
const NAME_IPV4 = 1

const CHUNK = 1 << 18
const MAX_NS = 2n ** 64n - 1n

const padded = (n: number): number => (n + 3) & ~3

/**
 * Writes a pcapng file (draft-ietf-opsawg-pcapng) with one Ethernet interface and times in nanoseconds,
 * little-endian, into buffers of a fixed size: none is ever copied to make room.
 */
export class PcapngWriter {
  private out = Buffer.allocUnsafe(CHUNK)
  private readonly full: Buffer[] = []
  private fullBytes = 0
  private at = 0
  private blockStart = 0

  /**
   * Section and interface.
   * @param application named as the writer in the section header
   * @param comments on the section, each of at most 65,535 bytes
   */
  begin(application: string, comments: readonly string[] = []): void {
    this.block(SECTION_HEADER)
    this.u32(BYTE_ORDER)
    this.u16(1)
    this.u16(0)
    // Section length: not given.
    this.u32(0xffffffff)
    this.u32(0xffffffff)
    for (const c of comments) this.option(OPTION_COMMENT, Buffer.from(c))
    this.option(OPTION_USER_APPLICATION, Buffer.from(application))
    this.endOptions()
    this.finish()
    this.block(INTERFACE)
    this.u16(LINK_ETHERNET)
    this.u16(0)
    this.u32(0)
    this.option(OPTION_IF_NAME, Buffer.from('mqtt'))
    this.option(OPTION_IF_TSRESOL, Buffer.from([9]))
    this.endOptions()
    this.finish()
  }

  /** Names of IPv4 addresses, shown by Wireshark when it resolves network names. */
  names(entries: Iterable<readonly [address: number, name: string]>): void {
    this.block(NAME_RESOLUTION)
    for (const [address, name] of entries) {
      // 16 bits hold the length of a record: address, name and the zero after it.
      const bytes = Buffer.from(name.replaceAll('\0', '')).subarray(0, 1024)
      this.u16(NAME_IPV4)
      this.u16(4 + bytes.length + 1)
      this.reserve(4)
      this.at = this.out.writeUInt32BE(address, this.at)
      this.bytes(bytes, padded(bytes.length + 1))
    }
    this.u32(0)
    this.finish()
  }

  /** @param unixMs fractions down to a nanosecond are kept as far as a double holds them */
  packet(unixMs: number, data: Buffer, comment: string | null): void {
    this.block(ENHANCED_PACKET)
    this.u32(0)
    this.time(unixMs)
    this.u32(data.length)
    this.u32(data.length)
    this.bytes(data, padded(data.length))
    if (comment !== null) {
      this.option(OPTION_COMMENT, Buffer.from(comment))
      this.endOptions()
    }
    this.finish()
  }

  /** A comment on all packets. */
  remark(unixMs: number, comment: string): void {
    this.block(INTERFACE_STATISTICS)
    this.u32(0)
    this.time(unixMs)
    this.option(OPTION_COMMENT, Buffer.from(comment))
    this.endOptions()
    this.finish()
  }

  /** Bytes written and not yet taken. */
  get length(): number {
    return this.fullBytes + this.at
  }

  /** What was written since it was last taken, in order; must not be called within a block. */
  take(): Buffer[] {
    const parts = [...this.full, this.out.subarray(0, this.at)]
    this.full.length = this.fullBytes = this.at = this.blockStart = 0
    this.out = Buffer.allocUnsafe(CHUNK)
    return parts
  }

  private block(type: number): void {
    this.blockStart = this.at
    this.u32(type)
    this.u32(0)
  }

  private finish(): void {
    const length = this.at + 4 - this.blockStart
    this.out.writeUInt32LE(length, this.blockStart + 4)
    this.u32(length)
  }

  /** A capture that was opened may bear times that 64 bits of ns (1970 to 2554) cannot hold: the nearest is written. */
  private time(unixMs: number): void {
    const whole = Math.floor(unixMs)
    const exact = BigInt(whole) * 1_000_000n + BigInt(Math.round((unixMs - whole) * 1e6))
    const ns = exact < 0n ? 0n : exact > MAX_NS ? MAX_NS : exact
    this.u32(Number(ns >> 32n))
    this.u32(Number(ns & 0xffffffffn))
  }

  private option(code: number, value: Buffer): void {
    this.u16(code)
    this.u16(value.length)
    this.bytes(value, padded(value.length))
  }

  private endOptions(): void {
    this.u32(0)
  }

  private bytes(data: Buffer, room: number): void {
    this.reserve(room)
    data.copy(this.out, this.at)
    this.out.fill(0, this.at + data.length, this.at + room)
    this.at += room
  }

  private u16(n: number): void {
    this.reserve(2)
    this.at = this.out.writeUInt16LE(n, this.at)
  }

  private u32(n: number): void {
    this.reserve(4)
    this.at = this.out.writeUInt32LE(n, this.at)
  }

  private reserve(n: number): void {
    if (this.at + n <= this.out.length) return
    // A block lies in one buffer, for its length is written last: what there is of it moves on.
    const begun = this.out.subarray(this.blockStart, this.at)
    const next = Buffer.allocUnsafe(Math.max(CHUNK, 2 * (begun.length + n)))
    begun.copy(next)
    this.full.push(this.out.subarray(0, this.blockStart))
    this.fullBytes += this.blockStart
    this.out = next
    this.at = begun.length
    this.blockStart = 0
  }
}
