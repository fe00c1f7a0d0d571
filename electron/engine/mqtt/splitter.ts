import { MalformedPacketError, type Frame } from './frame'

/** Largest packet MQTT can express: five header bytes and 268,435,455 more (3.1.1 section 2.2.3). */
export const MAX_PACKET_BYTES = 268_435_460

/**
 * Cuts a byte stream into whole MQTT packets without reading more than the fixed header.
 * A frame that lies within one chunk is a view on it; only frames that span chunks are copied.
 */
export class FrameSplitter {
  private parts: Buffer[] = []
  private held = 0
  private need = 2

  /** @param maxBytes packets longer than this are refused @default MAX_PACKET_BYTES */
  constructor(private readonly maxBytes = MAX_PACKET_BYTES) {}

  /** Bytes waiting for the rest of their packet. */
  get pendingBytes(): number {
    return this.held
  }

  /**
   * Takes the next chunk and hands every packet it completes to `onFrame`, in order.
   * @throws MalformedPacketError when the remaining length is over four bytes or over the limit
   */
  push(chunk: Buffer, onFrame: (frame: Frame) => void): void {
    if (this.held > 0) {
      this.parts.push(chunk)
      this.held += chunk.length
      if (this.held < this.need) return
      chunk = Buffer.concat(this.parts, this.held)
      this.parts = []
      this.held = 0
    }
    let at = 0
    while (at < chunk.length) {
      const size = this.sizeAt(chunk, at)
      if (size < 0 || at + size > chunk.length) {
        this.need = size < 0 ? chunk.length - at + 1 : size
        break
      }
      onFrame(chunk.subarray(at, at + size))
      at += size
    }
    if (at < chunk.length) {
      this.parts = [at === 0 ? chunk : chunk.subarray(at)]
      this.held = chunk.length - at
    }
  }

  /** Whole size of the packet that begins at `at`, or -1 while its remaining length is incomplete. */
  private sizeAt(b: Buffer, at: number): number {
    let value = 0
    for (let i = 0; i < 4; i++) {
      const byte = b[at + 1 + i]
      if (byte === undefined) return -1
      value += (byte & 0x7f) * 128 ** i
      if ((byte & 0x80) === 0) {
        const size = 2 + i + value
        if (size > this.maxBytes) {
          throw new MalformedPacketError(`packet of ${size} bytes is over the limit of ${this.maxBytes}`)
        }
        return size
      }
    }
    throw new MalformedPacketError('remaining length is longer than four bytes')
  }
}
