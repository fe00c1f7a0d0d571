import { readVarint, varintValue } from '../mqtt/varint'

/** Fixed header of a packet at most: type and flags, and four bytes of remaining length. */
const HEAD_BYTES = 5

/**
 * Reads the first byte of every packet in a stream of bytes without keeping any of them, whatever their pieces. Where the
 * bytes cannot be MQTT it falls silent: they pass all the same.
 */
export class HeaderScanner {
  /** Fixed header of the packet under way, as far as it is here. */
  private readonly head = Buffer.alloc(HEAD_BYTES)
  private have = 0
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
      } else this.readHead(chunk[at++] as number)
    }
  }

  private readHead(byte: number): void {
    this.head[this.have++] = byte
    if (this.have === 1 || (byte >= 0x80 && this.have < HEAD_BYTES)) return
    if (byte >= 0x80) {
      this.lost = true
      return
    }
    this.packet(this.head[0] as number)
    this.rest = varintValue(readVarint(this.head, 1, this.have))
    this.have = 0
  }
}
