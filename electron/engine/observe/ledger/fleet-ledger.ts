import { publicationsOf } from '../../../contract/answers'
import type { LedgerRow } from '../../../contract/model'
import type { QoS } from '../../../contract/packet'
import type { GroupConfig } from '../../../contract/scenario'
import type { LatencyCounts } from '../../base/latency-histogram'
import type { RouteLeg } from '../../simulation/broker/types'
import type { Clock } from '../../simulation/clock/clock'
import { settleTimeMs } from './deadline'
import type { Fleet } from '../../simulation/fleet/fleet'
import type { Offered, Received } from '../../simulation/fleet/types'
import { Ledger } from './ledger'
import { OwnWays } from './own-ways'
import { parseIdentity, payloadIdentity, type MessageIdentity } from '../../mqtt/identity'
import type { PacketTransit } from '../../mqtt/transit'
import { Subscribers } from './subscribers'
import { UnmarkedMessages } from './unmarked-messages'

/**
 * The ledger of a simulated fleet: finds out which message each arrival is, and who should get each message. It counts in
 * time without what step mode lets pass for other packets than the message's own.
 */
export class FleetLedger {
  private readonly ledger = new Ledger()
  private readonly unmarked = new UnmarkedMessages()
  private readonly ownWays = new OwnWays()
  private readonly subscribers: Subscribers

  constructor(
    private readonly fleet: Fleet,
    groups: readonly GroupConfig[],
    private readonly clock: Pick<Clock, 'skippedMs'>,
  ) {
    this.subscribers = new Subscribers(fleet, (clientId, qos) => this.settleMs(clientId, qos))
    for (const g of groups) this.open(g)
  }

  open(group: GroupConfig): void {
    const published = publicationsOf(group)
    if (published.length === 0) return
    this.ledger.open(group.name, Math.max(...published.map((p) => p.qos)) as QoS)
  }

  remove(group: string): void {
    this.ledger.remove(group)
  }

  /** Subscriptions may have changed. */
  changed(): void {
    this.subscribers.changed()
  }

  offered(m: Offered): void {
    const { subscribers, settleMs } = this.subscribers.audience(m.topic, m.qos)
    const own = settleTimeMs(m.link, m.qos)
    const atMs = m.atMs - this.clock.skippedMs()
    const { group, publisher, sequence, qos } = m
    const offer = { group, publisher, sequence, qos, atMs }
    this.ledger.offered(offer, subscribers, atMs + Math.max(own, settleMs))
    if (m.sent) this.unmarked.offered(m)
  }

  /** Not a message of the group: in no row. */
  interposed(clientId: string): void {
    this.unmarked.interposed(clientId)
  }

  received(m: Received): void {
    // Both for every message, so that the order of arrivals stays in step.
    const followed = this.unmarked.received(m)
    const ownMs = this.ownWays.of(m)
    const identity = this.carried(m) ?? followed
    if (identity && !m.retained) {
      const atMs = m.atMs - this.clock.skippedMs() + ownMs
      this.ledger.received(identity.publisher, identity.sequence, m.subscriber, m.topic, atMs)
    }
  }

  private carried(m: Received): MessageIdentity | null {
    const text = payloadIdentity(m.payload) ?? m.userIdentity
    return text === null ? null : parseIdentity(text)
  }

  entered(p: PacketTransit): void {
    this.unmarked.entered(p)
    this.ownWays.entered(p)
  }

  settled(p: PacketTransit): void {
    this.unmarked.settled(p)
    this.ownWays.settled(p)
  }

  ingress(e: RouteLeg): void {
    this.unmarked.ingress(e)
    this.ownWays.ingress(e)
  }

  discarded(e: Omit<RouteLeg, 'messageId'>): void {
    this.unmarked.discarded(e)
    this.ownWays.discarded(e)
  }

  sweep(nowMs: number): void {
    this.ledger.sweep(nowMs - this.clock.skippedMs())
  }

  rows(): LedgerRow[] {
    return this.ledger.rows()
  }

  /** By the groups of `rows`. */
  latencies(): [group: string, latencies: LatencyCounts][] {
    return this.ledger.latencies()
  }

  /** The rows with everything that has not arrived written off. */
  finalRows(): LedgerRow[] {
    this.ledger.sweep(Infinity, true)
    return this.ledger.rows()
  }

  private settleMs(clientId: string, qos: QoS): number {
    const link = this.fleet.device(clientId)?.link.config
    return link ? settleTimeMs(link, qos) : 0
  }
}
