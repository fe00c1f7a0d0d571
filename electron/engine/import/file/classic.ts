import { CaptureFileError, MAX_FRAME_BYTES, type FrameSink, type RecordReader } from './frames'

const FILE_HEADER = 24
const RECORD_HEADER = 16

/** The first four bytes of a classic pcap file, read as big endian, and what they say. */
const MAGICS: Readonly<Record<number, { little: boolean; nsPerTick: bigint }>> = {
  0xa1b2c3d4: { little: false, nsPerTick: 1000n },
  0xd4c3b2a1: { little: true, nsPerTick: 1000n },
  0xa1b23c4d: { little: false, nsPerTick: 1n },
  0x4d3cb2a1: { little: true, nsPerTick: 1n },
}

/** True where the file begins as a classic pcap file. @param magic its first four bytes, big endian */
export const isClassic = (magic: number): boolean => Object.hasOwn(MAGICS, magic)

/** Reader of the classic format (draft-ietf-opsawg-pcap). */
export class ClassicReader implements RecordReader {
  private linkType = -1
  private records = 0

  constructor(
    private readonly magic: number,
    private readonly sink: FrameSink,
  ) {}

  record(b: Buffer, at: number): number {
    const { little, nsPerTick } = MAGICS[this.magic] as { little: boolean; nsPerTick: bigint }
    const u32 = (p: number): number => (little ? b.readUInt32LE(p) : b.readUInt32BE(p))
    if (this.linkType < 0) {
      if (b.length - at < FILE_HEADER) return 0
      // The upper bits say whether frames end in a checksum.
      this.linkType = u32(at + 20) & 0xffff
      return FILE_HEADER
    }
    if (b.length - at < RECORD_HEADER) return 0
    const kept = u32(at + 8)
    if (kept > MAX_FRAME_BYTES)
      throw new CaptureFileError(
        `record ${this.records + 1} says it is ${kept} bytes long: the file is damaged there`,
      )
    const end = at + RECORD_HEADER + kept
    if (end > b.length) return 0
    this.records++
    this.sink.frame({
      linkType: this.linkType,
      unixNs: BigInt(u32(at)) * 1_000_000_000n + BigInt(u32(at + 4)) * nsPerTick,
      data: b.subarray(at + RECORD_HEADER, end),
      comment: null,
    })
    return end - at
  }
}
