import type { QoS } from '../../../contract/packet'
import type { Clock, Timer } from '../clock/clock'
import { Outbox, type OutboxDeps } from './outbox'
import type { BrokerSessionInfo, BrokerSubscription } from './types'
import type { Will } from './wire/connect'
import type { SubscribeRequest } from './wire/subscribe'

/** A subscription of one session. Its identity is the object: the trie and the session hold the same one. */
export interface Subscription {
  readonly session: Session
  readonly request: SubscribeRequest
  readonly qos: QoS
  /** Ascends with each new subscription of the broker; the router sets it. */
  since: number
}

export const publicSubscription = (s: Subscription): BrokerSubscription => ({
  filter: s.request.filter,
  qos: s.qos,
  noLocal: s.request.noLocal,
  retainAsPublished: s.request.retainAsPublished,
  retainHandling: s.request.retainHandling,
  identifier: s.request.identifier,
})

/** State the broker keeps for one client (MQTT 3.1.1 section 4.1). */
export class Session {
  readonly subscriptions = new Map<string, Subscription>()
  readonly outbox: Outbox
  connected = false
  /** Seconds it lives on after the connection; 0 ends with it, Infinity never ends. */
  expirySeconds = 0
  /** Time of the last connection's kind: simulated for devices, real for others. */
  clock: Clock
  expiryTimer: Timer | undefined
  willTimer: Timer | undefined
  delayedWill: Will | null = null
  private received: Set<number> | null = null

  constructor(
    readonly clientId: string,
    clock: Clock,
    deps: OutboxDeps,
  ) {
    this.clock = clock
    this.outbox = new Outbox(clientId, deps)
  }

  /** QoS 2 identifiers received and not yet released: the receiver's half of the session. */
  get receiving(): number {
    return this.received?.size ?? 0
  }

  hasReceived(packetId: number): boolean {
    return this.received?.has(packetId) ?? false
  }

  receive(packetId: number): void {
    this.received ??= new Set()
    this.received.add(packetId)
  }

  /** False when the identifier was not held. */
  release(packetId: number): boolean {
    return this.received?.delete(packetId) ?? false
  }

  cancelTimers(): void {
    this.clock.cancel(this.expiryTimer)
    this.clock.cancel(this.willTimer)
    this.expiryTimer = undefined
    this.willTimer = undefined
  }

  info(): BrokerSessionInfo {
    return {
      clientId: this.clientId,
      connected: this.connected,
      persistent: this.expirySeconds > 0,
      subscriptions:
        this.subscriptions.size === 0 ? [] : Array.from(this.subscriptions.values(), publicSubscription),
      queued: this.outbox.queued,
      inFlight: this.outbox.inFlight,
      receiving: this.receiving,
      dropped: this.outbox.dropped,
    }
  }
}
