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
  /** How much later than the run it begins, ms. */
  readonly waitMs: number
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
    readonly waitMs = 0,
  ) {}

  start(startMs: number): void {
    this.startMs = startMs + this.waitMs
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
    protected readonly now: () => number,
    readonly waitMs = 0,
  ) {}

  start(startMs: number): void {
    this.startMs = startMs + this.waitMs
  }

  /** Nothing more before a time, Unix ms. */
  protected rest(untilMs: number): void {
    this.startMs = untilMs
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

/** The same, one message at a time: after the answer to one it rests before the next. */
export class ThinkingSource extends ClosedSource {
  /** Called where a rest begins, with its end, Unix ms. */
  onRest: (untilMs: number) => void = () => undefined

  /**
   * @param pause length of a rest, ms
   * @param answered messages are answered; else it rests after each that is sent
   */
  constructor(
    publisher: number,
    template: PublishWriter,
    quota: number,
    now: () => number,
    waitMs: number,
    private readonly pause: () => number,
    private readonly answered: boolean,
  ) {
    super(publisher, template, quota, now, waitMs)
  }

  override take(): number {
    if (this.answered) this.rest(Infinity)
    else this.think()
    return super.take()
  }

  /** The message is answered, or will not be. */
  think(): void {
    const untilMs = this.now() + this.pause()
    this.rest(untilMs)
    this.onRest(untilMs)
  }
}
