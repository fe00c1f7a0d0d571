import type { Duplex } from 'node:stream'
import type { Frame } from '../../mqtt/packet'
import { COST, type Kept } from './kept'

/** Frames up to this size are joined into one write, up to this many bytes. */
const SMALL = 1024
const TOGETHER = 65_536

/** Outputs whose frames have not been handed to their streams yet. */
let pending: Output[] = []

/** Hands what has been sent in this turn to the streams; at the end of the turn it is done anyway. */
export function flushOutputs(): void {
  if (pending.length === 0) return
  const all = pending
  pending = []
  for (const output of all) output.flush()
}

/**
 * What is written to one client's stream and not taken by it. The frames of one turn leave in as few writes as may be:
 * each write that waits costs memory beside its bytes, which is counted with them.
 */
export class Output {
  private frames: Frame[] = []
  private frameBytes = 0
  /** Writes that have not left. */
  private writes = 0
  /** This client's part of `kept.unread`. */
  private counted = 0
  private closed = false

  /** @param taken told when a write has left */
  constructor(
    private readonly stream: Duplex,
    private readonly kept: Kept | null,
    private readonly taken: () => void,
  ) {
    stream.once('close', () => {
      this.closed = true
      this.frames = []
      this.frameBytes = this.writes = 0
      this.tally()
    })
  }

  /** Bytes that have not left, with what each write costs. */
  get bytes(): number {
    return this.closed ? 0 : this.frameBytes + this.stream.writableLength + COST.write * this.writes
  }

  send(frame: Frame): void {
    if (this.frames.length === 0) {
      if (pending.length === 0) process.nextTick(flushOutputs)
      pending.push(this)
    }
    this.frames.push(frame)
    this.frameBytes += frame.length
    this.tally()
  }

  /** Hands everything to the stream. */
  flush(): void {
    const { frames, stream } = this
    if (frames.length === 0) return
    this.frames = []
    this.frameBytes = 0
    if (stream.destroyed || stream.writableEnded) {
      this.tally()
      return
    }
    if (frames.length === 1) {
      this.write(frames[0] as Frame)
      return
    }
    stream.cork()
    for (const chunk of together(frames)) this.write(chunk)
    stream.uncork()
  }

  private write(chunk: Buffer): void {
    this.writes++
    this.stream.write(chunk, this.left)
    this.tally()
  }

  private readonly left = (): void => {
    if (this.closed) return
    this.writes--
    this.tally()
    this.taken()
  }

  private tally(): void {
    const { kept, bytes } = this
    if (kept !== null) kept.unread += bytes - this.counted
    this.counted = bytes
  }
}

function* together(frames: readonly Frame[]): Generator<Buffer> {
  let from = 0
  let bytes = 0
  for (let i = 0; i <= frames.length; i++) {
    const length = frames[i]?.length ?? Infinity
    if (length <= SMALL && bytes + length <= TOGETHER) {
      bytes += length
      continue
    }
    if (i - from === 1) yield frames[from] as Frame
    else if (i > from) yield Buffer.concat(frames.slice(from, i), bytes)
    from = i
    bytes = 0
    if (length > SMALL && i < frames.length) {
      yield frames[i] as Frame
      from = i + 1
    } else bytes = length
  }
}
