import { PacketTooLargeError } from './errors'
import type { Frame } from './packet'
import { readVarint, varintBytes, varintValue } from './varint'

/** Largest packet MQTT can express: five header bytes and 268,435,455 more (3.1.1 section 2.2.3). */
export const MAX_PACKET_BYTES = 268_435_460

/** Type and flags, and at most four bytes of remaining length. */
const HEAD_BYTES = 5
/** Packets up to this size get all their memory as soon as their size is known. */
const AT_ONCE_BYTES = 4096

const always = (): boolean => true

/**
 * Size in bytes of the packet that begins at `at`; 0 while its remaining length goes on beyond `end`.
 * @throws MalformedPacketError when the remaining length is over four bytes, PacketTooLargeError over the limit
 */
export function packetSize(b: Uint8Array, at: number, end: number, maxBytes = MAX_PACKET_BYTES): number {
  const read = readVarint(b, at + 1, end)
  if (read === 0) return 0
  const size = 1 + varintBytes(read) + varintValue(read)
  if (size > maxBytes) throw new PacketTooLargeError(size, maxBytes)
  return size
}

/**
 * Cuts a byte stream into whole MQTT packets without reading more than the fixed header.
 * A frame that lies within one chunk is a view on it; only frames that span chunks are copied, once.
 */
export class FrameSplitter {
  /** First bytes of the packet under way, while its size is not known. */
  private head: Buffer | null = null
  /** The packet under way, once its size is known. */
  private body: Buffer | null = null
  /** Bytes of the packet under way that are here. */
  private have = 0
  /** Bytes of the packet under way; 0 while its size is not known. */
  private size = 0

  /** @param maxBytes packets longer than this are refused @default MAX_PACKET_BYTES */
  constructor(public maxBytes = MAX_PACKET_BYTES) {}

  /** Bytes waiting for the rest of their packet. */
  get pendingBytes(): number {
    return this.have
  }

  /** Bytes of memory that the packet under way has. */
  get heldBytes(): number {
    return this.body?.length ?? this.have
  }

  /**
   * Takes the next chunk and hands every packet it completes to `onFrame`, in order.
   * @param more asked after each packet: false leaves the rest of the chunk where it is
   * @returns bytes taken: all of the chunk, unless `more` said no
   * @throws MalformedPacketError when the remaining length is over four bytes, PacketTooLargeError over the limit
   */
  push(chunk: Buffer, onFrame: (frame: Frame) => void, more = always): number {
    let at = this.have > 0 ? this.resume(chunk, onFrame) : 0
    while (at < chunk.length && (at === 0 || more())) {
      const size = packetSize(chunk, at, chunk.length, this.maxBytes)
      if (size === 0 || at + size > chunk.length) {
        if (size === 0) this.holdHead(chunk, at)
        else this.begin(size, chunk, at)
        return chunk.length
      }
      const from = at
      at += size
      onFrame(from === 0 && at === chunk.length ? chunk : chunk.subarray(from, at))
    }
    return at
  }

  /**
   * Takes text as the next bytes, in UTF-8, when it surely lies within the packet under way and does not end it.
   * @returns false when that is not so, and nothing is taken
   */
  pushText(text: string): boolean {
    const { body } = this
    if (body === null || this.have + 3 * text.length >= Math.min(this.size, body.length)) return false
    this.have += body.write(text, this.have)
    return true
  }

  /**
   * Leaves off the packet under way, so that the next byte begins another one.
   * @returns its bytes that are here and its size, 0 where that is not known; null between two packets
   */
  abandon(): { begun: Buffer; size: number } | null {
    if (this.have === 0) return null
    const { size } = this
    const begun = Buffer.from((this.body ?? (this.head as Buffer)).subarray(0, this.have))
    this.body = null
    this.have = this.size = 0
    return { begun, size }
  }

  private holdHead(chunk: Buffer, at: number): void {
    this.head ??= Buffer.allocUnsafe(HEAD_BYTES)
    while (at < chunk.length) this.head[this.have++] = chunk[at++] as number
  }

  private begin(size: number, from: Buffer, at: number): void {
    this.size = size
    const here = from.length - at
    // A long packet gets its memory as its bytes arrive: a length alone must not cost 256 MiB.
    this.body = Buffer.allocUnsafe(size <= AT_ONCE_BYTES ? size : Math.min(size, 2 * here + AT_ONCE_BYTES))
    this.have = 0
    this.append(from, at, from.length)
  }

  /** Goes on with the packet that was cut; returns where the next one begins. */
  private resume(chunk: Buffer, onFrame: (frame: Frame) => void): number {
    let at = 0
    if (this.size === 0) {
      const head = this.head as Buffer
      let size = 0
      while (size === 0 && at < chunk.length) {
        head[this.have++] = chunk[at++] as number
        size = packetSize(head, 0, this.have, this.maxBytes)
      }
      if (size === 0) return at
      this.begin(size, head.subarray(0, this.have), 0)
    }
    const end = Math.min(chunk.length, at + this.size - this.have)
    this.append(chunk, at, end)
    if (this.have < this.size) return end
    const frame = this.body as Buffer
    this.body = null
    this.have = this.size = 0
    onFrame(frame)
    return end
  }

  private append(chunk: Buffer, from: number, to: number): void {
    const need = this.have + to - from
    let body = this.body as Buffer
    if (need > body.length) {
      const grown = Buffer.allocUnsafe(Math.min(this.size, 2 * need))
      body.copy(grown, 0, 0, this.have)
      this.body = body = grown
    }
    if (to - from < 32) for (let i = from; i < to; i++) body[this.have++] = chunk[i] as number
    else this.have += chunk.copy(body, this.have, from, to)
  }
}
