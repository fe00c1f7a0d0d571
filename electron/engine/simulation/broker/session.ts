import type { Steps } from '../../base/slices'
import type { BrokerLimitName } from '../../../contract/broker-limits'
import type { Message } from './message'
import type { QoS } from '../../../contract/packet'
import type { Clock, Timer } from '../clock/clock'
import { COST, pathBytes, type Kept } from './kept'
import { Outbox } from './outbox'
import type { OutboxDeps } from './outlet'
import type { BrokerSessionInfo, BrokerSubscription, SessionBytes } from './types'
import { willBytes, type Will } from './wire/connect'
import type { SubscribeRequest } from './wire/subscribe'

/**
 * A subscription of one session. Its identity is the object: the trie and the session hold the same one. Subscribing to its
 * filter again changes the request and the QoS.
 */
export interface Subscription {
  readonly session: Session
  request: SubscribeRequest
  qos: QoS
  /** Ascends with each new subscription of the broker; the router sets it. */
  since: number
}

/** Bytes of a subscription: its objects, its texts and its way through the trie. */
export const subscriptionBytes = (filter: string): number => COST.subscription + pathBytes(filter)

export const publicSubscription = (s: Subscription): BrokerSubscription => ({
  filter: s.request.filter,
  qos: s.qos,
  noLocal: s.request.noLocal,
  retainAsPublished: s.request.retainAsPublished,
  retainHandling: s.request.retainHandling,
  identifier: s.request.identifier,
})

const receivedBytes = (message: Message | null): number => COST.received + (message?.bytes ?? 0)

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
  /** Time of `clock` at which an absent session ends. */
  endsMs = Infinity
  willTimer: Timer | undefined
  /** Time of `clock` at which a delayed will is published. */
  willDueMs = Infinity
  /** Bytes of all subscriptions. */
  subscriptionBytes = 0
  private willToCome: Will | null = null
  /** Identifiers with the message that waits for its PUBREL; null where it was passed on. */
  private received: Map<number, Message | null> | null = null
  /** Of messages that wait for their PUBREL. */
  private waitingBytes = 0
  private readonly kept: Kept

  constructor(
    readonly clientId: string,
    clock: Clock,
    deps: OutboxDeps,
  ) {
    this.clock = clock
    this.outbox = new Outbox(clientId, deps)
    this.kept = deps.kept
    this.kept.sessions += sessionBytes(clientId)
  }

  /** A will that waits for its delay. */
  get delayedWill(): Will | null {
    return this.willToCome
  }

  set delayedWill(will: Will | null) {
    this.kept.wills += willBytes(will) - willBytes(this.willToCome)
    this.willToCome = will
  }

  /** Gives back what is kept; the session must not be used after it. @returns the part that takes long where much waited */
  end(): Steps<void> {
    this.cancelTimers()
    this.delayedWill = null
    const rest = this.outbox.end()
    this.kept.sessions -= sessionBytes(this.clientId)
    for (const message of this.received?.values() ?? []) this.kept.queues -= receivedBytes(message)
    this.received = null
    this.kept.subscriptions -= this.subscriptionBytes
    this.subscriptionBytes = 0
    this.subscriptions.clear()
    return rest
  }

  addSubscription(s: Subscription): void {
    this.subscriptions.set(s.request.filter, s)
    this.countSubscription(s.request.filter, 1)
  }

  removeSubscription({ request }: Subscription): void {
    if (this.subscriptions.delete(request.filter)) this.countSubscription(request.filter, -1)
  }

  private countSubscription(filter: string, sign: 1 | -1): void {
    const bytes = sign * subscriptionBytes(filter)
    this.subscriptionBytes += bytes
    this.kept.subscriptions += bytes
  }

  /** The limit that one more filter is over, or null. */
  subscriptionLimit(filter: string): BrokerLimitName | null {
    if (this.subscriptions.has(filter)) return null
    const { kept, subscriptionBytes: own } = this
    const { limits } = kept
    if (this.subscriptions.size >= limits.subscriptionsPerClient) return 'subscriptionsPerClient'
    if (own + subscriptionBytes(filter) > limits.subscriptionBytes) return 'subscriptionBytes'
    return kept.maySubscribe(own) ? null : 'subscriptionBytesInAll'
  }

  /** QoS 2 identifiers received and not yet released: the receiver's half of the session. */
  get receiving(): number {
    return this.received?.size ?? 0
  }

  private get receivingBytes(): number {
    return this.receiving * COST.received + this.waitingBytes
  }

  /** False when one identifier more is over a limit. */
  mayReceive(): boolean {
    const { queued, inFlight } = this.outbox.bytes
    return this.kept.mayQueue(queued + inFlight + this.receivingBytes, this.connected)
  }

  hasReceived(packetId: number): boolean {
    return this.received?.has(packetId) ?? false
  }

  /** @param message it is to be passed on when the identifier is released */
  receive(packetId: number, message: Message | null = null): void {
    this.received ??= new Map()
    if (this.received.has(packetId)) return
    this.received.set(packetId, message === null ? null : message.own())
    this.kept.queues += receivedBytes(message)
    this.waitingBytes += message?.bytes ?? 0
  }

  /** Gives the message that waited for it, if one did; undefined when the identifier was not held. */
  release(packetId: number): Message | null | undefined {
    const message = this.received?.get(packetId)
    if (message === undefined) return undefined
    this.received?.delete(packetId)
    this.kept.queues -= receivedBytes(message)
    this.waitingBytes -= message?.bytes ?? 0
    return message
  }

  cancelTimers(): void {
    this.clock.cancel(this.expiryTimer)
    this.clock.cancel(this.willTimer)
    this.expiryTimer = undefined
    this.willTimer = undefined
    this.willDueMs = Infinity
  }

  /** What the broker keeps for this client, in bytes; see `COST`. */
  get keptBytes(): SessionBytes {
    const { queued, inFlight } = this.outbox.bytes
    return {
      queued,
      inFlight: inFlight + this.receivingBytes,
      subscriptions: this.subscriptionBytes,
      session: sessionBytes(this.clientId) + willBytes(this.willToCome),
    }
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
      bytes: this.keptBytes,
    }
  }
}

const sessionBytes = (clientId: string): number => COST.session + 2 * clientId.length
