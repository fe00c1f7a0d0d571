import { MalformedPacketError } from '../../mqtt/frame'
import { MAX_PACKET_BYTES } from '../../mqtt/splitter'

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
      const body = bodyOffset(chunk, at, length)
      const size = body < 0 ? 0 : body - at + this.remaining(chunk, at, body)
      if (size === 0 || at + size > length) {
        this.keep(chunk, at, length, size)
        return
      }
      this.sink(chunk, at, body, at + size)
      at += size
    }
  }

  /** Finishes the packet that was cut; returns where the next one begins. */
  private complete(chunk: Buffer, length: number): number {
    let at = 0
    while (this.size === 0 && at < length) {
      const held = this.held as Buffer
      held[this.have++] = chunk[at++] as number
      const body = bodyOffset(held, 0, this.have)
      if (body > 0) this.grow(body + this.remaining(held, 0, body))
    }
    if (this.size === 0) return at
    const held = this.held as Buffer
    const take = Math.min(this.size - this.have, length - at)
    chunk.copy(held, this.have, at, at + take)
    this.have += take
    if (this.have < this.size) return length
    const size = this.size
    this.reset()
    this.sink(held, 0, bodyOffset(held, 0, size), size)
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

  private remaining(b: Buffer, start: number, body: number): number {
    let value = 0
    for (let i = start + 1, scale = 1; i < body; i++, scale *= 128) value += ((b[i] as number) & 0x7f) * scale
    if (body - start + value > this.maxBytes) {
      throw new MalformedPacketError(
        `packet of ${body - start + value} bytes is over the limit of ${this.maxBytes}`,
      )
    }
    return value
  }
}

/** Where the fixed header that begins at `at` ends, or -1 while it is not all there. */
function bodyOffset(b: Buffer, at: number, length: number): number {
  for (let i = at + 1; i < length; i++) {
    if (((b[i] as number) & 0x80) === 0) return i + 1
    if (i - at === 4) throw new MalformedPacketError('remaining length is longer than four bytes')
  }
  return -1
}
