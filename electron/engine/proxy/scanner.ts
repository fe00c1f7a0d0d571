/** Fixed header of a packet at most: type and flags, and four bytes of remaining length. */
const LENGTH_BYTES = 4

/**
 * Reads the first byte of every packet in a stream of bytes without keeping any of them, whatever their pieces. Where the
 * bytes cannot be MQTT it falls silent: they pass all the same.
 */
export class HeaderScanner {
  private first = -1
  private lengthBytes = 0
  private length = 0
  /** Bytes of the packet under way that are still to come. */
  private rest = 0
  private lost = false

  /** @param packet called with type and flags of each packet when its header has passed */
  constructor(private readonly packet: (first: number) => void) {}

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length && !this.lost) {
      if (this.rest > 0) {
        const skip = Math.min(this.rest, chunk.length - at)
        this.rest -= skip
        at += skip
      } else if (this.first < 0) this.first = chunk[at++] as number
      else this.readLength(chunk[at++] as number)
    }
  }

  private readLength(byte: number): void {
    this.length += (byte & 0x7f) * 128 ** this.lengthBytes++
    if (byte >= 0x80) {
      this.lost = this.lengthBytes === LENGTH_BYTES
      return
    }
    this.packet(this.first)
    this.rest = this.length
    this.first = -1
    this.lengthBytes = this.length = 0
  }
}
