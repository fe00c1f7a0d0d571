import type { Steps } from '../../base/slices'
import { flushOutputs } from './output'

/** Real ms of long work between two looks at sockets and timers, and while new connections come in. */
const SLICE_MS = 1
const HURRIED_SLICE_MS = 0.5

/** Longest turn in real ms and in steps. */
const TURN_MS = 1
const TURN_STEPS = 2048

/** Real ms between two looks at the sockets in which packets are handled as they are read: of light clients, of any. */
const AS_READ_MS = { light: 4, any: 1 }

/** A light client takes less than this part of the broker's time, beyond a first allowance in ms: one that reconnects each time has only the allowance. */
const LIGHT_PART = 0.005
const LIGHT_MS = 1
/** What one turn of a client counts as at most: what takes longer was the collector or the system as a rule, which is not its doing. */
const MOST_MS = 2

/** A little of some long work. True while there is more of it. */
export type Turn = () => boolean

/** How much of the broker's time one client has taken recently. */
export class Share {
  private ms = 0
  private atMs = 0

  /** @param ms of real time that were worked for the client */
  took(ms: number, nowMs: number): void {
    this.ms = this.left(nowMs) + Math.min(ms, MOST_MS)
    this.atMs = nowMs
  }

  isLight(nowMs: number): boolean {
    return this.left(nowMs) < LIGHT_MS
  }

  private left(nowMs: number): number {
    return Math.max(0, this.ms - (nowMs - this.atMs) * LIGHT_PART)
  }
}

/**
 * Long work of several clients by turns, a little of each at a time. Between slices the event loop reads sockets and
 * runs timers, so a client that asks for little never waits for one that asks for much: packets of light clients are handled as
 * they are read, or come first when there were too many.
 */
export class Turns {
  private ring: Turn[] = []
  /** Turns of light clients. */
  private first: Turn[] = []
  private planned = false
  private stopped = false
  private hurried = false
  /** Real ms of what was done at once, as packets that are handled as they are read, since the last look at the sockets. */
  private asReadMs = 0
  /** Real ms that turns of this slice take later. */
  private chargedMs = 0

  /**
   * @param nowMs real ms of a clock that never jumps
   * @param failed told what a turn throws, which ends that work and no other
   */
  constructor(
    private readonly nowMs: () => number,
    private readonly failed: (thrown: unknown) => void,
  ) {}

  /** How much work is going on. */
  get size(): number {
    return this.ring.length + this.first.length
  }

  /** Nobody gets a turn any more. */
  get isStopped(): boolean {
    return this.stopped
  }

  /** Takes its first turn soon, never at once. @param share of the client it is for, where little is to be done: a light one comes first */
  add(turn: Turn, share?: Share): void {
    if (share?.isLight(this.nowMs()) === true) this.first.push(turn)
    else this.ring.push(turn)
    this.plan()
  }

  /** May packets of this client be handled as they are read? Else they take turns. @param share as in `add` */
  mayServe(share?: Share): boolean {
    if (share?.isLight(this.nowMs()) === true) return this.asReadMs < AS_READ_MS.light
    return this.size === 0 && this.asReadMs < AS_READ_MS.any
  }

  /** Packets were handled as they were read. */
  served(ms: number): void {
    this.asReadMs += ms
    this.plan()
  }

  /** What a turn has begun takes this many ms later, such as the next read from its socket: the slice ends that much sooner. */
  charge(ms: number): void {
    this.chargedMs += ms
  }

  /** A connection has come in. The system hands over one at each look at the sockets, so the next look comes soon. */
  hurry(): void {
    this.hurried = true
  }

  /**
   * One turn of work in steps at once, unless much was done at once since the last look at the sockets: many connections
   * may end at the same look, each with a session and a will. True while there is more of it.
   */
  start(steps: Steps<void>): boolean {
    if (this.asReadMs >= AS_READ_MS.any) return true
    const beganMs = this.nowMs()
    const more = this.some(steps)
    this.served(this.nowMs() - beganMs)
    return more
  }

  /** One turn of work in steps. True while there is more of it. */
  some(steps: Steps<void>): boolean {
    const untilMs = this.nowMs() + TURN_MS
    for (let left = TURN_STEPS; left > 0;) {
      const step = steps.next()
      if (step.done === true) return false
      left -= step.value
      if (this.nowMs() >= untilMs) return true
    }
    return true
  }

  /** From now on nobody gets a turn. */
  stop(): void {
    this.stopped = true
    this.ring = this.first = []
  }

  private plan(): void {
    if (this.planned || this.stopped) return
    this.planned = true
    setImmediate(() => {
      this.planned = false
      this.asReadMs = 0
      if (this.stopped || this.size === 0) return
      this.slice()
      if (this.size > 0) this.plan()
    })
  }

  private slice(): void {
    const untilMs = this.nowMs() + (this.hurried ? HURRIED_SLICE_MS : SLICE_MS)
    this.hurried = false
    this.chargedMs = 0
    while (this.first.length > 0 && !this.isOver(untilMs)) this.next(this.first)
    // Clients that are not light get at least one turn each time.
    do this.next(this.ring)
    while (this.ring.length > 0 && !this.isOver(untilMs))
  }

  /** One turn. What goes on is no longer light. */
  private next(from: Turn[]): void {
    const turn = from.shift()
    if (turn === undefined) return
    if (this.hasMore(turn)) this.ring.push(turn)
    // What it sent is part of the turn.
    flushOutputs()
  }

  /** The slice is over: what was done and what it was charged for takes that long. */
  private isOver(untilMs: number): boolean {
    return this.nowMs() + this.chargedMs >= untilMs
  }

  private hasMore(turn: Turn): boolean {
    try {
      return turn()
    } catch (thrown) {
      this.failed(thrown)
      return false
    }
  }
}
