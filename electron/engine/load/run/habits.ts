import type { LoadConfig } from '../../../contract/load-config'
import { TimerQueue } from '../../simulation/clock/timer-queue'
import { LatencyHistogram } from '../../base/latency-histogram'
import type { WireClient } from '../wire/client'
import { besideTopics } from './topologies'

/** Why a connection ended that a client ended by itself, now and then. */
export const LEFT = 'left by itself'

/** One client of a population, and what it publishes. */
interface Inhabitant {
  client: WireClient
  role: 'subscribers' | 'publishers'
  /** Global index in its role. */
  index: number
  source: { readonly waitMs: number } | null
}

/** What clients with habits need of their surroundings. */
export interface HabitsDeps {
  now(): number
  /** 0 to 1. */
  random(): number
  /** Connects a client again. */
  connect(client: WireClient): void
}

/** Whether clients of a population do anything by themselves besides publishing when messages are due. */
export const hasHabits = (c: LoadConfig): boolean =>
  c.request || [c.thinkTime, c.startWait, c.disconnectEvery, c.churnEvery].some((v) => v !== undefined)

/** What the clients of one population do at random times: pauses, disconnects, other subscriptions. */
export class Habits {
  /** Disconnects so far. */
  left = 0
  /** From SUBSCRIBE of one more filter to its SUBACK. */
  readonly churned = new LatencyHistogram()
  private readonly alarms = new TimerQueue()
  private stopped = false

  constructor(
    private readonly config: LoadConfig,
    private readonly deps: HabitsDeps,
  ) {}

  /** @param atMs when publishing begins, Unix ms */
  begin(members: readonly Inhabitant[], atMs: number): void {
    const { disconnectEvery, churnEvery } = this.config
    const topic = besideTopics(this.config)
    for (const { client, role, index, source } of members) {
      if (source !== null) this.wakeAt(client, atMs + source.waitMs)
      if (disconnectEvery !== undefined) this.nowAndThen(atMs, disconnectEvery, () => this.leave(client))
      if (churnEvery !== undefined && role === 'subscribers')
        this.nowAndThen(atMs, churnEvery, () => client.churn(`${topic}/churn/${index}`))
    }
  }

  /** A client may have something to send from then on. */
  wakeAt(client: { wake(): void }, atMs: number): void {
    this.alarms.add(atMs, () => client.wake())
  }

  /** A pause, as long as the think time on average: half of it to one and a half times it, ms. */
  pause(): number {
    return (this.config.thinkTime ?? 0) * (0.5 + this.deps.random())
  }

  /** At random times whose gaps are `everyMs` on average. */
  private nowAndThen(fromMs: number, everyMs: number, act: () => void): void {
    const atMs = fromMs - Math.log(1 - this.deps.random()) * everyMs
    this.alarms.add(atMs, () => {
      if (this.stopped) return
      act()
      this.nowAndThen(atMs, everyMs, act)
    })
  }

  private leave(client: WireClient): void {
    if (!client.isReady) return
    this.left++
    const { disconnectKind } = this.config
    const clean = disconnectKind === 'clean' || (disconnectKind === 'mixed' && this.deps.random() < 0.5)
    if (clean) client.leave(LEFT)
    else client.cut(LEFT)
  }

  /** The connection of a client that left is over: it comes back. */
  away(client: WireClient): void {
    this.alarms.add(this.deps.now() + this.config.awayFor, () => this.deps.connect(client))
  }

  /** Clients that are away still come back. */
  stop(): void {
    this.stopped = true
  }

  /** Does what is due. Returns when the next is, Unix ms. */
  step(nowMs: number): number {
    for (;;) {
      const due = this.alarms.take(nowMs)
      if (due === undefined) return this.alarms.nextDueMs() ?? Infinity
      due.fire()
    }
  }
}
