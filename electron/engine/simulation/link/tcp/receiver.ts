import type { Timer } from '../../clock/clock'
import type { Pace } from '../pace'
import type { Acknowledgement } from './segment'

/** A delayed acknowledgement waits so long (Linux: TCP_DELACK_MIN). */
const DELAY_MS = 40

/** What a receiver tells its end. */
export interface ReceiverHost {
  readonly pace: Pace
  /** All bytes before `upTo` have arrived. */
  arrived(upTo: number): void
  /** An acknowledgement has to go now, with nothing else. */
  acknowledge(): void
}

/**
 * The receiving half of a TCP end: puts segments in order and decides when to acknowledge. As Linux does for an application
 * that reads at once: each segment at once, unless the application answers what it gets ("pingpong"): then up to 40 ms later,
 * so that the answer carries the acknowledgement. Out of order, or again: at once in any case (RFC 5681 4.2).
 */
export class TcpReceiver {
  private next = 0
  private readonly blocks: [number, number][] = []
  private echoMs: number
  private acknowledged = 0
  private duplicate = false
  private timer: Timer | undefined
  private lastMs = -Infinity
  private answers = false
  private waiting = 0

  constructor(private readonly host: ReceiverHost) {
    this.echoMs = host.pace.steadyMs()
  }

  /** How far the stream has arrived without a gap. */
  get upTo(): number {
    return this.next
  }

  /** The state to send with a segment. It counts as acknowledged from then on. */
  take(): Acknowledgement {
    const { next: upTo, echoMs, duplicate } = this
    this.acknowledged = upTo
    this.duplicate = false
    this.waiting = 0
    this.stop()
    return { upTo, echoMs, duplicate, blocks: this.blocks.map(([from, to]) => [from, to] as const) }
  }

  /** The application has sent something: soon after it got something, so it answers. */
  answered(): void {
    if (this.host.pace.steadyMs() - this.lastMs < DELAY_MS) this.answers = true
  }

  /** A segment has come. */
  segment(from: number, to: number, sentMs: number): void {
    if (from <= this.acknowledged) this.echoMs = Math.max(this.echoMs, sentMs)
    this.lastMs = this.host.pace.steadyMs()
    if (to <= this.next) {
      this.duplicate = true
      this.host.acknowledge()
      return
    }
    const wasWhole = this.blocks.length === 0
    if (from > this.next) {
      this.keep(from, to)
      this.host.acknowledge()
      return
    }
    this.next = to
    this.join()
    this.waiting++
    const now = !wasWhole || !this.answers || this.waiting > 1
    // The acknowledgement leaves before the application reads: what it writes then comes behind.
    if (now) this.host.acknowledge()
    else
      this.timer ??= this.host.pace.schedule(DELAY_MS, () => {
        this.timer = undefined
        this.answers = false
        this.host.acknowledge()
      })
    this.host.arrived(this.next)
  }

  /** Everything up to there has arrived, by another way. */
  jump(to: number): void {
    this.next = Math.max(this.next, to)
    this.join()
  }

  stop(): void {
    this.host.pace.cancel(this.timer)
    this.timer = undefined
  }

  private keep(from: number, to: number): void {
    this.blocks.push([from, to])
    this.blocks.sort((x, y) => x[0] - y[0])
    for (let i = this.blocks.length - 1; i > 0; i--) {
      const [block, before] = [this.blocks[i], this.blocks[i - 1]]
      if (block === undefined || before === undefined || block[0] > before[1]) continue
      before[1] = Math.max(before[1], block[1])
      this.blocks.splice(i, 1)
    }
  }

  private join(): void {
    for (;;) {
      const block = this.blocks[0]
      if (block === undefined || block[0] > this.next) return
      this.next = Math.max(this.next, block[1])
      this.blocks.shift()
    }
  }
}
