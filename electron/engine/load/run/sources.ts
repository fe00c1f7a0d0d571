import type { Schedule } from './plan'
import type { MessageSource, PublishWriter } from '../wire/client-types'

/** A publisher's side of the schedule. */
export interface Publisher extends MessageSource {
  /** Global index. */
  readonly publisher: number
  /** Messages that were due or taken. */
  readonly offered: number
  /** Nothing is left to take, now or later. */
  readonly finished: boolean
  /** Times of the messages that are due and not taken. */
  waitingTimes(): number[]
  /** Unix ms of the run's first message. */
  start(startMs: number): void
  /** No more messages than those that are due. */
  stop(): void
}

/** Messages at fixed times. The pacer says when one has come due; its time is the schedule's, however late that is. */
export class OpenSource implements Publisher {
  taken = 0
  private released = 0
  private stopped = false
  private startMs = 0

  constructor(
    readonly publisher: number,
    readonly template: PublishWriter,
    private readonly schedule: Schedule,
    private readonly publishers: number,
    private readonly quota: number,
    readonly sent?: MessageSource['sent'],
  ) {}

  start(startMs: number): void {
    this.startMs = startMs
  }

  get offered(): number {
    return this.released
  }

  get finished(): boolean {
    return this.taken === this.released && (this.stopped || this.released >= this.quota)
  }

  /** Unix ms of message `k` of this publisher. */
  timeOf(k: number): number {
    return this.startMs + this.schedule.timeOf(k * this.publishers + this.publisher)
  }

  waitingTimes(): number[] {
    return Array.from({ length: this.released - this.taken }, (_, i) => this.timeOf(this.taken + i))
  }

  /** The time of the next message to come due, or Infinity. */
  nextMs(): number {
    return this.stopped || this.released >= this.quota ? Infinity : this.timeOf(this.released)
  }

  release(): void {
    this.released++
  }

  due(): number {
    return this.taken < this.released ? this.timeOf(this.taken) : -1
  }

  take(): number {
    return this.taken++
  }

  stop(): void {
    this.stopped = true
  }
}

/** As many messages as the client takes, up to a number. A message's time is when it is taken. */
export class ClosedSource implements Publisher {
  taken = 0
  private startMs = Infinity
  private stopped = false

  constructor(
    readonly publisher: number,
    readonly template: PublishWriter,
    private readonly quota: number,
    private readonly now: () => number,
  ) {}

  start(startMs: number): void {
    this.startMs = startMs
  }

  get offered(): number {
    return this.taken
  }

  get finished(): boolean {
    return this.stopped || this.taken >= this.quota
  }

  /** None: a message comes due when it is taken. */
  waitingTimes(): number[] {
    return []
  }

  due(): number {
    if (this.stopped || this.taken >= this.quota) return -1
    const now = this.now()
    return now >= this.startMs ? now : -1
  }

  take(): number {
    return this.taken++
  }

  stop(): void {
    this.stopped = true
  }
}
