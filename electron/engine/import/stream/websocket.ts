import type { ByteSink } from './half'
import type { PacketStream } from './packet-stream'

/** Frame opcodes (RFC 6455 section 5.2). */
const CONTINUATION = 0
const BINARY = 2
const CLOSE = 8
const MAX_HTTP_BYTES = 64 * 1024
const END_OF_HEADERS = Buffer.from('\r\n\r\n')

/**
 * Takes MQTT out of one direction of a WebSocket connection (RFC 6455): past the HTTP headers, out of masked and
 * fragmented frames. Behind missing or packed bytes the rest of the direction is unread.
 */
export class WebSocketStream implements ByteSink {
  private held: Buffer = Buffer.alloc(0)
  private state: 'http' | 'frames' | 'unread' = 'http'
  /** Payload to come of the frame under way, and how it is masked. */
  private left = 0
  private mask: Buffer | null = null
  private maskAt = 0
  private isData = false

  constructor(
    private readonly packets: PacketStream,
    private readonly out: { unread(bytes: number): void; missing(bytes: number): void },
    /** Told of the headers; false where they agree to nothing. */
    private readonly headers: (text: string) => boolean,
  ) {}

  data(bytes: Buffer): void {
    if (this.state === 'unread') {
      this.out.unread(bytes.length)
      return
    }
    let b = this.held.length > 0 ? Buffer.concat([this.held, bytes]) : bytes
    this.held = Buffer.alloc(0)
    if (this.state === 'http') {
      const end = b.indexOf(END_OF_HEADERS)
      if (end < 0) {
        this.hold(b)
        return
      }
      if (!this.headers(b.toString('latin1', 0, end))) {
        this.giveUp(b.length)
        return
      }
      this.state = 'frames'
      b = b.subarray(end + END_OF_HEADERS.length)
    }
    this.frames(b)
  }

  gap(bytes: number): void {
    this.out.missing(bytes)
    this.giveUp(this.held.length)
  }

  private frames(b: Buffer): void {
    let at = 0
    while (at < b.length && this.state === 'frames') {
      if (this.left === 0) {
        const header = this.header(b, at)
        if (header === 0) {
          this.held = Buffer.from(b.subarray(at))
          return
        }
        at += header
      }
      const to = Math.min(b.length, at + this.left)
      this.payload(b.subarray(at, to))
      this.left -= to - at
      at = to
    }
    if (at < b.length) this.out.unread(b.length - at)
  }

  /** @returns bytes of the header at `at`, 0 while not all of it is here */
  private header(b: Buffer, at: number): number {
    if (b.length < at + 2) return 0
    const [first, second] = [b[at] as number, b[at + 1] as number]
    const short = second & 0x7f
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
    const masked = (second & 0x80) !== 0
    const size = 2 + lengthBytes + (masked ? 4 : 0)
    if (b.length < at + size) return 0
    const length =
      lengthBytes === 0
        ? short
        : lengthBytes === 2
          ? b.readUInt16BE(at + 2)
          : Number(b.readBigUInt64BE(at + 2))
    const opcode = first & 0x0f
    // Packed frames (RFC 7692) have a reserved bit set.
    if ((first & 0x70) !== 0 || (opcode > BINARY && opcode < CLOSE) || opcode > 10) {
      this.giveUp(0)
      return size
    }
    this.isData = opcode === CONTINUATION || opcode <= BINARY
    this.left = length
    this.mask = masked ? b.subarray(at + size - 4, at + size) : null
    this.maskAt = 0
    return size
  }

  private payload(bytes: Buffer): void {
    if (!this.isData || bytes.length === 0) return
    const plain = Buffer.from(bytes)
    const { mask } = this
    if (mask !== null)
      for (let i = 0; i < plain.length; i++)
        plain[i] = (plain[i] as number) ^ (mask[(this.maskAt + i) & 3] as number)
    this.maskAt += plain.length
    this.packets.data(plain, false)
  }

  private hold(b: Buffer): void {
    if (b.length > MAX_HTTP_BYTES) this.giveUp(b.length)
    else this.held = Buffer.from(b)
  }

  private giveUp(bytes: number): void {
    this.held = Buffer.alloc(0)
    this.state = 'unread'
    if (bytes > 0) this.out.unread(bytes)
  }
}
