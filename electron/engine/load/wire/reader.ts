import { PacketTooLargeError } from '../../mqtt/errors'
import { MAX_PACKET_BYTES } from '../../mqtt/splitter'
import { readVarint, varintBytes, varintValue } from '../../mqtt/varint'

/**
 * Takes one whole packet: its first byte is at `start`, what follows the fixed header at `body`, and it ends before
 * `end`. The bytes are only valid during the call: the buffer is read into again afterwards.
 */
export type PacketSink = (b: Buffer, start: number, body: number, end: number) => void

/**
 * Cuts a byte stream into packets without making an object for each. Unlike the engine's FrameSplitter it does not
 * keep views of the chunk, so one read buffer serves all sockets of a thread; only a packet cut in two is copied.
 */
export class PacketReader {
  private held: Buffer | null = null
  private have = 0
  /** Bytes of the packet in `held`, or 0 while its length is not known. */
  private size = 0

  constructor(
    private readonly sink: PacketSink,
    private readonly maxBytes = MAX_PACKET_BYTES,
  ) {}

  /** Forgets a half packet; for a new connection. */
  reset(): void {
    this.held = null
    this.have = 0
    this.size = 0
  }

  /** @throws MalformedPacketError when a remaining length is over four bytes or over the limit */
  push(chunk: Buffer, length: number): void {
    let at = this.have > 0 ? this.complete(chunk, length) : 0
    while (at < length) {
      const read = readVarint(chunk, at + 1, length)
      const size = this.sizeOf(read)
      if (size === 0 || at + size > length) {
        this.keep(chunk, at, length, size)
        return
      }
      this.sink(chunk, at, at + 1 + varintBytes(read), at + size)
      at += size
    }
  }

  /** Finishes the packet that was cut; returns where the next one begins. */
  private complete(chunk: Buffer, length: number): number {
    let at = 0
    while (this.size === 0 && at < length) {
      const held = this.held as Buffer
      held[this.have++] = chunk[at++] as number
      const size = this.sizeOf(readVarint(held, 1, this.have))
      if (size > 0) this.grow(size)
    }
    if (this.size === 0) return at
    const held = this.held as Buffer
    const take = Math.min(this.size - this.have, length - at)
    chunk.copy(held, this.have, at, at + take)
    this.have += take
    if (this.have < this.size) return length
    const size = this.size
    this.reset()
    this.sink(held, 0, 1 + varintBytes(readVarint(held, 1, size)), size)
    return at + take
  }

  private keep(chunk: Buffer, at: number, length: number, size: number): void {
    this.held = Buffer.allocUnsafe(Math.max(size, 8))
    this.have = chunk.copy(this.held, 0, at, length)
    this.size = size
  }

  private grow(size: number): void {
    this.size = size
    const held = this.held as Buffer
    if (size <= held.length) return
    this.held = Buffer.allocUnsafe(size)
    held.copy(this.held, 0, 0, this.have)
  }

  /** Bytes of a packet with this remaining length, as `readVarint` gave it; 0 while that is not all there. */
  private sizeOf(read: number): number {
    if (read === 0) return 0
    const size = 1 + varintBytes(read) + varintValue(read)
    if (size <= this.maxBytes) return size
    throw new PacketTooLargeError(size, this.maxBytes)
  }
}
