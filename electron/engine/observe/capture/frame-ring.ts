import type { Frame } from '../../mqtt/packet'

/** Pieces of the ring. A piece gets its memory when it is first written to. */
const PIECES = 4

/** Bytes of frames one behind the other; each lies in one piece. Whoever keeps places in it makes room in time. */
export class FrameRing {
  readonly size: number
  private readonly piece: number
  private readonly pieces: (Buffer | undefined)[] = []
  /** Bytes taken since the beginning; a place in the ring is this modulo its size. */
  written = 0

  /** @param size bytes at least */
  constructor(size: number) {
    this.piece = Math.ceil(size / PIECES)
    this.size = this.piece * PIECES
  }

  /** Longest frame that fits. */
  get longest(): number {
    return this.piece
  }

  /** Moves on to where so many bytes fit in one piece. @returns that place, counted since the beginning */
  reserve(length: number): number {
    const left = this.piece - (this.written % this.piece)
    if (length > left) this.written += left
    return this.written
  }

  /** Writes the first bytes of a frame to the place reserved for them. */
  write(frame: Frame, length: number): void {
    const at = this.written % this.piece
    const bytes = this.pieceOf(this.written)
    if (length < 96) for (let k = 0; k < length; k++) bytes[at + k] = frame[k] as number
    else frame.copy(bytes, at, 0, length)
    this.written += length
  }

  /** A view of what was written there. */
  read(place: number, length: number): Frame {
    const at = place % this.piece
    return this.pieceOf(place).subarray(at, at + length)
  }

  private pieceOf(place: number): Buffer {
    const n = Math.floor(place / this.piece) % PIECES
    return (this.pieces[n] ??= Buffer.allocUnsafeSlow(this.piece))
  }
}
