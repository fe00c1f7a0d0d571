import type { Steps } from '../../base/slices'
import { steadyMs, type Clock } from '../clock/clock'
import type { OutboxDeps } from './outlet'
import type { Router } from './router'
import { Session, type Subscription } from './session'
import type { QoS } from '../../../contract/packet'
import type { Will } from './wire/connect'
import type { SubscribeRequest } from './wire/subscribe'

export interface SessionsDeps {
  router: Router
  outbox: OutboxDeps
  publishWill(session: Session, will: Will): void
  willWithdrawn(session: Session, will: Will): void
  /** Does long work for a session that has ended. */
  later(session: Session, steps: Steps<void>): void
}

/** Subscriptions that are removed in one step, and what they cost in steps. */
const REMOVED = 8
const STEP = 64
/** Sessions that are looked at in one step. */
const LOOKED_AT = 64

/** Longest will delay or expiry that is timed exactly as given; both are 32-bit seconds. */
const seconds = (s: number): number => s * 1000

/** All sessions by client identifier, with their ends: clean start, expiry, wills. */
export class Sessions {
  private readonly byId = new Map<string, Session>()

  constructor(private readonly deps: SessionsDeps) {}

  get(clientId: string): Session | undefined {
    return this.byId.get(clientId)
  }

  get count(): number {
    return this.byId.size
  }

  all(): Iterable<Session> {
    return this.byId.values()
  }

  /** Looks at each session, a few at a time. Whoever comes meanwhile need not be among them. */
  *each(look: (session: Session) => void): Steps<void> {
    let left = this.count
    for (const session of this.all()) {
      // Sessions that end and begin again meanwhile would make this go on for ever.
      if (left-- === 0) break
      if (left % LOOKED_AT === 0) yield LOOKED_AT
      look(session)
    }
  }

  /** Resumes or begins a session for a connection that was accepted [MQTT-3.1.2-4] [MQTT-3.1.2-5]. */
  open(
    clientId: string,
    clean: boolean,
    expirySeconds: number,
    clock: Clock,
  ): { session: Session; present: boolean } {
    this.endOverdue(clientId)
    const before = this.byId.get(clientId)
    if (before !== undefined && clean) this.end(before)
    const kept = clean ? undefined : before
    const session = kept ?? new Session(clientId, clock, this.deps.outbox)
    session.cancelTimers()
    // A client that comes back in time takes its delayed will with it [MQTT-3.1.3-9].
    if (session.delayedWill !== null) this.deps.willWithdrawn(session, session.delayedWill)
    session.delayedWill = null
    session.clock = clock
    session.connected = true
    session.endsMs = Infinity
    session.expirySeconds = expirySeconds
    this.byId.set(clientId, session)
    return { session, present: kept !== undefined }
  }

  /** The connection is gone: decides about will and session. */
  disconnected(session: Session, will: Will | null): void {
    session.connected = false
    session.outbox.detach()
    const willDelay = Math.min(will?.delay ?? 0, session.expirySeconds)
    if (will !== null && willDelay === 0) this.deps.publishWill(session, will)
    else if (will !== null) this.delayWill(session, will, willDelay)
    if (session.expirySeconds === 0) this.end(session)
    else if (Number.isFinite(session.expirySeconds)) {
      session.endsMs = steadyMs(session.clock) + seconds(session.expirySeconds)
      session.expiryTimer = session.clock.schedule(seconds(session.expirySeconds), () => this.end(session))
    }
  }

  /** After the process stood still a client can come before the timers of its session have run [MQTT-3.1.2-23]. */
  private endOverdue(clientId: string): void {
    const session = this.byId.get(clientId)
    if (session === undefined || session.connected) return
    const nowMs = steadyMs(session.clock)
    if (session.endsMs <= nowMs) this.end(session)
    else if (session.willDueMs <= nowMs) this.releaseWill(session)
  }

  private delayWill(session: Session, will: Will, delay: number): void {
    session.delayedWill = will
    session.willDueMs = steadyMs(session.clock) + seconds(delay)
    session.willTimer = session.clock.schedule(seconds(delay), () => this.releaseWill(session))
  }

  private releaseWill(session: Session): void {
    const will = session.delayedWill
    session.delayedWill = null
    if (will !== null) this.deps.publishWill(session, will)
  }

  /** The session ends, and with it the wait of a delayed will. */
  private end(session: Session): void {
    if (this.byId.get(session.clientId) === session) this.byId.delete(session.clientId)
    const subscriptions = [...session.subscriptions.values()]
    // Shared ones at once: their group must not choose them any more. What comes for the others goes nowhere.
    for (const s of subscriptions) if (s.request.share !== null) this.deps.router.remove(s)
    this.releaseWill(session)
    const rest = session.end()
    this.deps.later(session, this.removing(subscriptions, rest))
  }

  private *removing(subscriptions: readonly Subscription[], rest: Steps<void>): Steps<void> {
    let removed = 0
    for (const s of subscriptions) {
      if (s.request.share === null) this.deps.router.remove(s)
      if (++removed % REMOVED === 0) yield STEP
    }
    yield* rest
  }

  /** Adds or replaces a subscription [MQTT-3.8.4-3]. True when the filter is new to the session. */
  subscribe(session: Session, request: SubscribeRequest, qos: QoS): boolean {
    const before = session.subscriptions.get(request.filter)
    if (before !== undefined) {
      // In its place, so that a message on its way is neither lost nor sent twice.
      before.request = request
      before.qos = qos
      return false
    }
    const subscription: Subscription = { session, request, qos, since: 0 }
    session.addSubscription(subscription)
    this.deps.router.add(subscription)
    return true
  }

  /** False when there was no such subscription. */
  unsubscribe(session: Session, filter: string): boolean {
    const before = session.subscriptions.get(filter)
    if (before === undefined) return false
    session.removeSubscription(before)
    this.deps.router.remove(before)
    return true
  }

  /** Ends all timers for good. */
  stop(): void {
    for (const session of this.byId.values()) session.cancelTimers()
  }
}
