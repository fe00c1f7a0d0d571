/** One frame as a capture file holds it. */
export interface CapturedFrame {
  /** Link type of its interface, see https://www.tcpdump.org/linktypes.html */
  linkType: number
  /** Unix time, ns; 0 where the block has none. */
  unixNs: bigint
  /** What was kept of it: a view on the bytes that were read. */
  data: Buffer
  /** Its comments, where the file has any. */
  comment: string | null
}

/** What a reader of a capture file tells. */
export interface FrameSink {
  frame(f: CapturedFrame): void
  /** A name that the file gives an address, which is in its shortest text form. */
  name(address: string, name: string): void
  /** The program that wrote the section that begins now. */
  writer(application: string): void
  /** A comment on the section that begins now. */
  comments(onSection: string): void
}

/** Reads one record of a file. */
export interface RecordReader {
  /**
   * @returns bytes of the record at `at`, which may be more than are here where nothing of it is wanted; 0 while more of
   * it is needed
   * @throws CaptureFileError where the rest of the file cannot be read
   */
  record(b: Buffer, at: number): number
}

/** One line that says why a file, or the rest of it, cannot be read. */
export class CaptureFileError extends Error {
  override readonly name = 'CaptureFileError'
}

/** Longest frame there is, in bytes: what Wireshark takes too. */
export const MAX_FRAME_BYTES = 262_144
