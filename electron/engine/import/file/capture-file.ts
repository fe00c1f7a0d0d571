import { ClassicReader, isClassic } from './classic'
import { CaptureFileError, type FrameSink, type RecordReader } from './frames'
import { isPcapng, PcapngReader } from './pcapng'

const NONE = Buffer.alloc(0)

/**
 * Reads a pcap or pcapng file from its bytes as they come, in chunks of any size; holds one record at most.
 */
export class CaptureFile {
  private rest: Buffer = NONE
  /** Bytes to come of a record from which nothing is wanted. */
  private skip = 0
  private reader: RecordReader | null = null

  constructor(private readonly sink: FrameSink) {}

  /** @throws CaptureFileError where the rest of the file cannot be read; what came before has been told */
  push(chunk: Buffer): void {
    const skipped = Math.min(this.skip, chunk.length)
    this.skip -= skipped
    const fresh = skipped > 0 ? chunk.subarray(skipped) : chunk
    const b = this.rest.length > 0 ? Buffer.concat([this.rest, fresh]) : fresh
    this.rest = NONE
    if (b.length < 4) {
      this.rest = b
      return
    }
    this.reader ??= readerOf(b, this.sink)
    let at = 0
    while (at < b.length) {
      const n = this.reader.record(b, at)
      if (n === 0) break
      at += n
    }
    this.skip += Math.max(0, at - b.length)
    this.rest = at < b.length ? b.subarray(at) : NONE
  }

  /**
   * @returns bytes of the last record, which is cut off; 0 where the file ends between two
   * @throws CaptureFileError for a file that is none
   */
  end(): number {
    if (this.reader === null) throw new CaptureFileError(notACapture(this.rest))
    return this.rest.length || (this.skip > 0 ? 1 : 0)
  }
}

function readerOf(b: Buffer, sink: FrameSink): RecordReader {
  const magic = b.readUInt32BE(0)
  if (isClassic(magic)) return new ClassicReader(magic, sink)
  if (isPcapng(magic)) return new PcapngReader(sink)
  throw new CaptureFileError(notACapture(b))
}

function notACapture(b: Buffer): string {
  if (b.length === 0) return 'the file is empty; expected a pcap or pcapng file'
  if (b[0] === 0x1f && b[1] === 0x8b) return 'the file is packed with gzip; unpack it with gunzip first'
  const begins = b.toString('hex', 0, 4)
  return `not a pcap or pcapng file (it begins with ${begins}); save it with Wireshark as pcapng`
}
