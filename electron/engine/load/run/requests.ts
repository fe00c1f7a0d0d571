import { LatencyHistogram } from '../../base/latency-histogram'
import type { MessageSource } from '../wire/client-types'

/** A closed loop goes on without a response that has not come by then, ms. */
const RESPONSE_WITHIN_MS = 10_000

/** The messages of one publisher that wait for a response. */
export class Asked implements MessageSource {
  /** When each was due, Unix ms, by its number, oldest first. */
  readonly waiting = new Map<number, number>()
  /** The message whose response a closed loop waits for. */
  private turn: number | null = null

  /** @param source a closed loop thinks after each response */
  constructor(private readonly source: MessageSource & { think?(): void }) {}

  get template() {
    return this.source.template
  }

  get sent() {
    return this.source.sent
  }

  get taken(): number {
    return this.source.taken
  }

  due(): number {
    return this.source.due()
  }

  take(): number {
    const dueMs = this.source.due()
    this.turn = this.source.take()
    this.waiting.set(this.turn, dueMs)
    return this.turn
  }

  /** There is a response, or there will be none. When the message was due, Unix ms; undefined for one that does not wait. */
  settle(sequence: number): number | undefined {
    const dueMs = this.waiting.get(sequence)
    this.waiting.delete(sequence)
    this.goOn(sequence)
    return dueMs
  }

  private goOn(sequence: number): void {
    if (this.turn !== sequence) return
    this.turn = null
    this.source.think?.()
  }

  /** A closed loop goes on without a response that takes too long. */
  expire(nowMs: number): void {
    if (this.turn === null || this.source.think === undefined) return
    if (nowMs - (this.waiting.get(this.turn) ?? nowMs) > RESPONSE_WITHIN_MS) this.goOn(this.turn)
  }
}

/** The requests of one population in one thread: which wait for a response, and how long the others took. */
export class Requests {
  /** From the time a request was due until its response. */
  readonly roundTrip = new LatencyHistogram()
  /** How many of these are ages of requests that had none at the end. */
  unanswered = 0
  private readonly all: Asked[] = []
  private measureFromMs = Infinity

  /** Requests due before are the warm-up's. */
  measureFrom(atMs: number): void {
    this.measureFromMs = atMs
  }

  /** The requests of one more publisher. */
  of(source: ConstructorParameters<typeof Asked>[0]): Asked {
    const one = new Asked(source)
    this.all.push(one)
    return one
  }

  /** Requests without their response. */
  get pending(): number {
    return this.all.reduce((n, one) => n + one.waiting.size, 0)
  }

  /** A response came; further copies are passed over. */
  answered(asked: Asked, sequence: number, atMs: number): void {
    const dueMs = asked.settle(sequence)
    if (dueMs !== undefined && dueMs >= this.measureFromMs) this.roundTrip.record(atMs - dueMs)
  }

  /** Called about once per second. */
  expire(nowMs: number): void {
    for (const one of this.all) one.expire(nowMs)
  }

  /** At the end: what has no response took at least until now. */
  countUnanswered(nowMs: number): void {
    for (const { waiting } of this.all)
      for (const dueMs of waiting.values()) {
        if (dueMs < this.measureFromMs) continue
        this.unanswered++
        this.roundTrip.record(nowMs - dueMs)
      }
  }
}
