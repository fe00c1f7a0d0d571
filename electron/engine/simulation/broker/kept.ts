import type { BrokerLimits, KeptBytes } from './types'

/** Bytes that each thing costs beside its texts: objects, entries of maps, buffers. Estimates, compared with the memory really taken by a test. */
export const COST = {
  message: 512,
  /** A message in one queue, and each subscription identifier with it. */
  copy: 128,
  subscriptionId: 8,
  subscription: 320,
  /** The way of a topic or filter through a trie: a node of its own, and its part in those it shares. */
  path: 256,
  session: 1024,
  will: 512,
  /** A QoS 2 identifier that was received and is not released. */
  received: 64,
  /** One write that has not left for the socket. */
  write: 256,
} as const

/** Clients that share what is for all. */
export interface Holders {
  /** Sessions, those of absent clients included. */
  sessions(): number
  connected(): number
  /** Connections, with those before their CONNECT. */
  connections(): number
}

/** A session that left with messages: it gives room to those that are connected. */
export interface Leaver {
  /** Drops its newest messages until it holds less than `most` bytes. */
  giveWay(most: number): void
}

/** A queue with messages that expire. */
export interface Expiring {
  removeExpired(): void
}

/**
 * Counts what all clients together make the broker keep. Every addition is taken back: with no session left, all counts are 0.
 *
 * Half of a limit for all is for whoever comes first. The other half is for those that hold less than their share of it,
 * so that nobody takes all from the others. Of queues, absent sessions and connected clients have a quarter each: however
 * many sessions are left behind, they do not make the share of those that are there any smaller.
 */
export class Kept implements KeptBytes {
  queues = 0
  retained = 0
  subscriptions = 0
  sessions = 0
  wills = 0
  unread = 0
  halfRead = 0
  readonly expiring = new Set<Expiring>()
  private readonly leavers = new Set<Leaver>()

  constructor(
    readonly limits: BrokerLimits,
    private readonly holders: Holders,
  ) {}

  /**
   * May the client take one message more?
   * @param own what its queue and messages in flight hold
   */
  mayQueue(own: number, connected: boolean): boolean {
    const limit = this.limits.queueBytesInAll
    if (this.queues < limit / 2) return true
    if (!connected) return this.queues < 0.75 * limit && own < this.absentShare()
    if (own >= partOf(limit / 4, this.holders.connected())) return false
    for (const leaver of this.leavers) {
      if (this.queues < limit) break
      this.leavers.delete(leaver)
      leaver.giveWay(this.absentShare())
    }
    return this.queues < limit
  }

  /** A session is absent from now on and holds messages. */
  left(session: Leaver): void {
    this.leavers.add(session)
  }

  /** It is connected again, or has ended. */
  noLeaver(session: Leaver): void {
    this.leavers.delete(session)
  }

  maySubscribe(own: number): boolean {
    return mayGrow(own, this.subscriptions, this.limits.subscriptionBytesInAll, this.holders.sessions())
  }

  mayRetain(own: number): boolean {
    return mayGrow(own, this.retained, this.limits.retainedBytesInAll, this.holders.sessions())
  }

  mayWrite(own: number): boolean {
    return mayGrow(own, this.unread, this.limits.unreadBytesInAll, this.holders.connections())
  }

  mayRead(own: number): boolean {
    return mayGrow(own, this.halfRead, this.limits.halfReadBytesInAll, this.holders.connections())
  }

  private absentShare(): number {
    return partOf(this.limits.queueBytesInAll / 4, this.holders.sessions())
  }

  bytes(): KeptBytes {
    const { queues, retained, subscriptions, sessions, wills, unread, halfRead } = this
    return { queues, retained, subscriptions, sessions, wills, unread, halfRead }
  }
}

const partOf = (bytes: number, holders: number): number => bytes / Math.max(1, holders)

/** @param own bytes of the one who wants more; all have `total` */
function mayGrow(own: number, total: number, limit: number, holders: number): boolean {
  return total < limit / 2 || (total < limit && own < partOf(limit / 2, holders))
}

/** Bytes of a topic or filter in a trie, where a row of levels without a fork is one node. */
export const pathBytes = (topic: string): number => COST.path + 2 * topic.length
