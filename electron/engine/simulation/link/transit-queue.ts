import { EPSILON_MS, type Timer } from '../clock/clock'
import { Type } from '../../mqtt/packet'
import type { PacketTransit } from '../../mqtt/transit'
import { READ_MS, type Pace } from './pace'

/** What happens when a packet's way ends. */
export type Ending = 'arrive' | 'arrive-and-cut'

interface InTransit {
  readonly transit: PacketTransit
  /** Steady ms. */
  readonly dueMs: number
  readonly ending: Ending
}

/** Packets on their way in one direction: first in, first out, whatever their delays. */
export class TransitQueue {
  private queue: InTransit[] = []
  private head = 0
  private timer: Timer | undefined
  private lastDueMs = -Infinity
  private releasing = false

  constructor(
    private readonly pace: Pace,
    private readonly out: { wayEnds(transit: PacketTransit, ending: Ending): void },
  ) {}

  get length(): number {
    return this.queue.length - this.head
  }

  /** Steady ms at which something that needs `travelMs` from now arrives: never before what is ahead of it. */
  arrival(travelMs: number): number {
    return Math.max(this.lastDueMs, this.pace.steadyMs() + travelMs)
  }

  /** Sends one on its way. What is due at once arrives before this returns, unless it waits behind others. */
  send(transit: PacketTransit, dueMs: number, ending: Ending): void {
    this.lastDueMs = dueMs
    const first = this.length === 0 && !this.releasing
    if (first && dueMs <= this.pace.steadyMs() + EPSILON_MS) {
      this.releasing = true
      this.out.wayEnds(transit, ending)
      this.releasing = false
      if (this.queue[this.head] !== undefined) this.release()
      return
    }
    this.queue.push({ transit, dueMs, ending })
    if (first) this.arm()
  }

  /** Everything arrives now. */
  flush(): void {
    this.release(Infinity)
  }

  /** Takes everything off its way, oldest first. */
  clear(): PacketTransit[] {
    const rest = this.queue.slice(this.head).map((item) => item.transit)
    this.queue = []
    this.head = 0
    this.lastDueMs = -Infinity
    this.pace.cancel(this.timer)
    this.timer = undefined
    return rest
  }

  private arm(delayMs?: number): void {
    const next = this.queue[this.head]
    if (next === undefined || this.timer !== undefined) return
    this.timer = this.pace.schedule(delayMs ?? next.dueMs - this.pace.steadyMs(), () => {
      this.timer = undefined
      this.release()
    })
  }

  /** Hands over what is due. The flag turns packets sent meanwhile into loop turns instead of recursion. */
  private release(untilMs = this.pace.steadyMs() + EPSILON_MS): void {
    if (this.releasing) return
    this.releasing = true
    const published: number[] = []
    let next: InTransit | undefined
    let pauseMs: number | undefined
    while ((next = this.queue[this.head]) !== undefined && next.dueMs <= untilMs) {
      if (repeats(next.transit, published)) {
        pauseMs = READ_MS
        break
      }
      this.shift()
      this.out.wayEnds(next.transit, next.ending)
    }
    this.releasing = false
    this.arm(pauseMs)
  }

  private shift(): void {
    this.head++
    if (this.head < this.queue.length && (this.head < 64 || this.head * 2 < this.queue.length)) return
    this.queue = this.queue.slice(this.head)
    this.head = 0
  }
}

/**
 * True for a PUBLISH with DUP whose earlier copy was handed over in the same turn: the receiver must not find both
 * in one read (aedes delivers such a pair twice at QoS 2). It waits for the next turn of the clock.
 */
function repeats(transit: PacketTransit, published: number[]): boolean {
  if (transit.packet.type !== Type.PUBLISH) return false
  const id = transit.packet.packetId
  if (id === 0) return false
  if (transit.packet.dup && published.includes(id)) return true
  published.push(id)
  return false
}
