/** What comes out of one direction of a connection, in order. */
export interface ByteSink {
  /** @param atSegment true where the bytes begin a segment as it was sent */
  data(bytes: Buffer, atSegment: boolean): void
  /** So many bytes were sent and are not in the file. */
  gap(bytes: number): void
}

interface Held {
  seq: number
  bytes: Buffer
  length: number
}

/** A segment farther away than this belongs to something else. */
const WINDOW = 64 * 1024 * 1024
/** Bytes and segments behind a hole that are held at most, until it is given up. */
const HELD_BYTES = 4 * 1024 * 1024
const HELD_SEGMENTS = 8192

/**
 * Puts the segments of one direction of a TCP connection in order. A hole is said to be missing as soon as the other end
 * has acknowledged what lies behind it: it was received and is not in the file. Until then it may still come.
 */
export class Half {
  /** Sequence number of the next byte; null before anything was seen. */
  private next: number | null = null
  private held: Held[] = []
  private heldBytes = 0
  private acknowledged: number | null = null
  /** Bytes that came again. */
  repeatedBytes = 0
  /** Segments that came before an earlier one. */
  reordered = 0
  /** Bytes that came after they had been said to be missing. */
  private missingUpTo: number | null = null
  lateBytes = 0

  constructor(private readonly sink: ByteSink) {}

  get began(): boolean {
    return this.next !== null
  }

  /** SYN: its sequence number. */
  begin(seq: number): void {
    this.next ??= (seq + 1) >>> 0
  }

  /** True where a SYN with this number begins another connection than this one. */
  isOther(seq: number): boolean {
    return this.next !== null && Math.abs((seq + 1 - this.next) | 0) > WINDOW
  }

  /** @param length bytes that were sent, of which `bytes` are the first */
  segment(seq: number, bytes: Buffer, length: number): void {
    this.next ??= seq
    const ahead = (seq - this.next) | 0
    if (Math.abs(ahead) > WINDOW) return
    if (ahead > 0) this.hold(seq, bytes, length)
    else this.deliver(seq, bytes, length, true)
    this.drain()
  }

  /** The other end has everything before this number. */
  acknowledge(ack: number): void {
    if (this.acknowledged === null || ((ack - this.acknowledged) | 0) > 0) this.acknowledged = ack
    if (this.held.length > 0) this.drain()
  }

  /** Nothing more comes: what is held is told, with the holes before it. */
  flush(): void {
    while (this.held.length > 0) this.giveUp()
    const { next, acknowledged } = this
    if (next === null || acknowledged === null) return
    // FIN takes one number too.
    const missing = (acknowledged - next) | 0
    if (missing > 1 && missing < WINDOW) this.sink.gap(missing)
    this.acknowledged = null
  }

  private hold(seq: number, bytes: Buffer, length: number): void {
    const at = this.held.findLastIndex((h) => ((h.seq - seq) | 0) <= 0)
    if (this.held[at]?.seq === seq && this.held[at].length >= length) {
      this.repeatedBytes += length
      return
    }
    this.reordered++
    this.held.splice(at + 1, 0, { seq, bytes: Buffer.from(bytes), length })
    this.heldBytes += bytes.length
    while (this.heldBytes > HELD_BYTES || this.held.length > HELD_SEGMENTS) this.giveUp()
  }

  private drain(): void {
    for (let first = this.held[0]; first; first = this.held[0]) {
      const ahead = (first.seq - (this.next ?? first.seq)) | 0
      const received = this.acknowledged !== null && ((this.acknowledged - first.seq) | 0) >= 0
      if (ahead > 0 && !received) return
      this.giveUp()
    }
  }

  /** Tells the hole before the first held segment, if there is one, and the segment. */
  private giveUp(): void {
    const first = this.held.shift() as Held
    this.heldBytes -= first.bytes.length
    const hole = (first.seq - (this.next as number)) | 0
    if (hole > 0) {
      this.next = this.missingUpTo = first.seq
      this.sink.gap(hole)
    }
    this.deliver(first.seq, first.bytes, first.length, true)
  }

  private deliver(seq: number, bytes: Buffer, length: number, atSegment: boolean): void {
    const known = ((this.next as number) - seq) | 0
    if (known > 0) this.again(seq, Math.min(known, length))
    if (known >= length) return
    const fresh = known > 0 ? bytes.subarray(Math.min(known, bytes.length)) : bytes
    const sent = length - Math.max(0, known)
    this.next = (seq + length) >>> 0
    if (fresh.length > 0) this.sink.data(fresh.subarray(0, sent), atSegment && known <= 0)
    if (fresh.length < sent) this.sink.gap(sent - fresh.length)
  }

  private again(seq: number, bytes: number): void {
    if (this.missingUpTo !== null && ((this.missingUpTo - seq) | 0) > 0) this.lateBytes += bytes
    else this.repeatedBytes += bytes
  }
}
